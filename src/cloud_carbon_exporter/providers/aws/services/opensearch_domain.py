"""OpenSearch Service domains, also of Elasticsearch: nodes of every role, and their EBS volumes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import batches, tagged, told
from cloud_carbon_exporter.providers.aws.describing.hardware import MIB_PER_GIB, nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "opensearchservice/domain"
# Isolated is a domain of a suspended account: nothing answers, and the data are kept.
STATES = states(
    running="Creating Active Modifying UpgradingEngineVersion UpdatingServiceSoftware",
    stopped="Isolated",
    gone="Deleting",
)
# Names one DescribeDomains call takes.
_PER_CALL = 5


async def domains(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The domains described, five a call."""

    async def some(names: Sequence[str]) -> Sequence[Raw]:
        wanted = {"DomainNames": names}
        answer = await client.call(
            scope, "opensearch", "DescribeDomains", wanted, permissions="es:DescribeDomains"
        )
        return told(answer, "DomainStatusList", scope, "DescribeDomains")

    names = [str(raw["DomainName"]) for raw in page]
    answers = await asyncio.gather(*(some(batch) for batch in batches(names, _PER_CALL)))
    described = [domain for answer in answers for domain in answer]
    return await tagged(client, scope, described, "es:domain", lambda raw: str(raw["ARN"]))


def _nodes(config: Raw) -> Iterator[Component]:
    """Nodes of a domain. The load read is that of the data nodes, and stands for the others."""
    yield from nodes(config.get("InstanceType") or "", config.get("InstanceCount") or 1)
    if config.get("DedicatedMasterEnabled"):
        yield from nodes(
            config.get("DedicatedMasterType") or "", config.get("DedicatedMasterCount") or 1
        )
    if config.get("WarmEnabled"):
        yield from nodes(config.get("WarmType") or "", config.get("WarmCount") or 1)
    for option in config.get("NodeOptions") or ():
        extra = option.get("NodeConfig") or {}
        if extra.get("Enabled"):
            yield from nodes(extra.get("Type") or "", extra.get("Count") or 1)


def _storage(config: Raw, disks: Raw) -> Iterator[Component]:
    """Storage of a domain: UltraWarm's lies in S3, and each data node has a volume."""
    if config.get("WarmEnabled"):
        yield Component("object", "aws/s3", 1.0, per="stored_gib")
    if disks.get("EBSEnabled"):
        # VolumeSize is that of each data node.
        drive = f"aws/{disks.get('VolumeType') or 'gp3'}"
        count = config.get("InstanceCount") or 1
        yield Component("block", drive, float(disks.get("VolumeSize") or 0) * count)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One domain."""
    config, domain = raw["ClusterConfig"], parse(raw, scope, raw["ARN"], raw["DomainName"])
    monitor = {"DomainName": domain.name, "ClientId": scope.account_id}
    if config.get("WarmEnabled"):
        monitor["WarmDomainName"] = domain.name
    state = raw.get("DomainProcessingStatus", "")
    return domain.described(
        running=tuple(_nodes(config)),
        kept=tuple(_storage(config, raw.get("EBSOptions") or {})),
        # The API tells in a field of its own that a domain is being deleted.
        state="Deleting" if raw.get("Deleted") else state,
        monitor=monitor,
        info={"host_type": config.get("InstanceType"), "engine": raw.get("EngineVersion")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="opensearch",
        operation="ListDomainNames",
        scope="region",
        items="DomainNames[]",
        kind_of=lambda raw: KIND,
        permissions=("es:ListDomainNames", "es:DescribeDomains"),
        expand=domains,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent(
            "cpu_ratio",
            "AWS/ES",
            "CPUUtilization",
            {"DomainName": "DomainName", "ClientId": "ClientId"},
        ),
        # MiB of UltraWarm.
        Metric(
            into="stored_gib",
            namespace="AWS/ES",
            name="WarmStorageSpaceUtilization",
            statistic="Maximum",
            dimensions={"DomainName": "WarmDomainName", "ClientId": "ClientId"},
            scale=1 / MIB_PER_GIB,
        ),
    ),
    reason=(
        "Data, master, warm and coordinating nodes at the data nodes' load, a volume each, "
        "and warm bytes in S3."
    ),
)
