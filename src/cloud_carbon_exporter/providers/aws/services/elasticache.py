"""ElastiCache: nodes of a class, and serverless caches by the bytes and units they used."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB, nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import percent, rate
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

CLUSTER, SERVERLESS = "elasticache/cache_cluster", "elasticache/serverless_cache"
# ElastiCache API reference. Of incompatible-network no node could be started.
CLUSTER_STATES = states(
    running=("creating", "available", "modifying", "rebooting cluster nodes", "snapshotting"),
    gone="deleting deleted incompatible-network create-failed restore-failed",
)
SERVERLESS_STATES = states(running="creating available modifying", gone="deleting create-failed")
COPIES = 2
"""ElastiCache user guide: serverless caches keep data in several zones; two is the least."""
_UNKNOWN = "hardware of ElastiCache Serverless is not published"


def _arn(raw: Raw, scope: Scope) -> str:
    path = f"cluster:{raw['CacheClusterId']}"
    return raw.get("ARN") or arn("elasticache", scope.region, scope.account_id, path)


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their tags."""
    return await tagged(client, scope, page, "elasticache:cluster", lambda raw: _arn(raw, scope))


async def serverless_caches(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The serverless caches with their tags."""
    return await tagged(
        client, scope, page, "elasticache:serverlesscache", lambda raw: str(raw["ARN"])
    )


def describe_cluster(raw: Raw, scope: Scope) -> Description | None:
    """One cluster: Memcached of several nodes; Redis and Valkey list each node as a cluster."""
    zone = raw.get("PreferredAvailabilityZone") or ""
    # What a cluster says whose nodes stand in several zones.
    zone = "" if zone == "Multiple" else zone
    name, outpost = raw["CacheClusterId"], raw.get("PreferredOutpostArn")
    cluster = parse(raw, scope, _arn(raw, scope), name, zone=zone, outpost=outpost)
    return cluster.described(
        # API reference, CacheCluster: always 1 of Valkey and Redis, up to 40 of Memcached.
        running=nodes(raw.get("CacheNodeType") or "", raw.get("NumCacheNodes") or 1),
        state=raw.get("CacheClusterStatus", ""),
        monitor={"CacheClusterId": cluster.name},
        info={"host_type": raw.get("CacheNodeType"), "engine": raw.get("Engine")},
        started=raw.get("CacheClusterCreateTime"),
    )


def describe_serverless(raw: Raw, scope: Scope) -> Description | None:
    """One serverless cache: memory for its bytes, and what its processing units take."""
    cache = parse(raw, scope, raw["ARN"], raw["ServerlessCacheName"])
    return cache.described(
        running=(
            Component(
                "memory", "dram", COPIES, load="cpu_ratio", per="memory_gib", assumed=_UNKNOWN
            ),
            Component("requests", "cache", 1, per="requests", assumed=_UNKNOWN),
        ),
        state=raw.get("Status", ""),
        monitor={"clusterId": cache.name},
        info={"engine": raw.get("Engine")},
        started=raw.get("CreateTime"),
    )


SPECS = (
    ServiceSpec(
        kind=CLUSTER,
        listing=Listing(
            api="elasticache",
            operation="DescribeCacheClusters",
            scope="region",
            items="CacheClusters[]",
            kind_of=lambda raw: CLUSTER,
            permissions=("elasticache:DescribeCacheClusters",),
            expand=clusters,
        ),
        states=CLUSTER_STATES,
        describe=describe_cluster,
        metrics=(
            percent(
                "cpu_ratio",
                "AWS/ElastiCache",
                "CPUUtilization",
                {"CacheClusterId": "CacheClusterId"},
            ),
        ),
        reason=(
            "Each node as the instance its class is named after, at its measured load; "
            "replicas are nodes too."
        ),
    ),
    ServiceSpec(
        kind=SERVERLESS,
        listing=Listing(
            api="elasticache",
            operation="DescribeServerlessCaches",
            scope="region",
            items="ServerlessCaches[]",
            kind_of=lambda raw: SERVERLESS,
            permissions=("elasticache:DescribeServerlessCaches",),
            expand=serverless_caches,
        ),
        states=SERVERLESS_STATES,
        describe=describe_serverless,
        metrics=(
            Metric(
                into="memory_gib",
                namespace="AWS/ElastiCache",
                name="BytesUsedForCache",
                dimensions={"clusterId": "clusterId"},
                scale=1 / BYTES_PER_GIB,
            ),
            rate(
                "requests",
                "AWS/ElastiCache",
                "ElastiCacheProcessingUnits",
                {"clusterId": "clusterId"},
            ),
        ),
        reason=(
            "Memory for the bytes held, twice, and an assumed energy a processing unit; "
            "hosts are not published."
        ),
    ),
)
