"""Amazon MQ brokers: the instances behind each, and a volume of a size that no API tells."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "amazonmq/broker"
STATES = states(
    running="CREATION_IN_PROGRESS RUNNING REBOOT_IN_PROGRESS CRITICAL_ACTION_REQUIRED REPLICA",
    gone="CREATION_FAILED DELETION_IN_PROGRESS",
)
# Amazon MQ developer guide, deployment options. A cluster is RabbitMQ's, an active and a standby
# ActiveMQ's.
_INSTANCES = {"SINGLE_INSTANCE": 1, "ACTIVE_STANDBY_MULTI_AZ": 2, "CLUSTER_MULTI_AZ": 3}
VOLUME_GIB, MICRO_VOLUME_GIB = 200.0, 20.0
"""Amazon MQ developer guide, quotas: storage of a broker, and of one on a micro instance."""


async def brokers(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The brokers with their tags."""
    return await tagged(client, scope, page, "mq:broker", lambda raw: str(raw["BrokerArn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One broker: one instance, an active and a standby, or a cluster of three."""
    broker = parse(raw, scope, raw["BrokerArn"], raw["BrokerName"])
    size, engine = raw.get("HostInstanceType") or "", raw.get("EngineType", "")
    count = _INSTANCES.get(raw.get("DeploymentMode", ""), 1)
    volume_gib = MICRO_VOLUME_GIB if size.endswith(".micro") else VOLUME_GIB
    unknown = "size of a broker's volume is not told"
    # RabbitMQ reports as one broker, ActiveMQ instance by instance, numbered from 1: there the
    # first stands for all.
    rabbit = engine.upper() == "RABBITMQ"
    return broker.described(
        running=nodes(size, count),
        kept=(Component("block", "aws/gp3", volume_gib * count, assumed=unknown),),
        state=raw.get("BrokerState", ""),
        monitor={"RabbitBroker": broker.name} if rabbit else {"ActiveBroker": f"{broker.name}-1"},
        info={"host_type": size, "engine": engine},
        started=raw.get("Created"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="mq",
        operation="ListBrokers",
        scope="region",
        items="BrokerSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("mq:ListBrokers",),
        expand=brokers,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent("cpu_ratio", "AWS/AmazonMQ", "CpuUtilization", {"Broker": "ActiveBroker"}),
        percent("cpu_ratio", "AWS/AmazonMQ", "SystemCpuUtilization", {"Broker": "RabbitBroker"}),
    ),
    reason=(
        "The instances of its deployment by their class, and the volume the quotas give, assumed."
    ),
)
