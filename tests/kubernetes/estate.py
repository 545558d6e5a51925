"""Machines and usage of a cluster, made up, for tests of the split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.kubernetes.clusters import Clusters
from cloud_carbon_exporter.kubernetes.feed import ClusterFeed, Read
from cloud_carbon_exporter.kubernetes.pod_labels import pod_labels
from cloud_carbon_exporter.kubernetes.queries import OF_PODS, QUERIES
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings, IdleShare
from cloud_carbon_exporter.kubernetes.usage import NodeUsage, Usage, UsageReading
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held, Node
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Component, Location
from tests.model.machines import footprint, holding
from tests.model.machines import resource as machine

GIB = 2**30
NOON = 1_790_078_400.0
WEB, DB = Workload("shop", "Deployment", "web"), Workload("data", "StatefulSet", "db")


def row(name: str, type_name: str = "m5.large", cpu_ratio: float = 0.3) -> Row:
    """An EC2 instance of that id."""
    found = machine("aws", type_name)
    at = Location("aws", "1", "eu-west-3", "eu-west-3a")
    id_ = f"arn:aws:ec2:eu-west-3:1:instance/{name}"
    resource = replace(found, id=id_, kind="ec2/instance", name=name, location=at)
    loads = {"cpu_ratio": cpu_ratio}
    return Row(resource, footprint(resource, loads), loads)


def disk(name: str) -> Row:
    """An EBS volume of that id."""
    id_ = f"arn:aws:ec2:eu-west-3:1:volume/{name}"
    resource = replace(holding(Component("block", "aws/gp3", 100.0)), id=id_, kind="ec2/volume")
    return Row(resource, footprint(resource, {}), {})


def node(name: str, workloads: dict[Workload, Held], provider_id: str | None = None) -> NodeUsage:
    """A node of two cores and 8 GiB, on the instance of that id."""
    said = f"aws:///eu-west-3a/{name}" if provider_id is None else provider_id
    size = Node(2.0, 8.0 * GIB, 0, 1.0, 4.0 * GIB)
    return NodeUsage(name, said, size, workloads)


def held(cores: float, gib: float = 1.0) -> Held:
    """So many cores at work, and so much memory."""
    return Held(cores, cores, gib * GIB, gib * GIB, gib * GIB)


class StillFeed(ClusterFeed):
    """A feed that asks nobody: what it has read is told to it."""

    def __init__(self, *clusters: ClusterSettings) -> None:
        super().__init__(clusters, 300, _Unpaid(), lambda *_: None, _Silent(), lambda: NOON)
        self.told: dict[str, Read] = {each.cluster: Read(each) for each in clusters}

    def tell(self, usage: Usage | None, at: float, error: str = "", cluster: str = "prod") -> None:
        """What a cluster's Prometheus said."""
        before = self.told[cluster]
        read_at = at if not error else before.read_at
        self.told[cluster] = Read(
            before.settings, usage if not error else before.usage, read_at, error, True
        )

    def reads(self) -> tuple[Read, ...]:
        """As told."""
        return tuple(self.told.values())


class _Unpaid:
    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count nothing."""


class _Silent:
    def failed(self, thing: object, error: object) -> None:
        """Say nothing."""

    def well(self, thing: object, text: str) -> None:
        """Say nothing."""


def settings(
    cluster: str = "prod", *, top_workloads: int = 500, idle: IdleShare = "apart"
) -> ClusterSettings:
    """A cluster."""
    return ClusterSettings(
        cluster=cluster,
        url=f"http://{cluster}.invalid",
        top_workloads=top_workloads,
        idle=idle,
    )


def clusters(feed: StillFeed, *, counting: bool = True) -> Clusters:
    """Clusters with figures that may be half an hour old."""
    return Clusters(feed, 300, 1800, counting=counting)


def usage_of(told: Mapping[str, Sequence[Sample]]) -> Usage:
    """Usage by answers to the queries; those that are not there are empty. Raises CollectError."""
    reading = UsageReading()
    for name in QUERIES:
        samples = told.get(name, ())
        if name in OF_PODS:
            reading.take_pods(name, [(pod_labels(labels), value) for labels, value in samples])
        else:
            reading.take(name, samples)
    return reading.usage()
