"""Amazon MQ brokers: the instances behind each, and an assumed volume, since no API tells its size."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_INSTANCES = {"SINGLE_INSTANCE": 1, "ACTIVE_STANDBY_MULTI_AZ": 2, "CLUSTER_MULTI_AZ": 3}
VOLUME_GIB, MICRO_VOLUME_GIB = 200.0, 20.0
"""Amazon MQ developer guide, quotas: storage of a broker, and of one on a micro instance."""
_GONE = frozenset({"CREATION_FAILED", "DELETION_IN_PROGRESS"})


async def brokers(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The brokers with their tags."""
    return await tagged(client, scope, page, "mq:broker", lambda raw: str(raw["BrokerArn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One broker: one instance, an active and a standby, or a cluster of three."""
    if raw.get("BrokerState") in _GONE:
        return None
    name, size, mode = raw["BrokerName"], raw["HostInstanceType"], raw["DeploymentMode"]
    count = _INSTANCES.get(mode, 1)
    # RabbitMQ reports as one broker; ActiveMQ instance by instance, numbered from 1: there the
    # first stands for all.
    rabbit = raw.get("EngineType", "").upper() == "RABBITMQ"
    volume = MICRO_VOLUME_GIB if size.endswith(".micro") else VOLUME_GIB
    disk = Component(
        "block", "aws/gp3", volume * count, assumed="size of a broker's volume is not told"
    )
    return Resource(
        id=raw["BrokerArn"],
        kind="amazonmq/broker",
        name=name,
        location=scope.location(),
        components=(*nodes(size, count), disk),
        tags=tags(raw.get("Tags")),
        monitor={"RabbitBroker": name} if rabbit else {"ActiveBroker": f"{name}-1"},
        info=told(host_type=size, engine=raw.get("EngineType"), state=raw.get("BrokerState")),
    )


SPEC = ServiceSpec(
    kind="amazonmq/broker",
    listing=Listing(
        api="mq",
        operation="ListBrokers",
        scope="region",
        items="BrokerSummaries[]",
        kind_of=lambda raw: "amazonmq/broker",
        permissions=("mq:ListBrokers",),
        expand=brokers,
    ),
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/AmazonMQ",
            name="CpuUtilization",
            dimensions={"Broker": "ActiveBroker"},
            scale=0.01,
        ),
        Metric(
            into="cpu_ratio",
            namespace="AWS/AmazonMQ",
            name="SystemCpuUtilization",
            dimensions={"Broker": "RabbitBroker"},
            scale=0.01,
        ),
    ),
    reason="The instances of its deployment by their class, and the volume the quotas give, assumed.",
)
