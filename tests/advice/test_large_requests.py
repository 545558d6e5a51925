"""Large requests: told where two weeks say so, the nodes are filled by them, and some could go."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.advice.large_requests import large_requests
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.model.advice import Advice, Evidence, Spread
from cloud_carbon_exporter.model.clusters import ClusterRequests, NodeSize, Requests, Workload
from cloud_carbon_exporter.model.snapshot import Row
from tests.advice.estates import NOW, WEEKS_2, machine_row

GIB = 2.0**30
WEB, IDLER = Workload("shop", "Deployment", "web"), Workload("shop", "Deployment", "idler")
REGION = "arn:aws:ec2:eu-west-1:1:instance"


def node(number: int) -> Row:
    row = machine_row("m5.large", cpu=0.4)
    return replace(row, resource=replace(row.resource, id=f"{REGION}/i-0{number}"))


NODES = [node(number) for number in range(4)]


def cluster(*workloads: Requests) -> ClusterRequests:
    sizes = [NodeSize(f"aws/i-0{number}", 2.0, 8 * GIB) for number in range(len(NODES))]
    return ClusterRequests("prod", NOW, tuple(sizes), workloads)


def known(cores: float, memory: float, seconds: float = WEEKS_2, read: float = 336.0) -> Evidence:
    """Workloads that never used more of their requests."""
    spreads = {
        "cpu_ratio": Spread(read, 336.0 - read, cores / 2, cores, cores),
        "memory_ratio": Spread(read, 336.0 - read, memory / 2, memory, memory),
    }
    return Evidence(NOW - seconds, NOW, spreads)


def told(
    of: ClusterRequests, evidence: Evidence | None, rows: Iterable[Row] = NODES
) -> list[Advice]:
    def known_of(name: str, workload: Workload) -> Evidence | None:
        return evidence if (name, workload) == ("prod", IDLER) else None

    return list(large_requests([of], rows, known_of, Look("location")))


FULL = cluster(Requests(WEB, 4.0, 3.0, 8 * GIB, 6 * GIB), Requests(IDLER, 4.0, 0.2, 8 * GIB, GIB))
"""All cores are asked for, and half of the memory."""


def test_it_saves_the_share_of_the_nodes_that_nobody_needs_any_more() -> None:
    (found,) = told(FULL, known(0.05, 0.1))
    assert found.id == "large_requests:prod/shop/Deployment/idler"
    assert not found.is_of_one
    # 4 cores become 4 x 0.05 / 0.8, of the 8 there are
    assert "0.25 cores instead of 4 and 1 GiB instead of 8" in found.action
    assert "requests fill 100 % of the cores and 50 % of the memory" in found.decided_on
    saved = found.saved_grams_per_second
    assert 0 < saved.lower < saved.value < saved.upper
    whole = told(cluster(Requests(IDLER, 8.0, 0.0, 8 * GIB, 0.0)), known(0.0, 0.0))
    (all_nodes,) = whole
    # 4.25 cores are left, which fill three nodes of the four; where none are, one node stays
    assert saved.value == pytest.approx(all_nodes.saved_grams_per_second.value / 3, rel=1e-9)
    # the nodes that would go are idle, and draw less than they do
    as_they_are = math.fsum(
        row.footprint.operational_grams_per_second.value
        + row.footprint.embodied_grams_per_second.value
        for row in NODES
        if row.footprint.operational_grams_per_second is not None
    )
    assert all_nodes.saved_grams_per_second.value < as_they_are


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        known(0.05, 0.1, WEEKS_2 - 1),
        known(0.05, 0.1, read=29.0),
        known(0.05, 0.1, read=250.0),
        known(0.5, 0.5),  # with headroom more than half of it is needed
    ],
)
def test_nothing_is_told_on_less(evidence: Evidence | None) -> None:
    assert told(FULL, evidence) == []


def test_nothing_is_told_where_no_node_would_go() -> None:
    memory = cluster(
        Requests(WEB, 1.0, 1.0, 32 * GIB, 20 * GIB), Requests(IDLER, 4.0, 0.1, 0.0, 0.0)
    )
    assert told(memory, known(0.01, 1.0)) == []  # memory fills them all the same
    assert told(FULL, known(0.05, 0.1), rows=[]) == []  # of an account that is not explored
    unknown = replace(FULL, nodes=(NodeSize("aws/i-00", 0.0, 0.0),))
    assert told(unknown, known(0.05, 0.1)) == []


def test_less_than_a_node_saves_none_and_the_last_one_stays() -> None:
    asks_little = Requests(IDLER, 1.0, 0.1, GIB, GIB / 10)
    most = Requests(WEB, 6.5, 6.0, GIB, GIB)
    assert told(cluster(most, asks_little), known(0.01, 0.01)) == []
    # Beside it another that frees as much: together they free a node, and each a part of it.
    alike = Requests(IDLER._replace(name="other"), 1.0, 0.1, GIB, GIB / 10)
    less = cluster(most._replace(cores_asked=5.5), asks_little, alike)

    def known_of(_: str, workload: Workload) -> Evidence | None:
        return known(0.01, 0.01) if workload != WEB else None

    found = list(large_requests([less], NODES, known_of, Look("location")))
    assert len(found) == 2
    one_node = told(FULL, known(0.05, 0.1))[0].saved_grams_per_second.value
    freed = 2 * (1 - 0.01 / 0.8) / 2.0  # of a node of two cores
    assert sum(each.saved_grams_per_second.value for each in found) == pytest.approx(
        one_node * freed
    )
    alone = replace(FULL, nodes=FULL.nodes[:1], workloads=(asks_little,))
    assert told(alone, known(0.01, 0.01)) == []


def test_add_ons_of_a_cluster_are_their_clouds_own() -> None:
    add_on = Workload("kube-system", "Deployment", "coredns")
    of = cluster(Requests(add_on, 8.0, 0.0, 8 * GIB, 0.0))
    assert list(large_requests([of], NODES, lambda *_: known(0, 0), Look("location"))) == []


@given(st.floats(0, 2), st.floats(0, 2), st.floats(0, 20), st.floats(0, 60))
def test_whatever_is_told_is_carried_and_is_no_more_than_the_nodes(
    cores: float, memory: float, cores_asked: float, gib_asked: float
) -> None:
    of = cluster(Requests(IDLER, cores_asked, 0.0, gib_asked * GIB, 0.0))
    (most,) = told(cluster(Requests(IDLER, 8.0, 0.0, 8 * GIB, 0.0)), known(0.0, 0.0))
    for found in told(of, known(cores, memory)):
        saved = found.saved_grams_per_second
        assert 0 < saved.lower <= saved.value <= saved.upper
        assert saved.value <= most.saved_grams_per_second.value * (1 + 1e-9)
