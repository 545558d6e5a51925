"""Plans of Terraform: what each change comes to, where it stands, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.quantities import GIB_PER_GIGABYTE
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.plan.document import BadPlan, parse
from cloud_carbon_exporter.plan.plan import Asked, Pick, Plan, Planned, estimated
from tests.plan.plans import RECORDED, change, document, plan_of, recorded

PLAN = recorded()
RECORDED_TEXT = RECORDED.read_text(encoding="utf-8")
PICKS: tuple[Pick, ...] = (
    lambda of: of.power_watts,
    lambda of: of.operational_grams_per_second,
    lambda of: of.emissions_grams_per_second,
)
BY_ADDRESS = {of.address: of for of in PLAN.resources}


def watts(plan: Plan) -> float:
    (planned,) = plan.resources
    assert planned.after is not None
    return planned.after.power_watts.value


def priced(parts: tuple[Component, ...], cloud: str, region: str, kind: str) -> float:
    return estimate.components(parts, cloud, region, kind=kind).power_watts.value


def block(part: str, gib: float) -> Component:
    return Component("block", part, gib)


def test_every_change_of_the_recorded_plan_is_estimated_or_listed() -> None:
    assert len(PLAN.resources) == 12
    assert {of.type: of.reason for of in PLAN.not_estimated} == {
        "aws_launch_template": "is counted where it is used",
        "aws_s3_bucket": "draws by its use, which no plan tells",
        "aws_security_group": "is of a type without figures; many such draw nothing",
    }
    assert PLAN.without_region == ()
    assert "data.aws_ami.linux" not in BY_ADDRESS


@pytest.mark.parametrize(
    ("address", "action", "sides"),
    [
        ("aws_instance.api[0]", "update", (True, True)),
        ("aws_instance.worker", "replace", (True, True)),
        ("aws_ebs_volume.scratch", "delete", (True, False)),
        ("aws_db_instance.orders", "no-op", (True, True)),
        ("google_compute_disk.data", "create", (False, True)),
    ],
)
def test_actions_have_the_sides_they_have(
    address: str, action: str, sides: tuple[bool, bool]
) -> None:
    planned = BY_ADDRESS[address]
    assert planned.action == action
    assert (planned.before is not None, planned.after is not None) == sides


def expected(address: str) -> float:
    """Watts of what stands after, from the hardware that a person reads in the plan."""
    web = tuple(
        part.__class__(part.kind, part.part, part.amount * 4, part.load, share=part.share)
        for part in components(machine("aws", "m6g.large"))
    )
    t4 = components(machine("gcp", "n1-standard-8", gpu="nvidia-tesla-t4", gpus=1))
    node = components(machine("gcp", "e2-standard-4"))
    nodes = tuple(
        part.__class__(part.kind, part.part, part.amount * 6, part.load, share=part.share)
        for part in node
    )
    sbs = "scaleway/sbs_5k"
    table = {
        "aws_instance.api[0]": (
            "aws",
            "eu-west-3",
            (*components(machine("aws", "m5.xlarge")), block("aws/gp3", 30)),
        ),
        # the size of the new root is known once it is applied: as before
        "aws_instance.worker": (
            "aws",
            "eu-west-3",
            (*components(machine("aws", "c7g.4xlarge")), block("aws/gp3", 30)),
        ),
        'module.shop["eu"].aws_autoscaling_group.web': (
            "aws",
            "eu-west-3",
            (*web, block("aws/gp3", 200)),
        ),
        "google_compute_instance.batch": (
            "gcp",
            "europe-west1",
            (*t4, block("gcp/pd-ssd", 50), Component("ssd", "ssd", 750)),
        ),
        # three nodes in each of two zones
        "google_container_node_pool.main": (
            "gcp",
            "europe-west1",
            (*nodes, block("gcp/pd-balanced", 600)),
        ),
        "scaleway_block_volume.data": (
            "scaleway",
            "nl-ams-1",  # of the provider; the zone has figures of its own
            (block("scaleway/sbs_15k", 100 * GIB_PER_GIGABYTE),),
        ),
        "scaleway_rdb_instance.main": (
            "scaleway",
            "fr-par",
            (*components(machine("scaleway", "DB-DEV-M")), block(sbs, 40 * GIB_PER_GIGABYTE)),
        ),
    }
    cloud, region, parts = table[address]
    return priced(parts, cloud, region, "compute/instance")


@pytest.mark.parametrize(
    "address",
    [
        "aws_instance.api[0]",
        "aws_instance.worker",
        'module.shop["eu"].aws_autoscaling_group.web',
        "google_compute_instance.batch",
        "google_container_node_pool.main",
        "scaleway_block_volume.data",
        "scaleway_rdb_instance.main",
    ],
)
def test_what_stands_after_is_the_hardware_of_the_plan(address: str) -> None:
    after = BY_ADDRESS[address].after
    assert after is not None
    assert after.power_watts.value == pytest.approx(expected(address))


def grams(planned: Planned) -> tuple[float, float]:
    sides = [each.total_grams for each in (planned.before, planned.after) if each]
    assert all(sides)
    before, after = (side.value for side in sides if side)
    return before, after


def test_a_standby_doubles_a_database() -> None:
    before, after = grams(BY_ADDRESS["google_sql_database_instance.main"])
    assert after == pytest.approx(2 * before)


def test_what_stays_adds_nothing_to_the_difference_and_its_doubt() -> None:
    instance = {"instance_type": "m5.large", "availability_zone": "eu-west-3a"}
    bigger = {**instance, "instance_type": "m5.xlarge"}
    alone = plan_of(change("aws_instance.a", instance, bigger))
    among = plan_of(
        change("aws_instance.a", instance, bigger),
        *(change(f"aws_instance.b[{number}]", instance, instance) for number in range(50)),
    )
    for pick in PICKS:
        one, many = alone.difference(pick), among.difference(pick)
        assert (one.value, one.lower, one.upper) == pytest.approx(
            (many.value, many.lower, many.upper)
        )


def test_a_change_of_size_is_known_better_than_either_size() -> None:
    change_of = plan_of(
        change(
            "aws_instance.a",
            {"instance_type": "m5.2xlarge", "availability_zone": "eu-west-3a"},
            {"instance_type": "m5.xlarge", "availability_zone": "eu-west-3a"},
        )
    )
    apart = change_of.difference(lambda of: of.power_watts)
    before = change_of.before.power_watts.estimate
    after = change_of.after.power_watts.estimate
    assert apart.value == pytest.approx(after.value - before.value)
    assert apart.upper < 0  # though the intervals of the two overlap
    assert before.lower < after.upper


def test_creating_is_the_whole_and_deleting_its_opposite() -> None:
    disk = {"size": 100, "type": "gp3", "availability_zone": "us-east-1a"}
    made = plan_of(change("aws_ebs_volume.a", None, disk))
    gone = plan_of(change("aws_ebs_volume.a", disk, None))
    for pick in PICKS:
        whole, more, less = pick(made.after).estimate, made.difference(pick), gone.difference(pick)
        assert (more.lower, more.value, more.upper) == pytest.approx(
            (whole.lower, whole.value, whole.upper)
        )
        assert (less.upper, less.value, less.lower) == pytest.approx(
            (-more.lower, -more.value, -more.upper)
        )


INSTANCE = {"type": "aws_instance", "name": "a"}
NORTH = {"expressions": {"region": {"constant_value": "eu-north-1"}}}
AWS_PROVIDER = {"provider_config": {"aws": NORTH}}
ELSEWHERE = {
    "provider_config": {
        "aws": {"expressions": {"region": {"constant_value": "us-east-1"}}},
        "aws.north": NORTH,
    },
    "root_module": {
        "resources": [
            {**INSTANCE, "provider_config_key": "aws.north"},
        ]
    },
}
CALLED = {
    "provider_config": {
        "module.far:aws": {
            "module_address": "module.far",
            "expressions": {"region": {"references": ["var.where"]}},
        },
    },
    "root_module": {
        "module_calls": {
            "far": {
                "expressions": {"where": {"references": ["var.region"]}},
                "module": {
                    "resources": [{**INSTANCE, "provider_config_key": "module.far:aws"}],
                    "variables": {"where": {"default": "us-east-1"}},
                },
            }
        }
    },
}


@pytest.mark.parametrize(
    ("values", "more", "region"),
    [
        ({"availability_zone": "eu-north-1b"}, {}, "eu-north-1"),
        ({"region": "eu-north-1"}, {}, "eu-north-1"),  # of every resource, from version 6 on
        ({"arn": "arn:aws:ec2:eu-north-1:111122223333:instance/i-1"}, {}, "eu-north-1"),
        ({}, {"configuration": AWS_PROVIDER}, "eu-north-1"),
        ({"region": "us-east-1"}, {"configuration": AWS_PROVIDER}, "us-east-1"),
        ({}, {"configuration": ELSEWHERE}, "eu-north-1"),
        ({}, {}, ""),
        ({}, {"region": "eu-north-1"}, "eu-north-1"),
        ({}, {"region": "fr-par"}, ""),  # no region of AWS
    ],
)
def test_a_resource_stands_where_the_plan_says(
    values: dict[str, Any], more: dict[str, Any], region: str
) -> None:
    plan = plan_of(change("aws_instance.a", None, {"instance_type": "m5.large", **values}), **more)
    (planned,) = plan.resources
    assert planned.after is not None
    root = block("aws/gp3", 8)
    parts = (*components(machine("aws", "m5.large")), root)
    there = estimate.components(parts, "aws", region, kind="ec2/instance")
    here, asked = planned.after.operational_grams, there.operational_grams
    assert (here and here.value) == pytest.approx(asked and asked.value)
    assert bool(plan.without_region) == (not region)


def test_a_module_has_its_region_from_who_calls_it() -> None:
    inside = change("aws_instance.a", None, {"instance_type": "m5.large"})
    inside["address"], inside["module_address"] = "module.far.aws_instance.a", "module.far"
    plan = plan_of(inside, configuration=CALLED, variables={"region": {"value": "eu-north-1"}})
    asked = plan_of(
        change("aws_instance.a", None, {"instance_type": "m5.large", "region": "eu-north-1"})
    )
    assert watts(plan) == pytest.approx(watts(asked))
    assert plan.without_region == ()


def test_a_place_that_moves_is_the_new_one() -> None:
    before = {"instance_type": "m5.large", "availability_zone": "us-east-1a", "arn": "arn:x"}
    plan = plan_of(
        change(
            "aws_instance.a",
            before,
            {"instance_type": "m5.large"},
            {"availability_zone": True, "arn": True},
        ),
        configuration=AWS_PROVIDER,
    )
    dirty, clean = grams(plan.resources[0])
    assert clean < dirty / 2


@pytest.mark.parametrize(
    ("address", "values", "reason"),
    [
        ("aws_instance.a", {}, "instance_type is known only once it is applied"),
        ("aws_rds_cluster_instance.a", {"instance_class": "db.serverless"}, "draws by its use"),
        ("azurerm_linux_virtual_machine.a", {"size": "D2"}, "of a provider that is not known"),
        ("google_compute_region_disk.a", {"size": 9e17}, "would hold more than there is"),
        ("aws_iam_role.a", {}, "without figures"),
        ("google_storage_bucket.a", {}, "draws by its use"),
    ],
)
def test_what_is_not_understood_is_listed(
    address: str, values: dict[str, Any], reason: str
) -> None:
    plan = plan_of(change(address, None, values))
    told = [of.reason for of in plan.not_estimated]
    assert reason in told[0]
    assert not plan.resources


@pytest.mark.parametrize(
    ("address", "values"),
    [
        (
            "google_compute_instance.a",
            {"machine_type": "e2-medium", "desired_status": "TERMINATED"},
        ),
        ("scaleway_instance_server.a", {"type": "DEV1-S", "state": "stopped"}),
        (
            "google_sql_database_instance.a",
            {"settings": [{"tier": "db-f1-micro", "activation_policy": "NEVER"}]},
        ),
        ("aws_autoscaling_group.a", {"desired_capacity": 0, "launch_configuration": "x"}),
    ],
)
def test_what_is_off_holds_no_machine(address: str, values: dict[str, Any]) -> None:
    other = change("aws_launch_configuration.x", None, {"name": "x", "instance_type": "m5.large"})
    plan = plan_of(change(address, None, values), other, region="eu-west-3")
    assert watts(plan) < 1  # its disks at most


@pytest.mark.parametrize(
    ("group", "types"),
    [
        ({"launch_configuration": "web"}, "m5.large"),
        ({"launch_template": [{"id": "lt-1", "version": "1"}]}, "m5.xlarge"),
        (
            {
                "mixed_instances_policy": [
                    {
                        "launch_template": [
                            {
                                "launch_template_specification": [{"launch_template_id": "lt-1"}],
                                "override": [
                                    {"instance_type": "c5.large"},
                                    {"instance_type": "c6i.large"},
                                ],
                            }
                        ]
                    }
                ]
            },
            "c5.large",
        ),
    ],
)
def test_a_group_has_its_type_from_what_it_refers_to(group: dict[str, Any], types: str) -> None:
    plan = plan_of(
        change("aws_autoscaling_group.a", None, {"min_size": 3, "max_size": 9, **group}),
        change("aws_launch_configuration.b", None, {"name": "web", "instance_type": "m5.large"}),
        change("aws_launch_template.c", None, {"id": "lt-1", "instance_type": "m5.xlarge"}),
        region="eu-west-3",
    )
    one = plan_of(change("aws_instance.a", None, {"instance_type": types}), region="eu-west-3")
    assert watts(plan) == pytest.approx(3 * watts(one), rel=1e-3)


def test_a_pool_of_a_region_has_nodes_in_three_zones() -> None:
    pool = {"node_count": 1, "node_config": [{"machine_type": "e2-standard-4"}]}
    zone = plan_of(
        change("google_container_node_pool.a", None, {**pool, "location": "europe-west1-b"})
    )
    region = plan_of(
        change("google_container_node_pool.a", None, {**pool, "location": "europe-west1"})
    )
    assert watts(region) == pytest.approx(3 * watts(zone))
    (planned,) = region.resources
    assert planned.after is not None
    assert "zones of its cluster" in planned.after.reason


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"PK\x03\x04", "no JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "format_version"),
        (b'{"format_version": "2.0", "resource_changes": []}', "2.0"),
        (b'{"format_version": "1.0", "values": {}}', "state"),
        (b'{"format_version": "1.0"}', "state"),
    ],
)
def test_what_is_no_plan_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(BadPlan, match=word):
        parse(data)


def test_a_plan_is_read_as_others_write_it() -> None:
    """With a byte order mark, in UTF-16 as PowerShell does, and out of a wrapper in a workflow."""
    data = document(change("aws_ebs_volume.a", None, {"size": 10}))
    text = data.decode()
    wrapped = f"[command]/opt/terraform-bin show -json plan\n{text}\n::debug::exited with code 0.\n"
    for written in (
        b"\xef\xbb\xbf" + data,
        text.encode("utf-16"),
        wrapped.encode(),
        text.replace('"1.2"', '"0.2"').encode(),
    ):
        assert parse(written).changes == parse(data).changes


def test_a_plan_that_is_part_of_the_change_says_so() -> None:
    assert "error" in plan_of(errored=True).partial
    assert "complete" in plan_of(complete=False).partial


def test_forgotten_goes_on_and_deposed_goes() -> None:
    disk = {"size": 100, "availability_zone": "us-east-1a"}
    forgotten = change("aws_ebs_volume.a", disk, None)
    forgotten["change"]["actions"] = ["forget"]
    plan = plan_of(forgotten, change("aws_ebs_volume.a", disk, None, deposed="00000001"))
    kept, gone = plan.resources
    assert kept.after is not None
    assert gone.after is None
    assert gone.address == "aws_ebs_volume.a (deposed 00000001)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@pytest.mark.slow
@given(st.data())
def test_no_shape_does_more_than_be_listed(data: st.DataObject) -> None:
    """Any value of the recorded plan may be anything: Terraform adds, and providers differ."""
    plan = json.loads(RECORDED_TEXT)
    holder: Any = plan
    while True:
        keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
        if not keys:
            return
        key = data.draw(st.sampled_from(list(keys)))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            holder[key] = data.draw(JSON)
            break
        holder = inner
    try:
        document_of = parse(json.dumps(plan).encode())
    except BadPlan:
        return
    estimated(document_of, Asked())
