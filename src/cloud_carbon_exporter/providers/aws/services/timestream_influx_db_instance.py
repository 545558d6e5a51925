"""Timestream for InfluxDB: machines of a class and their storage, of instances and clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, nodes, times, volume
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

INSTANCE, CLUSTER = "timestream/influx_db_instance", "timestream/influx_db_cluster"
API = "timestream-influxdb"
# A reboot or a restore that failed leaves the machine there.
STATES = states(
    running=(
        "CREATING AVAILABLE MODIFYING UPDATING UPDATING_DEPLOYMENT_TYPE UPDATING_INSTANCE_TYPE"
        " MAINTENANCE REBOOTING REBOOT_FAILED RESTORING RESTORE_FAILED"
    ),
    gone="FAILED DELETING DELETED",
)
CLUSTER_STATES = states(
    running=(
        "CREATING AVAILABLE PARTIALLY_AVAILABLE UPDATING UPDATING_INSTANCE_TYPE MAINTENANCE"
        " REBOOTING REBOOT_FAILED RESTORING RESTORE_FAILED"
    ),
    gone="FAILED DELETING DELETED",
)
VCPUS = {"medium": 1, "large": 2, "xlarge": 4}
GIB_PER_VCPU = 8
"""Timestream developer guide: db.influx.medium is 1 vCPU and 8 GiB, larger ones in proportion."""


# Nodes are added and taken away by hand.
_NODES_SECONDS = 900.0
_CLUSTERS = f"{API}:ListDbClusters"
_NODES = f"{API}:ListDbInstancesForCluster"


async def instances(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The instances with their tags, without the nodes of clusters, which are counted there."""
    if not page:
        return ()
    nodes = await _members(client, scope)
    alone = [raw for raw in page if str(raw["id"]) not in nodes]
    return await tagged(client, scope, alone, f"{API}:db-instance", lambda raw: str(raw["arn"]))


async def _members(client: AwsApi, scope: Scope) -> set[str]:
    """Ids of the nodes of all clusters; none where clusters may not be read."""
    members: set[str] = set()
    listed: list[Raw] = []
    try:
        async for answer in client.answers(scope, API, "ListDbClusters", {}, permissions=_CLUSTERS):
            listed += answer.get("items", ())
        nodes = await _nodes(client, scope, listed)
    except PermissionMissing:
        # Then no cluster is counted, and a node that is listed here is counted once.
        return members
    for of_cluster in nodes.values():
        members |= {str(node["id"]) for node in of_cluster}
    return members


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their nodes and tags."""
    nodes = await _nodes(client, scope, page)
    known = [{**raw, "Nodes": nodes[raw["id"]]} for raw in page if raw["id"] in nodes]
    return await tagged(client, scope, known, f"{API}:db-cluster", lambda raw: str(raw["arn"]))


async def _nodes(
    client: AwsApi, scope: Scope, listed: Sequence[Raw]
) -> Mapping[str, Sequence[Raw]]:
    """Nodes by the id of their cluster: one call a cluster, four times an hour."""

    async def ask(identity: str) -> list[Raw]:
        nodes: list[Raw] = []
        async for answer in client.answers(
            scope, API, "ListDbInstancesForCluster", {"dbClusterId": identity}, permissions=_NODES
        ):
            nodes += answer.get("items", ())
        return nodes

    what = (API, "ListDbInstancesForCluster", scope.account_id, scope.region)
    return await by_name(client, what, [str(raw["id"]) for raw in listed], _NODES_SECONDS, ask)


def vcpus(instance_class: str) -> int:
    """vCPUs of db.influx.large, db.influx.16xlarge. Raises ValueError for a size that is none."""
    size = instance_class.rpartition(".")[2]
    return VCPUS[size] if size in VCPUS else VCPUS["xlarge"] * int(size.removesuffix("xlarge"))


def _machine(size: str | None) -> tuple[Component, ...]:
    return hidden(vcpus(size), vcpus(size) * GIB_PER_VCPU) if size else nodes("")


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One instance."""
    instance, size = parse(raw, scope, raw["arn"], raw["name"]), raw.get("dbInstanceType")
    # Of a standby both the machine and the storage are there twice.
    copies = 2 if raw.get("deploymentType") == "WITH_MULTIAZ_STANDBY" else 1
    return instance.described(
        running=times(_machine(size), copies),
        # API reference, GetDbInstance: in gibibytes.
        kept=times(volume(raw.get("allocatedStorage")), copies),
        state=raw.get("status", ""),
        monitor={"DbInstanceName": instance.name},
        info={"host_type": size},
    )


def describe_cluster(raw: Raw, scope: Scope) -> Description | None:
    """One cluster: each of its nodes, whatever it does, and the storage each was given."""
    machines: list[Component] = []
    disks: list[Component] = []
    for node in raw["Nodes"]:
        machines += _machine(node.get("dbInstanceType"))
        # Of a node that tells none, what the cluster tells.
        disks += volume(node.get("allocatedStorage") or raw.get("allocatedStorage"))
    return parse(raw, scope, raw["arn"], raw["name"]).described(
        running=tuple(machines),
        kept=tuple(disks),
        state=raw.get("status", ""),
        info={"host_type": raw.get("dbInstanceType"), "engine": raw.get("engineType")},
    )


SPECS = (
    ServiceSpec(
        kind=INSTANCE,
        listing=Listing(
            api=API,
            operation="ListDbInstances",
            scope="region",
            items="items[]",
            kind_of=lambda raw: INSTANCE,
            permissions=(f"{API}:ListDbInstances", _CLUSTERS, _NODES),
            expand=instances,
        ),
        states=STATES,
        describe=describe,
        metrics=(
            percent(
                "cpu_ratio",
                "AWS/Timestream/InfluxDB",
                "CPUUtilization",
                {"DbInstanceName": "DbInstanceName"},
            ),
        ),
        reason=(
            "The vCPUs and memory of its class and its storage, both twice with a standby; "
            "the host is not published."
        ),
    ),
    ServiceSpec(
        kind=CLUSTER,
        listing=Listing(
            api=API,
            operation="ListDbClusters",
            scope="region",
            items="items[]",
            kind_of=lambda raw: CLUSTER,
            permissions=(_CLUSTERS, _NODES),
            expand=clusters,
        ),
        states=CLUSTER_STATES,
        describe=describe_cluster,
        reason=(
            "The vCPUs, memory and storage of each of its nodes, which are counted here "
            "and not among the instances; their hosts are not published."
        ),
    ),
)
