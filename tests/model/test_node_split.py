"""Split of a node: laws of the shares, and of the watts and grams they come to."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.machines import footprint, resource

from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload
from cloud_carbon_exporter.model.node_parts import NodeParts, PartSum, _Part, node_parts
from cloud_carbon_exporter.model.node_split import Held, Node, Shares, split
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import Component, Resource

SHOP, JOBS = Workload("shop", "Deployment", "web"), Workload("jobs", "CronJob", "nightly")
GIB = 2**30

amounts = st.one_of(st.just(0.0), st.floats(1e-6, 1e12))
uses = st.one_of(st.none(), amounts)
nodes = st.builds(Node, amounts, amounts, amounts, uses, uses, uses)
held = st.builds(Held, *[amounts] * 8)
workloads = st.builds(
    Workload, st.sampled_from(["shop", "jobs", "kube-system"]), st.just("Pod"), st.text("ab")
)
estates = st.dictionaries(workloads, held, max_size=6)
machines = st.sampled_from(
    [
        (resource("aws", "m5.large"), {"cpu_ratio": 0.3}),
        (resource("aws", "t3.micro"), {"cpu_ratio": 0.9}),
        (resource("aws", "i3.xlarge"), {}),
        (resource("aws", "g4dn.xlarge"), {"gpu_watts": 40.0, "cpu_ratio": 0.0}),
        (resource("gcp", "a2-highgpu-1g", "europe-west4"), {"gpu_ratio": 0.5}),
        (resource("gcp", "nobody-knows-this", "europe-west4"), {}),
    ]
)


def parts_of(machine: Resource, loads: dict[str, float]) -> NodeParts:
    parts = node_parts(machine, loads, footprint(machine, loads))
    assert parts is not None
    return parts


def test_a_machine_without_hardware_has_nothing_to_share() -> None:
    bare = replace(resource("aws", "m5.large"), components=())
    shares = split(Node(2, 8 * GIB, 0), {SHOP: Held(1, 1, GIB, GIB, GIB)})
    assert shares
    assert parts_of(bare, {}).portions(shares) == {}


def test_no_errors_no_parts_and_no_watts_by_what_is_drawn_at_rest() -> None:
    machine = resource("aws", "m5.large")
    assert node_parts(machine, {}, replace(footprint(machine, {}), errors=None)) is None
    assert _Part("cores").ratio(0.2, 0.8) == 0.2


def summed(parts: NodeParts, shares: Shares) -> FootprintSum:
    part = PartSum()
    part.add(parts, parts.portions({SHOP: shares})[SHOP])
    return part.footprint()


@pytest.mark.slow
@given(nodes, estates, st.booleans())
def test_shares_of_each_part_add_up_to_it_and_none_is_below_0(
    node: Node, pods: dict[Workload, Held], by_request: bool
) -> None:
    shares = split(node, pods, idle_by_request=by_request)
    for column in zip(*shares.values(), strict=True):
        assert min(column) >= 0
        assert math.fsum(column) == pytest.approx(1, rel=1e-12)


@pytest.mark.slow
@given(nodes, estates, st.booleans())
def test_the_order_of_pods_does_not_matter(
    node: Node, pods: dict[Workload, Held], by_request: bool
) -> None:
    backwards = dict(reversed(pods.items()))
    assert split(node, pods, idle_by_request=by_request) == split(
        node, backwards, idle_by_request=by_request
    )


@pytest.mark.slow
@given(nodes, estates, held)
def test_who_uses_more_has_no_smaller_share(
    node: Node, pods: dict[Workload, Held], more: Held
) -> None:
    nothing = Shares(*[0.0] * 6)
    before = split(node, {**pods, SHOP: Held()}).get(SHOP, nothing)
    after = split(node, {**pods, SHOP: more}).get(SHOP, nothing)
    assert all(one <= other for one, other in zip(before, after, strict=True))


@given(nodes, estates, machines, st.booleans())
def test_parts_come_to_the_node_in_watts_and_grams(
    node: Node,
    pods: dict[Workload, Held],
    machine: tuple[Resource, dict[str, float]],
    by_request: bool,
) -> None:
    whole, parts = footprint(*machine), parts_of(*machine)
    shares = split(node, pods, idle_by_request=by_request)
    sums = [summed(parts, each) for each in shares.values()]
    power = math.fsum(each.power_watts.value for each in sums)
    assert power == pytest.approx(whole.power_watts.value, rel=1e-9)
    emitted = math.fsum(each.operational_grams_per_second.value for each in sums)
    assert whole.operational_grams_per_second
    assert emitted == pytest.approx(whole.operational_grams_per_second.value, rel=1e-9)
    made = math.fsum(each.embodied_grams_per_second.value for each in sums)
    assert made == pytest.approx(whole.embodied_grams_per_second.value, rel=1e-9)
    of_all = list(parts.portions(shares).values())
    assert math.fsum(ratio.watts for ratio in of_all) == pytest.approx(1, rel=1e-9)
    assert math.fsum(ratio.grams for ratio in of_all) == pytest.approx(1, rel=1e-9)


@pytest.mark.slow
@given(nodes, estates, machines)
def test_what_is_wrong_of_the_node_by_fact_is_wrong_of_its_parts(
    node: Node, pods: dict[Workload, Held], machine: tuple[Resource, dict[str, float]]
) -> None:
    """Errors by fact that all share add up as the watts do; so bounds are drawn, not shared out."""
    whole, parts = footprint_sum([footprint(*machine)]), parts_of(*machine)
    sums = [summed(parts, each) for each in split(node, pods).values()]
    for fact, reach in whole.power_watts.up.by_fact.items():
        split_reach = math.fsum(each.power_watts.up.by_fact.get(fact, 0.0) for each in sums)
        # what a guess is cut off at 0 is cut off of the whole, or of each component
        assert split_reach >= reach * (1 - 1e-9)
    for each in sums:
        estimate = each.power_watts.estimate
        assert 0 <= estimate.lower <= estimate.value <= estimate.upper


def test_processors_go_by_seconds_and_memory_by_the_larger_of_use_and_request() -> None:
    node = Node(cores=4, memory_bytes=16 * GIB, cores_used=2.0, memory_bytes_used=7.0 * GIB)
    shares = split(
        node,
        {
            SHOP: Held(1.0, 3.0, 2 * GIB, 4 * GIB, 4 * GIB),
            JOBS: Held(0.5, 0.0, 4 * GIB, 1 * GIB, 4 * GIB),
        },
    )
    assert shares[SHOP] == Shares(1 / 4, 1 / 2, 4 / 16, 0, 0, 0)
    assert shares[JOBS] == Shares(0.5 / 4, 0.5 / 2, 4 / 16, 0, 0, 0)
    # half a core and a GiB are the kubelet's and the kernel's
    assert shares[UNKNOWN] == Shares(0.5 / 4, 0.5 / 2, 1 / 16, 0, 0, 0)
    assert shares[IDLE] == Shares(2 / 4, 0, 7 / 16, 1, 1, 1)


def test_what_is_idle_goes_to_those_who_ask_where_it_is_wanted() -> None:
    node = Node(cores=4, memory_bytes=16 * GIB)
    asking = {
        SHOP: Held(1.0, 3.0, 4 * GIB, 4 * GIB, 4 * GIB),
        JOBS: Held(1.0, 1.0, 4 * GIB, 0, 4 * GIB),
    }
    shares = split(node, asking, idle_by_request=True)
    assert shares[SHOP].cores_at_rest == pytest.approx(1 / 4 + 2 / 4 * 3 / 4)
    assert shares[JOBS].cores_at_rest == pytest.approx(1 / 4 + 2 / 4 * 1 / 4)
    assert shares[SHOP].memory == pytest.approx(4 / 16 + 8 / 16)
    # nobody asks for disk: that stays idle
    assert shares[IDLE] == Shares(0, 0, 0, 1, 1, 1)


def test_a_node_of_which_nothing_was_read_is_unknown_not_idle() -> None:
    shares = split(Node(cores=4, memory_bytes=16 * GIB), {SHOP: Held(cores_asked=1.0)})
    assert shares[UNKNOWN][:3] == (1, 1, 1)
    assert SHOP not in shares


def test_boards_go_by_what_they_do_else_by_who_asked_for_them() -> None:
    training, serving = Held(boards_asked=0.5, board_work=90), Held(boards_asked=0.25)
    told = split(Node(board_work=100.0), {JOBS: training, SHOP: serving})
    assert (told[JOBS].boards_at_rest, told[JOBS].boards_at_work) == (0.5, 0.9)
    assert (told[SHOP].boards_at_rest, told[SHOP].boards_at_work) == (0.25, 0)
    assert (told[UNKNOWN].boards_at_work, told[IDLE].boards_at_rest) == (0.1, 0.25)
    silent = split(Node(), {JOBS: training, SHOP: serving})
    assert silent[JOBS].boards_at_work == pytest.approx(2 / 3)


def test_a_workload_that_holds_memory_alone_draws_what_memory_draws() -> None:
    machine, loads = resource("aws", "r5.large"), {"cpu_ratio": 0.5}
    parts = parts_of(machine, loads)
    memory = Shares(0, 0, 0.5, 0, 0, 0)
    alone = [part for part in machine.components if part.kind == "memory"]
    half = replace(machine, components=(replace(alone[0], amount=alone[0].amount / 2),))
    expected = footprint_sum([footprint(half, loads)])
    found = summed(parts, memory)
    assert found.power_watts.value == pytest.approx(expected.power_watts.value)
    assert found.power_watts.up.whole() == pytest.approx(expected.power_watts.up.whole())
    made = found.embodied_grams_per_second.estimate
    assert made.value == pytest.approx(expected.embodied_grams_per_second.value)


def test_a_disk_of_a_claim_is_added_whole() -> None:
    disk = replace(resource("aws", "m5.large"), components=(Component("block", "aws/gp3", 100.0),))
    part = PartSum()
    part.add_whole(footprint(disk, {}))
    assert part.footprint() == footprint_sum([footprint(disk, {})])
    assert PartSum().footprint().power_watts.value == 0
