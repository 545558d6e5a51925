"""Histories of recorded bills: every row in one state, no cost lost, figures as by hand."""

from __future__ import annotations

import math
from datetime import datetime

import pytest

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.estimate import Component
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.water import liters
from tests.bills.told import CUR, FOCUS, GOOGLE, Told, told


@pytest.fixture(scope="module")
def focus() -> Told:
    return told(FOCUS, "month,account,tag:team")


@pytest.fixture(scope="module")
def cur() -> Told:
    return told(CUR, "day,kind")


@pytest.fixture(scope="module")
def google() -> Told:
    return told(GOOGLE, "account,kind")


@pytest.fixture(params=["focus", "cur", "google"])
def any_bill(request: pytest.FixtureRequest) -> Told:
    bill: Told = request.getfixturevalue(request.param)
    return bill


def test_no_cost_and_no_row_is_lost(any_bill: Told) -> None:
    """The law: what goes in comes out, each row in one of three states."""
    paid = math.fsum(row["cost"] for row in any_bill.rows)
    assert math.fsum(row["cost"] for row in any_bill.groups) == pytest.approx(paid)
    assert sum(row["rows"] for row in any_bill.groups) == len(any_bill.rows)
    assert math.fsum(line.cost for line in any_bill.summary.ledger) == pytest.approx(paid)
    assert sum(line.rows for line in any_bill.summary.ledger) == len(any_bill.rows)
    assert sum(total.rows for total in any_bill.summary.totals) == len(any_bill.rows)
    states = {line.state for line in any_bill.summary.ledger}
    assert states <= {"estimated", "not energy", "not understood"}
    for line in any_bill.summary.ledger:
        assert bool(line.reason) == (line.state != "estimated")


def test_total_is_the_sum_of_its_groups(any_bill: Told) -> None:
    totals = math.fsum(total.quantities["emissions"].value for total in any_bill.summary.totals)
    assert totals == pytest.approx(any_bill.sum_of("emissions_grams"))
    for row in any_bill.groups:
        assert row["emissions_grams_lower"] <= row["emissions_grams"]
        assert row["emissions_grams"] <= row["emissions_grams_upper"]


def test_hours_of_machines_are_those_of_the_estimate(focus: Told) -> None:
    """744 and 744 hours of m5.large, without the 75 that a correction takes back."""
    ours = [
        row for row in focus.groups if row["tag_team"] == "shop" and row["state"] == "estimated"
    ]
    by_hand = estimate.machine("aws", "m5.large", "eu-west-3", hours=744 + 744 - 75)
    assert by_hand.operational_grams is not None
    assert ours[0]["energy_kilowatt_hours"] == pytest.approx(by_hand.energy_kilowatt_hours.value)
    operational = ours[0]["operational_emissions_grams"]
    assert operational == pytest.approx(by_hand.operational_grams.value)
    assert ours[0]["embodied_emissions_grams"] == pytest.approx(by_hand.embodied_grams.value)


def test_bounds_are_those_of_one_machine_where_there_is_one(cur: Told) -> None:
    """What the engine adds up by fact, and the model for one resource, are one interval."""
    hours = estimate.components(
        [Component("object", "aws/s3/StandardStorage", 1000)],
        "aws",
        "us-east-1",
        hours=28 * 24,  # of February
    )
    row = next(row for row in cur.groups if row["kind"] == "s3/bucket")
    told_by_hand = hours.energy_kilowatt_hours
    assert row["energy_kilowatt_hours"] == pytest.approx(told_by_hand.value)
    assert row["energy_kilowatt_hours_lower"] == pytest.approx(told_by_hand.lower)
    assert row["energy_kilowatt_hours_upper"] == pytest.approx(told_by_hand.upper)
    assert hours.operational_grams and hours.total_grams
    for name, estimated in (
        ("operational_emissions_grams", hours.operational_grams),
        ("embodied_emissions_grams", hours.embodied_grams),
        ("emissions_grams", hours.total_grams),
    ):
        assert row[f"{name}_lower"] == pytest.approx(estimated.lower), name
        assert row[f"{name}_upper"] == pytest.approx(estimated.upper), name


def test_bounds_of_a_month_are_those_of_one_machine_for_its_hours(focus: Told) -> None:
    """Two machines of a kind err alike by facts, and each by its own load: less than one alone."""
    row = next(
        row for row in focus.groups if row["tag_team"] == "shop" and row["state"] == "estimated"
    )
    alone = estimate.machine("aws", "m5.large", "eu-west-3", hours=744 + 744 - 75)
    reach = row["energy_kilowatt_hours_upper"] - row["energy_kilowatt_hours"]
    whole = alone.energy_kilowatt_hours.upper - alone.energy_kilowatt_hours.value
    assert whole / math.sqrt(2) <= reach < whole


def test_only_usage_is_energy(focus: Told) -> None:
    reasons = {line.reason: line for line in focus.summary.ledger if line.state == "not energy"}
    assert reasons["a tax"].cost == pytest.approx(14.1)
    assert reasons["a credit, a discount or a refund"].cost == pytest.approx(-2)
    assert reasons["a purchase: what it bought is billed where it runs"].cost == pytest.approx(60)
    assert "a commitment that nothing used" in reasons
    assert reasons["bought in a marketplace, and runs elsewhere"].cost == pytest.approx(3)


