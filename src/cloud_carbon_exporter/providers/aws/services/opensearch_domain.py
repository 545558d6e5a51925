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
# Families of OpenSearch-optimised instances, which write all they index to S3 as well.
_OPTIMISED = ("or1.", "or2.", "om2.", "oi2.")
# Series that tell MiB in S3, by the key of the monitor.
_TIERS = {
    "WarmDomainName": "WarmStorageSpaceUtilization",
    "ColdDomainName": "ColdStorageSpaceUtilization",
    "RemoteDomainName": "RemoteStorageUsedSpace",
}
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
    # ClusterConfig: InstanceCount is of data nodes alone; masters and warm nodes come on top.
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


def _in_s3(config: Raw) -> Iterator[str]:
    """Tiers of a domain that lie in S3, each by the key of the monitor that names it."""
    if config.get("WarmEnabled"):
        yield "WarmDomainName"
    if (config.get("ColdStorageOptions") or {}).get("Enabled"):
        yield "ColdDomainName"
    if str(config.get("InstanceType")).startswith(_OPTIMISED):
        yield "RemoteDomainName"


def _storage(config: Raw, disks: Raw) -> Iterator[Component]:
    """Storage of a domain: some tiers lie in S3, and each data node has a volume."""
    if any(_in_s3(config)):
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
    monitor |= dict.fromkeys(_in_s3(config), domain.name)
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
        *(
            Metric(
                into="stored_gib",
                namespace="AWS/ES",
                name=name,
                statistic="Maximum",
                dimensions={"DomainName": key, "ClientId": "ClientId"},
                scale=1 / MIB_PER_GIB,
            )
            for key, name in _TIERS.items()
        ),
    ),
    reason=(
        "Data, master, warm and coordinating nodes at the data nodes' load, a volume each, "
        "and warm, cold and remote bytes in S3."
    ),
)
