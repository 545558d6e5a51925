"""ElastiCache: nodes of a class, and serverless caches by the bytes and processing units they used."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_GONE = frozenset({"deleted", "deleting", "create-failed"})
COPIES = 2
"""ElastiCache user guide: serverless caches keep data in several zones; two of them is the least
that can be.
"""
_UNKNOWN = "hardware of ElastiCache Serverless is not published"


async def clusters(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their tags."""
    return await tagged(client, scope, page, "elasticache:cluster", lambda raw: str(raw["ARN"]))


async def serverless_caches(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The serverless caches with their tags."""
    return await tagged(
        client, scope, page, "elasticache:serverlesscache", lambda raw: str(raw["ARN"])
    )


def describe_cluster(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster: Memcached of several nodes; Redis and Valkey list each node as a cluster of one."""
    if raw.get("CacheClusterStatus") in _GONE:
        return None
    name, size = raw["CacheClusterId"], raw["CacheNodeType"]
    zone = raw.get("PreferredAvailabilityZone") or ""
    return Resource(
        id=raw["ARN"],
        kind="elasticache/cache_cluster",
        name=name,
        location=scope.location(zone="" if zone == "Multiple" else zone),
        components=nodes(size, raw["NumCacheNodes"]),
        tags=tags(raw.get("Tags")),
        monitor={"CacheClusterId": name},
        info=told(host_type=size, engine=raw.get("Engine"), state=raw.get("CacheClusterStatus")),
    )


def describe_serverless(raw: Raw, scope: Scope) -> Resource | None:
    """One serverless cache: memory for its bytes, and what its processing units take."""
    if raw.get("Status") in _GONE:
        return None
    name = raw["ServerlessCacheName"]
    return Resource(
        id=raw["ARN"],
        kind="elasticache/serverless_cache",
        name=name,
        location=scope.location(),
        components=(
            Component("memory", "dram", COPIES, per="memory_gib", assumed=_UNKNOWN),
            Component("requests", "cache", 1, per="requests", assumed=_UNKNOWN),
        ),
        tags=tags(raw.get("Tags")),
        monitor={"clusterId": name},
        info=told(engine=raw.get("Engine"), state=raw.get("Status")),
    )


SPECS = (
    ServiceSpec(
        kind="elasticache/cache_cluster",
        listing=Listing(
            api="elasticache",
            operation="DescribeCacheClusters",
            scope="region",
            items="CacheClusters[]",
            kind_of=lambda raw: "elasticache/cache_cluster",
            permissions=("elasticache:DescribeCacheClusters",),
            expand=clusters,
        ),
        describe=describe_cluster,
        metrics=(
            Metric(
                into="cpu_ratio",
                namespace="AWS/ElastiCache",
                name="CPUUtilization",
                dimensions={"CacheClusterId": "CacheClusterId"},
                scale=0.01,
            ),
        ),
        reason="Each node as the instance its class is named after, at its measured load; replicas are nodes too.",
    ),
    ServiceSpec(
        kind="elasticache/serverless_cache",
        listing=Listing(
            api="elasticache",
            operation="DescribeServerlessCaches",
            scope="region",
            items="ServerlessCaches[]",
            kind_of=lambda raw: "elasticache/serverless_cache",
            permissions=("elasticache:DescribeServerlessCaches",),
            expand=serverless_caches,
        ),
        describe=describe_serverless,
        metrics=(
            Metric(
                into="memory_gib",
                namespace="AWS/ElastiCache",
                name="BytesUsedForCache",
                dimensions={"clusterId": "clusterId"},
                scale=1 / 1024**3,
            ),
            rate(
                "requests",
                "AWS/ElastiCache",
                "ElastiCacheProcessingUnits",
                {"clusterId": "clusterId"},
            ),
        ),
        reason="Memory for the bytes held, twice, and an assumed energy a processing unit; hosts are not published.",
    ),
)
