"""Snapshots of MemoryDB: each a whole copy of what the shards of a cluster held."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import STATES, gib_of
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "memorydb/snapshot"


def describe(raw: Raw, scope: Scope) -> Description:
    """One snapshot, with a part for each shard."""
    cluster = raw.get("ClusterConfiguration") or {}
    shards = cluster.get("Shards") or ()
    times = [shard["SnapshotCreationTime"] for shard in shards if shard.get("SnapshotCreationTime")]
    size_gib = sum(gib_of(shard.get("Size")) for shard in shards)
    return parse(raw, scope, raw["ARN"], raw["Name"]).described(
        kept=(Component("snapshot", "aws/memorydb-snapshot", size_gib),),
        state=raw.get("Status", ""),
        info={"host_type": raw.get("Source"), "engine": cluster.get("Engine")},
        started=times[0] if times else None,
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="memorydb",
        operation="DescribeSnapshots",
        scope="region",
        items="Snapshots[]",
        kind_of=lambda raw: KIND,
        params={"ShowDetail": True},
        permissions=("memorydb:DescribeSnapshots",),
    ),
    states=STATES,
    describe=describe,
    reason="The size of each shard, as the snapshot tells it, in full.",
)
