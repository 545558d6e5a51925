"""Regions of providers in a plan: what of an expression is one, and what only mentions one."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_carbon_exporter.plan.plan import Plan
from tests.plan.plans import change, plan_of


def by_provider(**region: Any) -> dict[str, Any]:
    return {"provider_config": {"aws": {"expressions": {"region": region}}}}


@pytest.mark.parametrize(
    ("references", "value"),
    [
        (["var.dr"], False),  # var.dr ? "us-east-1" : "eu-north-1"
        (["var.dr"], True),
        (["var.dr"], "eu"),  # "${var.dr}-north-1"
        (["var.dr"], "eu-north-17"),
        (["var.dr"], {"main": "us-east-1"}),
        (["var.dr"], ["us-east-1"]),
        (['var.dr["main"]', "var.dr"], {"main": "us-east-1"}),
        (["var.dr", "var.stage"], "us-east-1"),  # var.stage == "a" ? var.dr : "eu-north-1"
        (["local.region"], "us-east-1"),
        (["var.dr.region", "var.dr"], "us-east-1"),
        ([], "us-east-1"),
    ],
)
def test_an_expression_that_only_mentions_a_variable_is_no_region(
    references: list[str], value: Any
) -> None:
    disk = change("aws_ebs_volume.a", None, {"size": 900})
    variables = {"dr": {"value": value}, "stage": {"value": "a"}}
    written = by_provider(references=references)
    asked = plan_of(change("aws_ebs_volume.a", None, {"size": 900, "region": "eu-north-1"}))
    given_one = plan_of(disk, configuration=written, variables=variables, region="eu-north-1")
    assert grams_after(given_one) == pytest.approx(grams_after(asked))
    assert plan_of(disk, configuration=written, variables=variables).without_region


@pytest.mark.parametrize("value", [7, True, ["eu-north-1"], None, "nowhere-1", "eu-north"])
def test_a_constant_that_is_no_region_is_none(value: Any) -> None:
    disk = change("aws_ebs_volume.a", None, {"size": 900})
    assert plan_of(disk, configuration=by_provider(constant_value=value)).without_region


def test_a_zone_of_a_provider_that_is_none_leaves_its_region() -> None:
    configuration = {
        "provider_config": {
            "google": {
                "expressions": {
                    "zone": {"references": ["var.letter"]},  # "europe-north1-${var.letter}"
                    "region": {"constant_value": "europe-north1"},
                }
            }
        }
    }
    disk = change("google_compute_disk.a", None, {"size": 900})
    plan = plan_of(disk, configuration=configuration, variables={"letter": {"value": "a"}})
    asked = plan_of(change("google_compute_disk.a", None, {"size": 900, "zone": "europe-north1-a"}))
    assert plan.without_region == ()
    assert grams_after(plan) == pytest.approx(grams_after(asked))


def grams_after(plan: Plan) -> float:
    (planned,) = plan.resources
    assert planned.after is not None
    assert planned.after.operational_grams is not None
    return planned.after.operational_grams.value
