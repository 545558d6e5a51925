"""Snapshots of ElastiCache: each a whole copy of what its nodes, or its serverless cache, held."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import STATES, gib_of
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

SNAPSHOT, SERVERLESS = "elasticache/snapshot", "elasticache/serverless_cache_snapshot"
PART = "aws/elasticache-snapshot"


def describe(raw: Raw, scope: Scope) -> Description:
    """One snapshot, with a part for each node it was taken of."""
    parts = raw.get("NodeSnapshots") or ()
    size_gib = sum(gib_of(part.get("CacheSize")) for part in parts)
    times = [part["SnapshotCreateTime"] for part in parts if part.get("SnapshotCreateTime")]
    return parse(raw, scope, raw["ARN"], raw["SnapshotName"]).described(
        kept=(Component("snapshot", PART, size_gib),),
        state=raw.get("SnapshotStatus", ""),
        info={"host_type": raw.get("SnapshotSource"), "engine": raw.get("Engine")},
        started=times[0] if times else None,
    )


def describe_serverless(raw: Raw, scope: Scope) -> Description:
    """One snapshot of a serverless cache, which tells its bytes."""
    size_gib = float(raw.get("BytesUsedForCache") or 0) / BYTES_PER_GIB
    cache = raw.get("ServerlessCacheConfiguration") or {}
    return parse(raw, scope, raw["ARN"], raw["ServerlessCacheSnapshotName"]).described(
        kept=(Component("snapshot", PART, size_gib),),
        state=raw.get("Status", ""),
        info={"host_type": raw.get("SnapshotType"), "engine": cache.get("Engine")},
        started=raw.get("CreateTime"),
    )


SPECS = (
    ServiceSpec(
        kind=SNAPSHOT,
        listing=Listing(
            api="elasticache",
            operation="DescribeSnapshots",
            scope="region",
            items="Snapshots[]",
            kind_of=lambda raw: SNAPSHOT,
            permissions=("elasticache:DescribeSnapshots",),
        ),
        states=STATES,
        describe=describe,
        reason="The size of the cache of each node, as the snapshot tells it, in full.",
    ),
    ServiceSpec(
        kind=SERVERLESS,
        listing=Listing(
            api="elasticache",
            operation="DescribeServerlessCacheSnapshots",
            scope="region",
            items="ServerlessCacheSnapshots[]",
            kind_of=lambda raw: SERVERLESS,
            permissions=("elasticache:DescribeServerlessCacheSnapshots",),
        ),
        states=STATES,
        describe=describe_serverless,
        reason="The bytes of the cache, as the snapshot tells them, in full.",
    ),
)
