"""Seconds of CPU and memory of one refresh of a cluster: its answers read, its nodes split.

Every pod has a use, a request and an owner of its own; answers are read one after another, as the
feed does. The pods are told anew each time, so nothing is taken from the refresh before.

python -m bench.bench_kubernetes [nodes pods]
"""

from __future__ import annotations

import json
import random
import resource as os_resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cloud_carbon_exporter.collect import interpreter
from cloud_carbon_exporter.exposition import Renderer, Settings
from cloud_carbon_exporter.http.vector import ANY_LABELS, read_in_pieces
from cloud_carbon_exporter.kubernetes.clusters import Clusters
from cloud_carbon_exporter.kubernetes.feed import ClusterFeed, Read
from cloud_carbon_exporter.kubernetes.pod_labels import POD_LABELS
from cloud_carbon_exporter.kubernetes.queries import OF_PODS, QUERIES
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.shares import Counted
from cloud_carbon_exporter.kubernetes.usage import Usage, UsageReading
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Location, Resource, Totals

CLUSTER = ClusterSettings(cluster="prod", url="http://prometheus.invalid")
GIB = 2**30
NOON = 1.79e9
PODS_A_WORKLOAD = 10
TYPES = ("m5.2xlarge", "m6i.4xlarge", "r5.2xlarge", "c7g.4xlarge")
NOT_THERE = frozenset(
    {
        "board_ratio",
        "board_watts",
        "volumes",
        "claims",
        "mounts",
        "ended",
        "jobs",
        "owners",
        "former",
    }
)
"""Answers that are empty: most clusters have no boards, and few claims and jobs."""


Labels = dict[str, str]


