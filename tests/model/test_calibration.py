"""Ratio of what a provider reports to our own figure: like with like, and how sure it is."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from math import exp
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.model.calibration import BOUNDARIES, calibrations, ratio_of
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.months import (
    Calibration,
    ComparedMonth,
    OwnMonth,
    ServiceMonth,
)
from cloud_carbon_exporter.model.snapshot import ReportedEmissions

SOURCE = "AWS Sustainability API"


def start_of(month: int) -> float:
    return datetime(2026, month, 1, tzinfo=UTC).timestamp()


def own(month: int = 9, grams: float = 400, covered: float = 1) -> OwnMonth:
    start, end = start_of(month), start_of(month + 1)
    return OwnMonth("aws", "1", start, end, grams, 0, start, start + covered * (end - start))


def service(
    operational: float = 300,
    embodied: float = 100,
    *,
    month: int = 9,
    name: str = "AmazonEC2",
    region: str = "eu-west-3",
    method: str = "location",
) -> ServiceMonth:
    return ServiceMonth("aws", "1", region, name, method, start_of(month), operational, embodied)


def report(
    grams: float = 800,
    *,
    month: int = 9,
    name: str = "AmazonEC2",
    region: str = "eu-west-3",
    method: str = "location",
    version: str = "v3.0.0",
) -> ReportedEmissions:
    return ReportedEmissions(
        "aws",
        "1",
        region,
        name,
        method,
        SOURCE,
        start_of(month),
        start_of(month + 1),
        grams,
        model_version=version,
    )


def ratios(found: tuple[Calibration, ...]) -> dict[tuple[str, str, str], float]:
    return {(one.region, one.service, one.scope): one.ratio.value for one in found}


def test_the_ratio_by_region_by_service_and_of_the_account() -> None:
    months = [own(grams=1000)]
    services = [
        service(),
        service(150, 50, region="us-east-1"),
        service(200, 0, name="AWSLambda"),
        service(200, 0, name=""),
    ]
    reports = [report(), report(100, region="us-east-1"), report(50, name="Marketplace")]
    found = calibrations(months, services, reports)
    assert ratios(found) == {
        ("eu-west-3", "AmazonEC2", "total"): 2,
        ("us-east-1", "AmazonEC2", "total"): 0.5,
        ("", "AmazonEC2", "total"): 1.5,
        ("", "", "total"): 0.95,
    }, "Lambda is not reported, Marketplace is nothing of ours; the account holds all"
    assert {(one.method, one.source, one.model_version) for one in found} == {
        ("location", SOURCE, "v3.0.0")
    }


def test_scopes_are_held_against_what_they_are_of() -> None:
    told = replace(report(), operational_grams=150.0, embodied_grams=650.0)
    found = ratios(calibrations([own()], [service()], [told]))
    assert found["eu-west-3", "AmazonEC2", "operational"] == 0.5
    assert found["eu-west-3", "AmazonEC2", "embodied"] == 6.5
    half = ratios(calibrations([own()], [service()], [told, replace(told, embodied_grams=None)]))
    assert ("eu-west-3", "AmazonEC2", "embodied") not in half, "a part of it was not told"


@pytest.mark.parametrize(
    ("counted", "told"),
    [("location", "location"), ("live", "location"), ("market", "market")],
)
def test_methods_that_are_alike_are_compared(counted: str, told: str) -> None:
    reports = [report(method="location"), report(method="market")]
    found = calibrations([own()], [service(method=counted)], reports)
    assert {one.method for one in found} == {told}


def test_what_is_not_alike_is_not_compared() -> None:
    assert not calibrations([own()], [service(method="marginal")], [report()])
    mixed = [service(), service(method="market")]
    assert not calibrations([own(grams=800)], mixed, [report()]), "a month by two methods"
    assert not calibrations([own(covered=0.9)], [service()], [report()]), "a part of a month"
    assert not calibrations([own(grams=800)], [service()], [report()]), (
        "a month that an earlier version counted in part, without services"
    )
    assert not calibrations([own()], [service()], [report(month=8)])
    assert not calibrations([own()], [service()], [report(method="")])
    assert not calibrations([own()], [service()], [report(0)]), "rounded to nothing"
    for nonsense in (float("nan"), float("inf"), -1.0):
        assert not calibrations([own()], [service()], [report(nonsense)])
    assert not calibrations([], [], [report()])
    assert not calibrations([own()], [service()], [])


def test_a_month_that_lacks_some_hours_is_taken_over_the_whole_of_it() -> None:
    [one, *_] = calibrations([own(covered=0.96)], [service()], [report()])
    assert one.months[0].own_grams == pytest.approx(400 / 0.96)


def test_only_months_of_the_newest_model_count() -> None:
    months = [own(month) for month in (7, 8, 9)]
    services = [service(month=month) for month in (7, 8, 9)]
    before = [report(month=month) for month in (7, 8)]
    after = report(200, month=9, version="v3.1.0")
    [*_, of_account] = calibrations(months, services, [*before, after])
    assert (of_account.ratio.value, len(of_account.months)) == (0.5, 1)
    restated = [report(240, month=month, version="v3.1.0") for month in (7, 8)]
    [*_, of_account] = calibrations(months, services, [*restated, after])
    assert (of_account.model_version, len(of_account.months)) == ("v3.1.0", 3)
    assert of_account.ratio.value == pytest.approx(680 / 1200)


def test_every_method_has_a_boundary() -> None:
    assert set(BOUNDARIES) == set(get_args(Method))


FIGURES = st.floats(1e-3, 1e9)
MONTHS = st.lists(st.builds(ComparedMonth, st.just(0.0), FIGURES, FIGURES), min_size=1, max_size=13)


@given(MONTHS, st.floats(1e-3, 1e3))
def test_the_ratio_scales_and_its_interval_with_it(months: list[ComparedMonth], by: float) -> None:
    ratio = ratio_of(months)
    assert ratio.lower < ratio.value < ratio.upper
    scaled = ratio_of([one._replace(reported_grams=one.reported_grams * by) for one in months])
    assert scaled.value == pytest.approx(ratio.value * by)
    assert scaled.upper / scaled.value == pytest.approx(ratio.upper / ratio.value)


def test_more_months_that_agree_narrow_it_and_one_that_does_not_widens_it() -> None:
    one = ComparedMonth(0, 100, 200)
    width = [ratio_of([one] * count).upper / 2 for count in (1, 2, 6, 12)]
    assert width == sorted(width, reverse=True)
    assert 1.7 < width[0] < 2
    apart = ratio_of([one] * 11 + [ComparedMonth(0, 100, 600)])
    assert apart.upper / apart.value > width[-1]


@pytest.mark.parametrize("spread", [0.1, 0.2, 0.35])
def test_the_interval_holds_the_ratio_of_one_more_month_nine_times_in_ten(spread: float) -> None:
    chance = random.Random(17)
    held = 0
    for _ in range(2000):
        drawn = [ComparedMonth(0, 100, 100 * exp(chance.gauss(0, spread))) for _ in range(13)]
        ratio = ratio_of(drawn[:12])
        held += ratio.lower <= drawn[12].reported_grams / 100 <= ratio.upper
    assert 0.85 <= held / 2000 <= 0.97
