"""Counts of a plan: which of several attributes for the same is the one that holds."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_carbon_exporter.plan.counts import count_of
from cloud_carbon_exporter.plan.source import Source
from tests.plan.plans import change, plan_of, referring, watts_of

CLUSTER = "aws_elasticache_replication_group.a"
NODE = {"node_type": "cache.m5.large", "region": "eu-west-3"}
FOUR = {**NODE, "num_cache_clusters": 4, "num_node_groups": 2, "replicas_per_node_group": 1}
EIGHT = {**FOUR, "replicas_per_node_group": 3}


def nodes(
    after: dict[str, Any],
    written: dict[str, Any] | None = None,
    unknown: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> tuple[float, str]:
    configuration = referring(CLUSTER, written) if written else {}
    plan = plan_of(change(CLUSTER, before, after, unknown), configuration=configuration)
    one = plan_of(change(CLUSTER, None, {**NODE, "num_cache_clusters": 1}))
    (planned,) = plan.resources
    assert planned.after is not None
    return watts_of(plan, CLUSTER) / watts_of(one, CLUSTER), planned.after.reason


GROUPS = {
    "num_node_groups": {"constant_value": 2},
    "replicas_per_node_group": {"references": ["var.replicas"]},
}


def test_what_the_configuration_sets_goes_before_what_the_cloud_computed() -> None:
    assert nodes(EIGHT, GROUPS, before=FOUR)[0] == pytest.approx(8)
    # the provider computes the number of clusters anew
    told = {**NODE, "num_node_groups": 2, "replicas_per_node_group": 3}
    assert nodes(told, GROUPS, {"num_cache_clusters": True}, FOUR)[0] == pytest.approx(8)
    assert nodes(told, None, {"num_cache_clusters": True}, FOUR)[0] == pytest.approx(8)
    six = {**FOUR, "num_cache_clusters": 6}
    assert nodes(six, {"num_cache_clusters": {"constant_value": 6}})[0] == pytest.approx(6)


def test_null_in_the_configuration_sets_nothing() -> None:
    null = {**GROUPS, "num_cache_clusters": {"constant_value": None}}
    assert nodes(EIGHT, null)[0] == pytest.approx(8)


def test_a_product_of_which_a_term_is_set_holds_without_the_others() -> None:
    replicas = {"replicas_per_node_group": {"constant_value": 2}}
    count, reason = nodes({**NODE, "replicas_per_node_group": 2}, replicas)
    assert count == pytest.approx(3)
    assert "num_node_groups is not told" in reason


def test_where_nothing_tells_which_is_set_it_is_said() -> None:
    assert "is set is not told" in nodes(EIGHT)[1]
    assert "is set is not told" not in nodes(FOUR)[1]  # both come to four


@pytest.mark.parametrize(
    ("values", "unknown", "count"),
    [
        ({"desired_capacity": 2, "min_size": 6}, {}, 6),
        ({"desired_capacity": 8, "min_size": 6}, {}, 8),
        ({"desired_capacity": 0, "min_size": 0}, {}, 0),
        ({"min_size": 6}, {"desired_capacity": True}, 6),
    ],
)
def test_a_group_has_at_least_its_least(
    values: dict[str, Any], unknown: dict[str, Any], count: float
) -> None:
    source = Source(values, unknown=unknown)
    assert count_of("desired_capacity >=min_size", source).value == count
    template = change(
        "aws_launch_configuration.x", None, {"name": "x", "instance_type": "m5.large"}
    )
    group = {**values, "launch_configuration": "x", "region": "eu-west-3"}
    plan = plan_of(change("aws_autoscaling_group.a", None, group, unknown), template)
    single = {"min_size": 1, "launch_configuration": "x", "region": "eu-west-3"}
    one = plan_of(change("aws_autoscaling_group.a", None, single), template)
    address = "aws_autoscaling_group.a"
    assert watts_of(plan, address) == pytest.approx(count * watts_of(one, address))


@pytest.mark.parametrize(
    ("values", "unknown", "count"),
    [
        ({"node_count": 5, "initial_node_count": 1}, {}, 5),  # as it stands, not as it began
        ({"node_count": 5, "initial_node_count": 2}, {"node_count": True}, 2),
        ({"initial_node_count": 2}, {}, 2),
        ({"autoscaling": [{"min_node_count": 3}]}, {}, 3),
        ({"node_count": 1, "autoscaling": [{"min_node_count": 3}]}, {}, 3),
        ({"node_count": 4}, {"node_count": True}, 4),
    ],
)
def test_a_pool_has_its_nodes_as_it_stands(
    values: dict[str, Any], unknown: dict[str, Any], count: float
) -> None:
    cell = "node_count ?initial_node_count >=autoscaling.min_node_count"
    assert count_of(cell, Source(values, unknown=unknown)).value == count


def test_a_count_that_nothing_tells_is_one_and_said() -> None:
    count = count_of("desired_capacity >=min_size", Source({}))
    assert (count.value, bool(count.assumed)) == (1, True)