class Estate:
    """A cluster made up: names are the same each time, numbers are not."""

    def __init__(self, nodes: int, pods: int) -> None:
        self.nodes = [
            f"ip-10-{number // 256}-{number % 256}-7.ec2.internal" for number in range(nodes)
        ]
        self.pods = pods
        self.numbers = random.Random(0)

    def answers(self) -> dict[str, bytes]:
        """Answers to all queries, as of now."""
        return {name: self.answer(name) for name in QUERIES}

    def answer(self, name: str) -> bytes:
        """Answer of Prometheus to a query."""
        result: list[bytes] = []
        for labels, value in self._series(name):
            series = {"metric": labels, "value": [NOON, repr(value)]}
            result.append(json.dumps(series, separators=(",", ":")).encode())
        head = b'{"status":"success","data":{"resultType":"vector","result":['
        return head + b",".join(result) + b"]}}"

    def _series(self, name: str) -> Iterator[tuple[Labels, float]]:
        if name in NOT_THERE:
            return
        if name == "replicasets":
            for number in range(self.pods // PODS_A_WORKLOAD):
                owner = {"owner_kind": "Deployment", "owner_name": f"service-{number}"}
                replicaset = {
                    "namespace": f"team-{number % 100}",
                    "replicaset": f"service-{number}-7d9f8",
                }
                yield {**replicaset, **owner}, 1.0
        elif name in ("nodes", "capacity", "node_cores", "node_memory"):
            yield from self._of_nodes(name)
        else:
            for number in range(self.pods):
                yield from self._of_pod(name, number)

    def _of_nodes(self, name: str) -> Iterator[tuple[Labels, float]]:
        for number, node in enumerate(self.nodes):
            if name == "nodes":
                said = f"aws:///eu-west-3a/i-{number:017x}"
                yield {"node": node, "provider_id": said, "internal_ip": f"10.{number}"}, 1.0
            elif name == "capacity":
                yield {"node": node, "resource": "cpu"}, 16.0
                yield {"node": node, "resource": "memory"}, 64.0 * GIB
            else:
                most = 12.0 if name == "node_cores" else 48.0 * GIB
                yield {"node": node, "instance": f"{node}:10250"}, most * self.numbers.random()

    def _of_pod(self, name: str, number: int) -> Iterator[tuple[Labels, float]]:
        workload = number // PODS_A_WORKLOAD
        labels = {
            "namespace": f"team-{workload % 100}",
            "pod": f"service-{workload}-7d9f8-{number:05x}",
        }
        replicaset = f"service-{workload}-7d9f8"
        if name == "pods":
            node = self.nodes[number % len(self.nodes)]
            owner = {"created_by_kind": "ReplicaSet", "created_by_name": replicaset}
            yield {**labels, "node": node, **owner}, 1.0
        elif name == "requests":
            yield {**labels, "resource": "memory"}, self.numbers.random() * GIB
        elif name == "cores_asked":
            yield {**labels, "resource": "cpu"}, self.numbers.random() * 0.4
        else:
            yield labels, self.numbers.random() * (0.2 if name == "cores" else GIB)


def rows(nodes: int) -> tuple[Row, ...]:
    """The machines, no two at the same load."""
    numbers, place = random.Random(1), facts.place("aws", "eu-west-3")
    found: list[Row] = []
    for number in range(nodes):
        identity = f"arn:aws:ec2:eu-west-3:111111111111:instance/i-{number:017x}"
        at = Location("aws", "111111111111", "eu-west-3", "eu-west-3a")
        held = components(machine("aws", TYPES[number % len(TYPES)]))
        one = Resource(identity, "ec2/instance", f"node-{number}", at, held)
        loads = {"cpu_ratio": numbers.random()}
        footprint = estimate(one, loads, place, place.intensities[0])
        found.append(Row(one, footprint, loads, Totals()))
    return tuple(found)


class Told(ClusterFeed):
    """A feed that was told, and asks nobody."""

    def __init__(self) -> None:
        super().__init__((CLUSTER,), 300, _Meter(), lambda *_: None, _Said(), time.time)
        self.read = Read(CLUSTER)

    def reads(self) -> tuple[Read, ...]:
        """As told."""
        return (self.read,)


class _Meter:
    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count nothing."""


class _Said:
    def failed(self, thing: object, error: object) -> None:
        """Say nothing."""

    def well(self, thing: object, text: str) -> None:
        """Say nothing."""


def timed(what: str, work: Callable[[], object]) -> float:
    """Seconds of CPU that it took."""
    began = time.process_time()
    work()
    took = time.process_time() - began
    print(f"  {what}: {took:.2f} s CPU")
    return took


def read(bodies: Mapping[str, bytes]) -> tuple[Usage, float]:
    """Usage of the cluster as told now, and the seconds of CPU to read it."""
    began = time.process_time()
    reading = UsageReading()
    for name in QUERIES:
        body = bodies[name]
        if name in OF_PODS:
            of_pods = read_in_pieces(body, POD_LABELS, 0.0, 2.0**63)
            reading.take_pods(name, of_pods.samples)
        else:
            reading.take(name, read_in_pieces(body, ANY_LABELS, 0.0, 2.0**63).samples)
    usage = reading.usage()
    took = time.process_time() - began
    print(f"  answers read: {took:.2f} s CPU")
    return usage, took


def peak_megabytes() -> float:
    """The most memory this process has held so far."""
    return os_resource.getrusage(os_resource.RUSAGE_SELF).ru_maxrss / 1e3


def measure(nodes: int, pods: int) -> None:
    """Three refreshes, and what each cost."""
    estate, machines = Estate(nodes, pods), rows(nodes)
    feed = Told()
    clusters = Clusters(feed, 300, 1800, counting=True)
    renderer = Renderer(Settings(version="0", model_version="0"))
    shown = Snapshot(NOON, machines, first_collection_done=True)
    told = [estate.answers() for _ in range(3)]
    sizes = [len(body) / 1e6 for body in told[0].values()]
    print(f"{nodes} nodes, {pods} pods: {sum(sizes):.0f} MB told, {max(sizes):.0f} MB at once")
    before = peak_megabytes()
    for number, bodies in enumerate(told):
        now = NOON + 300 * number
        usage, spent = read(bodies)
        feed.read = Read(CLUSTER, usage, now, "", True)
        counted = [
            Counted(row.resource.id, now - 600, now - 300, 1e4, 1.0, 0.1) for row in machines
        ]

        def split(now: float = now, counted: list[Counted] = counted) -> None:
            nonlocal shown
            news = clusters.news(machines, counted, now, advance=True)
            shown = replace(shown, taken_at=now, clusters=news)

        spent += timed("nodes split and counted", split)
        timed("rendered, with the machines", lambda: renderer(shown))
        print(f"  refresh {number + 1}: {spent:.2f} s CPU")
    more = peak_megabytes() - before + max(sizes)
    print(f"  {len(shown.clusters.rows)} workloads with series, {more:.0f} MB more at the peak")


if __name__ == "__main__":
    interpreter.prepare()
    measure(*([int(argument) for argument in sys.argv[1:]] or [1_000, 50_000]))
