"""References in a plan: which template a group has its machines from, where several fit."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_carbon_exporter.plan.plan import Plan
from tests.plan.plans import change, plan_of, referring, watts_of

SMALL, LARGE = "t3.small", "m5.24xlarge"
GROUP = "aws_autoscaling_group.w"
TEMPLATE = "aws_launch_template.w"


def group(at: str = "", held: dict[str, Any] | None = None) -> dict[str, Any]:
    """Group of one machine, whose launch template is named by these values."""
    values = {"desired_capacity": 1, "region": "eu-west-1"}
    template = {"launch_template": [{"version": "$Latest", **(held or {})}]}
    return in_module(change(f"{GROUP}{at}", None, {**values, **template}))


def template(address: str, instance_type: str, **values: Any) -> dict[str, Any]:
    return in_module(change(address, None, {"instance_type": instance_type, **values}))


def in_module(entry: dict[str, Any], module: str = "") -> dict[str, Any]:
    """Entry of resource_changes, in a module."""
    if module:
        entry["address"], entry["module_address"] = f"{module}.{entry['address']}", module
    return entry


def written(*references: str) -> dict[str, Any]:
    """Configuration in which the group's template is named by these references."""
    return referring(GROUP, {"launch_template": [{"id": {"references": list(references)}}]})


def watts(instance_type: str) -> float:
    launched = {"instance_type": instance_type, "region": "eu-west-1"}
    return watts_of(plan_of(change("aws_instance.a", None, launched)), "aws_instance.a")


def told(plan: Plan, address: str = GROUP) -> str:
    """Instance type a group was estimated with."""
    (name,) = (
        name
        for name in (SMALL, LARGE)
        if watts_of(plan, address) == pytest.approx(watts(name), rel=1e-3)
    )
    return name


def reasons(plan: Plan) -> list[str]:
    """What each resource's estimate says of what it assumed."""
    return [of.after.reason for of in plan.resources if of.after]


def doubt(plan: Plan) -> str:
    (reason,) = reasons(plan)
    return reason


TWO = (template(f'{TEMPLATE}["big"]', LARGE), template(f'{TEMPLATE}["small"]', SMALL))


@pytest.mark.parametrize("templates", [TWO, TWO[::-1]])
def test_each_key_is_the_key_of_the_group(templates: tuple[dict[str, Any], ...]) -> None:
    both = (group('["big"]'), group('["small"]'))
    plan = plan_of(*both, *templates, configuration=written(TEMPLATE, "each.key"))
    assert told(plan, f'{GROUP}["big"]') == LARGE
    assert told(plan, f'{GROUP}["small"]') == SMALL
    assert not any("may be meant" in reason for reason in reasons(plan))


@pytest.mark.parametrize("templates", [TWO, TWO[::-1]])
@pytest.mark.parametrize("at", ["", '["big"]'])
def test_an_index_that_is_written_goes_before_that_of_the_group(
    templates: tuple[dict[str, Any], ...], at: str
) -> None:
    named = f'{TEMPLATE}["small"]'
    configuration = written(f"{named}.id", named, TEMPLATE)
    plan = plan_of(group(at), *templates, configuration=configuration)
    assert told(plan, f"{GROUP}{at}") == SMALL
    assert "may be meant" not in doubt(plan)


@pytest.mark.parametrize("templates", [TWO, TWO[::-1]])
def test_an_id_goes_before_a_reference_and_a_name(templates: tuple[dict[str, Any], ...]) -> None:
    named = [
        template(each["address"], each["change"]["after"]["instance_type"], id=lt, name="web")
        for each, lt in zip(templates, ("lt-1", "lt-2"), strict=True)
    ]
    for at, lt in enumerate(("lt-1", "lt-2")):
        plan = plan_of(
            group('["big"]', {"id": lt, "name": "web"}), *named, configuration=written(TEMPLATE)
        )
        assert told(plan, f'{GROUP}["big"]') == templates[at]["change"]["after"]["instance_type"]


def regions(**names: str) -> list[dict[str, Any]]:
    """Group and template of the same name in two modules."""
    entries: list[dict[str, Any]] = []
    for module, instance_type in (("module.a", SMALL), ("module.b", LARGE)):
        held = {key: f"{value}{module[-1:]}" for key, value in names.items()}
        entries.append(in_module(group(held={**held, "name": "web"}), module))
        entries.append(in_module(template(TEMPLATE, instance_type, name="web", **held), module))
    return entries


@pytest.mark.parametrize("entries", [regions(), regions(id="lt-"), regions(id="lt-")[::-1]])
def test_the_same_name_in_two_modules_is_two_templates(entries: list[dict[str, Any]]) -> None:
    plan = plan_of(*entries)
    assert told(plan, f"module.a.{GROUP}") == SMALL
    assert told(plan, f"module.b.{GROUP}") == LARGE


def test_a_template_of_another_id_is_not_the_one_of_the_same_name() -> None:
    other = template(TEMPLATE, LARGE, id="lt-2", name="web")
    plan = plan_of(group(held={"id": "lt-1", "name": "web"}), other)
    assert not plan.resources
    assert plan.unknown_after == (GROUP,)


def test_a_name_is_one_of_a_template_and_of_nothing_else() -> None:
    bystander = change("aws_instance.x", None, {"name": "web", "instance_type": LARGE})
    plan = plan_of(
        bystander,
        group(held={"name": "web"}),
        template(TEMPLATE, SMALL, name="web"),
        region="eu-west-1",
    )
    assert told(plan) == SMALL


def test_where_several_fit_as_well_it_is_said() -> None:
    either = written("var.big", "aws_launch_template.b.id", "aws_launch_template.c.id")
    first = template("aws_launch_template.b", SMALL, user_data="a")
    differ = plan_of(group(), first, template("aws_launch_template.c", LARGE), configuration=either)
    assert told(differ) == SMALL
    assert "the first of 2 that may be meant by launch_template" in doubt(differ)
    same = plan_of(
        group(),
        first,
        template("aws_launch_template.c", SMALL, user_data="b"),
        configuration=either,
    )
    assert "may be meant" not in doubt(same)


def test_a_template_of_google_is_found_by_any_of_its_names() -> None:
    path = "projects/p/global/instanceTemplates/web-2"
    machine = {"id": path, "name": "web-2", "machine_type": "e2-standard-4"}
    made = change("google_compute_instance_template.t", None, machine)
    old = {"id": "projects/p/global/instanceTemplates/web-1", "machine_type": "e2-standard-32"}
    before = change("google_compute_instance_template.s", None, old)
    address = "google_compute_instance_group_manager.m"
    values = {"zone": "europe-west1-b", "target_size": 1}
    drawn: set[float] = set()
    for name in (path, f"https://www.googleapis.com/compute/beta/{path}", "web-2"):
        held = {**values, "version": [{"instance_template": name}]}
        drawn.add(watts_of(plan_of(change(address, None, held), before, made), address))
    assert len(drawn) == 1