def test_a_reservation_is_counted_once_used_or_unused(focus: Told) -> None:
    unused = focus.line("EUW3-UnusedBox:m5.large")
    assert (unused.kind, unused.units) == ("ec2/capacity_reservation", 100)
    assert focus.line("EUW3-BoxUsage:m5.large").units == 744 + 744 - 75


def test_what_nobody_knows_is_in_the_ledger(focus: Told) -> None:
    unknown = [line for line in focus.summary.ledger if line.state == "not understood"]
    assert {line.reason for line in unknown} == {"no rule", "Microsoft is not estimated"}
    assert {line.service for line in unknown} == {"AmazonNewThing", "Virtual Machines"}
    hours = 744 + 744 - 75 + 100 + 24
    assert focus.summary.covered_hours_ratio == pytest.approx(hours / (hours + 20 + 24))
    known = 71.424 + 9.6 + 9.28 - 7.2
    assert focus.summary.covered_cost_ratio("USD") == pytest.approx(known / (known + 4.5))
    assert focus.summary.covered_cost_ratio("EUR") == 1


def test_currencies_are_summed_apart(focus: Told) -> None:
    assert [total.currency for total in focus.summary.totals] == ["EUR", "USD"]
    assert [round(total.cost, 3) for total in focus.summary.totals] == [1.25, 162.704]


def test_a_savings_plan_pays_once(cur: Told) -> None:
    covered = cur.line("EUC1-BoxUsage:m5.large")
    assert (covered.state, covered.units) == ("estimated", 10)
    negation = [line for line in cur.summary.ledger if line.cost == -1.15]
    assert [line.state for line in negation] == ["not energy"]


def test_a_cut_short_class_is_a_machine(cur: Told) -> None:
    """db.m5.2xl of the bill is db.m5.2xlarge."""
    row = next(row for row in cur.groups if row["kind"] == "rds/db_instance")
    by_hand = estimate.machine("aws", "m5.2xlarge", "eu-central-1", hours=24)
    assert row["energy_kilowatt_hours"] == pytest.approx(by_hand.energy_kilowatt_hours.value)
    assert row["basis"] == "default"


def test_a_spot_price_has_no_unit_and_is_of_hours(cur: Told) -> None:
    assert cur.line("EUC1-SpotUsage:c5.xlarge").units == 1


def test_pods_stand_beside_their_machine(cur: Told) -> None:
    pod = cur.line("EUC1-EKS-EC2-vCPU-Hours")
    assert (pod.state, pod.reason) == ("not energy", "a part of a row beside it")


def test_amortised_cost_spreads_what_was_paid_at_once() -> None:
    amortised = told(CUR, "kind", amortised=True)
    costs = {line.sku: line.cost for line in amortised.summary.ledger if line.sku}
    assert costs["EUC1-BoxUsage:m5.large"] == pytest.approx(0.8)
    assert costs["EUC1-InstanceUsage:db.m5.2xl"] == pytest.approx(9.5)
    fees = [line.cost for line in amortised.summary.ledger if "purchase" in line.reason]
    assert sorted(fees) == [pytest.approx(0.2), pytest.approx(42)]
    effective = told(FOCUS, "month", amortised=True)
    assert sum(row["cost"] for row in effective.rows) == pytest.approx(154.094)


def test_cores_and_memory_of_google_make_the_machine(google: Told) -> None:
    row = next(row for row in google.groups if row["kind"] == "compute/instance")
    by_hand = estimate.machine("gcp", "n2-standard-4", "europe-west1", hours=10)
    assert row["energy_kilowatt_hours"] == pytest.approx(
        by_hand.energy_kilowatt_hours.value, rel=1e-5
    )
    assert row["embodied_emissions_grams"] == pytest.approx(by_hand.embodied_grams.value, rel=1e-5)
    assert row["cost"] == pytest.approx(1.4 - 0.5 + 0.7)


def test_a_reservation_of_google_that_nothing_uses_rests(google: Told) -> None:
    kinds = {row["kind"] for row in google.groups if row["state"] == "estimated"}
    assert kinds == {"compute/instance", "compute/reservation", "storage/bucket"}


def test_days_since_and_until() -> None:
    some = told(CUR, "day", since="2026-02-01", until="2026-02-02")
    assert {row["day"] for row in some.groups} == {datetime(2026, 2, 1)}
    assert told(CUR, "day", since="2026-03-01").groups == []


def test_a_month_of_hours_and_one_row_of_a_month_are_the_same(focus: Told) -> None:
    """Summed by nothing, by month or by day, a bill of one month emits the same."""
    by_day = told(FOCUS, "day")
    assert by_day.sum_of("emissions_grams") == pytest.approx(focus.sum_of("emissions_grams"))
    assert told(FOCUS, "").sum_of("emissions_grams") == pytest.approx(
        focus.sum_of("emissions_grams")
    )


def test_water_follows_the_energy_of_its_place() -> None:
    """Liters on site and in power stations, as the live side counts them."""
    of = told(CUR, "region")
    for group in of.groups:
        if group["state"] != "estimated":
            assert group["water_liters"] == 0
            continue
        if not group["region"]:  # its usage types tell where it is, row by row
            continue
        joules = group["energy_kilowatt_hours"] * 3_600_000
        expected = sum(liters(joules, facts.place("aws", group["region"])))
        assert group["water_liters"] == pytest.approx(expected, rel=1e-6), group["region"]
        assert expected > 0
