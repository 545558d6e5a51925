"""OpenSearch Service domains, also of Elasticsearch: data, master, warm and coordinating nodes, and
their EBS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import batches, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_PER_CALL = 5
"""Names one DescribeDomains call takes."""
MIB_PER_GIB = 1024


async def domains(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The domains described, five a call."""

    async def some(names: Sequence[str]) -> Sequence[Raw]:
        wanted = {"DomainNames": names}
        answer = await client.call(
            scope, "opensearch", "DescribeDomains", wanted, permissions="es:DescribeDomains"
        )
        found: Sequence[Raw] = answer.get("DomainStatusList", ())
        return found

    names = [str(raw["DomainName"]) for raw in page]
    answers = await asyncio.gather(*(some(batch) for batch in batches(names, _PER_CALL)))
    found = [domain for answer in answers for domain in answer]
    return await tagged(client, scope, found, "es:domain", lambda raw: str(raw["ARN"]))


def _held(config: Raw, disks: Raw) -> Iterator[Component]:
    """All nodes of a domain. The load read is that of the data nodes, and stands for the others."""
    data = config.get("InstanceCount") or 1
    yield from nodes(config["InstanceType"], data)
    if config.get("DedicatedMasterEnabled"):
        yield from nodes(config["DedicatedMasterType"], config["DedicatedMasterCount"])
    if config.get("WarmEnabled"):
        yield from nodes(config["WarmType"], config["WarmCount"])
        yield Component("object", "aws/s3", 1.0, per="stored_gib")
    for option in config.get("NodeOptions") or ():
        extra = option.get("NodeConfig") or {}
        if extra.get("Enabled"):
            yield from nodes(extra["Type"], extra["Count"])
    if disks.get("EBSEnabled"):
        yield Component(
            "block", f"aws/{disks.get('VolumeType') or 'gp3'}", float(disks["VolumeSize"]) * data
        )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One domain."""
    if raw.get("Deleted"):
        return None
    name, config = raw["DomainName"], raw["ClusterConfig"]
    monitor = {"DomainName": name, "ClientId": scope.account_id}
    if config.get("WarmEnabled"):
        monitor["WarmDomainName"] = name
    return Resource(
        id=raw["ARN"],
        kind="opensearchservice/domain",
        name=name,
        location=scope.location(),
        components=tuple(_held(config, raw.get("EBSOptions") or {})),
        tags=tags(raw.get("Tags")),
        monitor=monitor,
        info=told(host_type=config["InstanceType"], engine=raw.get("EngineVersion")),
    )


SPEC = ServiceSpec(
    kind="opensearchservice/domain",
    listing=Listing(
        api="opensearch",
        operation="ListDomainNames",
        scope="region",
        items="DomainNames[]",
        kind_of=lambda raw: "opensearchservice/domain",
        permissions=("es:ListDomainNames", "es:DescribeDomains"),
        expand=domains,
    ),
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/ES",
            name="CPUUtilization",
            dimensions={"DomainName": "DomainName", "ClientId": "ClientId"},
            scale=0.01,
        ),
        Metric(  # MiB of UltraWarm, which lie in object storage
            into="stored_gib",
            namespace="AWS/ES",
            name="WarmStorageSpaceUtilization",
            statistic="Maximum",
            dimensions={"DomainName": "WarmDomainName", "ClientId": "ClientId"},
            scale=1 / MIB_PER_GIB,
        ),
    ),
    reason="Data, master, warm and coordinating nodes at the data nodes' load, a volume each, and warm bytes in S3.",
)
