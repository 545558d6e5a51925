"""DocumentDB elastic clusters: shards of so many vCPUs, their replicas, and one shared volume."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.databases import GIB_PER_VCPU
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB, hidden
from cloud_carbon_exporter.providers.aws.describing.metrics import level, percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "docdbelastic/cluster"
# What could not be made for want of an address or a group has no machines; without its key AWS
# takes the machines back, as it does of a cluster of instances.
STATES = states(
    running=(
        "CREATING ACTIVE UPDATING MODIFYING MERGING SPLITTING COPYING MAINTENANCE"
        " INACCESSIBLE_SECRET_ARN INACCESSIBLE_VPC_ENDPOINT"
    ),
    stopped="STARTING STOPPING STOPPED INACCESSIBLE_ENCRYPTION_CREDENTIALS_RECOVERABLE",
    gone=(
        "DELETING INACCESSIBLE_ENCRYPTION_CREDS INCOMPATIBLE_NETWORK INVALID_SECURITY_GROUP_ID"
        " INVALID_SUBNET_ID IP_ADDRESS_LIMIT_EXCEEDED VPC_ENDPOINT_LIMIT_EXCEEDED"
    ),
)
# Shards are added and resized by hand.
_SECONDS = 900.0
_DETAILS = "docdb-elastic:GetCluster"
DEFAULT_INSTANCES = 2
"""DocumentDB developer guide, how elastic clusters work: a shard has a writer and a replica."""
_BY_CLUSTER = {"ClusterId": "ClusterId", "ClusterName": "ClusterName"}


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters described: the list has no shards."""
    listed = {str(raw["clusterArn"]): raw for raw in page}
    answers = await one_by_one(
        client,
        scope,
        "docdb-elastic",
        "GetCluster",
        {arn: {"clusterArn": arn} for arn in listed},
        seconds=_SECONDS,
        permission=_DETAILS,
    )
    # The state is that of the list, which is as of now.
    described = [{**answer["cluster"], **listed[arn]} for arn, answer in answers.items()]
    return await tagged(
        client, scope, described, "docdb-elastic:cluster", lambda raw: str(raw["clusterArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster."""
    cluster = parse(raw, scope, raw["clusterArn"], raw["clusterName"])
    # API reference, Cluster: 1 instance is the writer alone; all others are its replicas.
    instances = raw["shardCount"] * (raw.get("shardInstanceCount") or DEFAULT_INSTANCES)
    vcpus = instances * raw["shardCapacity"]
    return cluster.described(
        running=hidden(vcpus, vcpus * GIB_PER_VCPU),
        kept=(Component("block", "aws/docdb", 1.0, per="stored_gib"),),
        state=raw.get("status", ""),
        monitor={"ClusterId": cluster.id.rpartition("/")[2], "ClusterName": cluster.name},
        info={"host_type": f"{raw['shardCapacity']} vCPU"},
        started=raw.get("createTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="docdb-elastic",
        operation="ListClusters",
        scope="region",
        items="clusters[]",
        kind_of=lambda raw: KIND,
        permissions=("docdb-elastic:ListClusters", _DETAILS),
        expand=clusters,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent("cpu_ratio", "AWS/DocDB-Elastic", "PrimaryInstanceCPUUtilization", _BY_CLUSTER),
        level(
            "stored_gib",
            "AWS/DocDB-Elastic",
            "VolumeBytesUsed",
            _BY_CLUSTER,
            scale=1 / BYTES_PER_GIB,
        ),
    ),
    reason=(
        "The vCPUs of all instances of its shards at the load of their writers, with 8 GiB each, "
        "and the bytes of its volume in six copies; the hosts are not published."
    ),
)
