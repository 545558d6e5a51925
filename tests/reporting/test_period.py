"""Report of a period: what it sums, what it says of time that was not counted, and its forms."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.reporting import html, tables
from cloud_carbon_exporter.reporting.period import documents
from cloud_carbon_exporter.reporting.period.compute import before, period_report
from cloud_carbon_exporter.reporting.period.figures import Period, PeriodReport
from cloud_carbon_exporter.reporting.period.sections import sections
from tests.reporting.months import (
    GAP,
    GROWTH,
    MADE_AT,
    NOVEMBER,
    OCTOBER,
    PARTS,
    asked,
    at,
    filled,
    source,
)

pytestmark = pytest.mark.slow

FORMS: Mapping[str, Callable[[PeriodReport], str]] = {
    "txt": lambda of: tables.as_text(sections(of)),
    "md": lambda of: tables.as_markdown(sections(of)),
    "csv": documents.as_csv,
    "json": documents.as_json,
    "html": lambda of: html.as_html(sections(of)),
}
GOLDEN = Path(__file__).parent.parent / "golden"
WHOLE_HOURS = NOVEMBER.seconds // 3600
COUNTED_HOURS = WHOLE_HOURS - GAP.seconds // 3600


@cache
def report(period: Period = NOVEMBER, method: Method = "location") -> PeriodReport:
    return period_report(source(filled(method)), asked(period, method), MADE_AT)


def _shown(form: str) -> str:
    """A form of the report as its golden has it: the last digits of a sum are its order's."""
    text = FORMS[form](report())
    if form == "json":
        text = json.dumps(json.loads(text), indent=1) + "\n"
    return re.sub(r"\d+\.\d{6,}", lambda number: f"{float(number[0]):.6g}", text)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_as_its_golden(form: str) -> None:
    golden = (GOLDEN / f"report_period.{form}").read_text(encoding="utf-8")
    assert _shown(form) == golden, "run python -m tests.reporting.test_period"


def test_what_was_not_counted_is_said_and_never_added() -> None:
    of = report()
    assert of.counted.gaps == (GAP,)
    assert of.counted.ratio == COUNTED_HOURS / WHOLE_HOURS
    watts = sum(part.watts for part in PARTS) * GROWTH
    assert of.total.energy_kilowatt_hours.value == pytest.approx(watts * COUNTED_HOURS / 1000)
    text = FORMS["txt"](of)
    assert "95.8% of the period was counted, and nothing is added for the rest." in text
    assert "2025-11-10 to 2025-11-11 06:00" in text


def test_a_whole_month_has_no_gap() -> None:
    of = report(OCTOBER)
    assert (of.counted.ratio, of.counted.gaps, of.change) == (1, (), None)


def test_a_long_period_tells_its_gaps_by_the_day() -> None:
    of = report(Period(at("2025-09-15"), at("2025-12-10")))
    days = [Period(at("2025-09-15"), at("2025-10-01")), Period(GAP.start, at("2025-11-11"))]
    # of the day with 18 hours something is known
    assert of.counted.gaps == (days[0], days[1], Period(at("2025-12-01"), at("2025-12-10")))
    assert of.counted.seconds == OCTOBER.seconds + COUNTED_HOURS * 3600


def test_the_groups_are_the_whole() -> None:
    of = report()
    assert [group.labels for group in of.groups] == [("data",), ("web",), ("",)]
    total = sum(group.emissions_grams.value for group in of.groups)
    assert total == pytest.approx(of.total.emissions_grams.value)
    assert sum(of.by_basis.values()) == pytest.approx(1)
    assert of.by_basis["measured"] == pytest.approx(480 / 630)


def test_a_change_is_of_counted_days_and_facts_cancel_in_it() -> None:
    change = report().change
    assert change is not None
    assert change.before == OCTOBER
    power = sum(part.embodied_grams_an_hour for part in PARTS) * 24
    grams = change.before_grams.value / 31
    assert change.grams_per_day.value == pytest.approx((grams - power) * (GROWTH - 1))
    # the same estate, tenth part more: it is more whatever the facts are off by
    assert change.grams_per_day.lower > 0
    wide = change.before_grams.upper or 0
    assert change.grams_per_day.upper < (wide - change.before_grams.value) / 31


@pytest.mark.parametrize(
    ("since", "until", "start"),
    [
        ("2025-11-01", "2025-12-01", "2025-10-01"),
        ("2026-01-01", "2026-04-01", "2025-10-01"),  # a quarter before a quarter
        ("2026-03-01", "2026-04-01", "2026-02-01"),
        ("2025-11-03", "2025-11-10", "2025-10-27"),
        ("2025-11-01", "2025-11-16", "2025-10-17"),  # begins with a month, and ends amid one
        ("2025-11-01T05:00", "2025-11-01T06:00", "2025-11-01T04:00"),
    ],
)
def test_the_period_before(since: str, until: str, start: str) -> None:
    assert before(Period(at(since), at(until))) == Period(at(start), at(since))


@pytest.mark.parametrize("method", ["location", "direct", "market"])
def test_methods_stand_side_by_side_whichever_was_counted(method: Method) -> None:
    of = report(NOVEMBER, method).electricity
    assert of.counted_as == method
    grams = {sums.method: sums.grams.value for sums in of.methods}
    names: tuple[Method, ...] = ("location", "direct", "market")
    for name in names:
        by_hand = 0.0
        for part in PARTS:
            known = {
                intensity.method: intensity.grams_per_kilowatt_hour.value
                for intensity in facts.place(part.group.provider, part.group.region).intensities
            }
            kilowatt_hours = part.watts * GROWTH * COUNTED_HOURS / 1000
            by_hand += kilowatt_hours * known.get(name, known["direct"])
        assert grams[name] == pytest.approx(by_hand), name
    assert of.upstream_grams.value == pytest.approx(grams["location"] - grams["direct"])


def test_hourly_values_are_no_annual_method() -> None:
    doubled = [part._replace(watts=part.watts * 2) for part in PARTS]
    store = filled("location", doubled)
    # grams of the half of what was drawn: as a live grid that is half as dirty
    halved = source(store)
    ask = halved.ask
    live = replace(
        halved,
        ask=lambda query: [
            replace(
                row,
                amounts=replace(
                    row.amounts, operational_grams=row.amounts.operational_grams.scaled(0.5)
                ),
            )
            for row in ask(query)
        ],
    )
    of = period_report(live, asked(), MADE_AT)
    assert of.electricity.counted_as is None
    assert "hourly values" in FORMS["txt"](of)


def test_scopes_add_up_to_purchased_services() -> None:
    told = json.loads(documents.as_json(report()))["ghg_protocol"]
    grams = {name: amount["value"] for name, amount in told.items()}
    both = grams["provider_scope_3_category_3"] + grams["provider_scope_3_category_2"]
    for way in ("location", "market"):
        electricity = grams[f"provider_scope_2_{way}_based"]
        assert grams[f"scope_3_category_1_{way}_based"] == pytest.approx(electricity + both)
    whole = report().total.emissions_grams.value
    # direct emissions and the fuels' supply are the life-cycle mean, which was counted
    assert grams["scope_3_category_1_location_based"] == pytest.approx(whole)


def test_the_intensity_of_software_is_never_by_market() -> None:
    of, by_market = report().intensity, report(NOVEMBER, "market").intensity
    assert of is not None and by_market is not None
    assert of.grams_per_unit.value * 50_000 == pytest.approx(report().total.emissions_grams.value)
    assert by_market.grams_per_unit.value == pytest.approx(of.grams_per_unit.value)
    market = report(NOVEMBER, "market").total.emissions_grams.value
    assert market < report().total.emissions_grams.value / 2


def test_a_provider_s_figure_stands_beside_ours_of_its_month() -> None:
    (told,) = report().provider_figures  # October's is not of this period
    assert told.reported.grams == 28_000
    assert told.own_ratio == pytest.approx(COUNTED_HOURS / WHOLE_HOURS)
    aws = period_report(source(filled(parts=PARTS[:2])), asked(), MADE_AT)
    assert told.own_grams == pytest.approx(aws.total.emissions_grams.value)


def test_doubts_are_facts_by_their_weight() -> None:
    doubts = report().doubts
    assert doubts[0].fact == "memory.dram"
    assert sum(doubt.ratio for doubt in doubts) == pytest.approx(1)
    assert all(one.ratio >= other.ratio for one, other in pairwise(doubts))
    grids = [doubt for doubt in doubts if doubt.fact.startswith("grid.")]
    assert grids and all(doubt.source for doubt in grids)


def test_nothing_counted_is_no_report_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing of that time was counted"):
        period_report(source(in_memory()), asked(), MADE_AT)


def test_csv_is_a_row_a_group_and_its_columns_add_up() -> None:
    rows = list(csv.DictReader(io.StringIO(FORMS["csv"](report()))))
    assert [row["tag_team"] for row in rows] == ["data", "web", ""]
    whole = report().total.emissions_grams.value
    assert sum(float(row["emissions_grams"]) for row in rows) == pytest.approx(whole)
    alone = period_report(source(filled()), replace(asked(), by={}), MADE_AT)
    (row,) = csv.DictReader(io.StringIO(FORMS["csv"](alone)))
    assert float(row["emissions_grams"]) == pytest.approx(whole)


def test_names_break_out_of_no_form() -> None:
    hostile = '</table><script>alert("x")</script>\u202e=cmd|'
    group = PARTS[0].group._replace(tags=(("team", hostile),))
    store = filled(parts=(PARTS[0]._replace(group=group),))
    of = period_report(source(store), asked(), MADE_AT)
    page = FORMS["html"](of)
    assert "<script" not in page and "&lt;script" in page and "\u202e" not in page
    assert "\n=cmd" not in FORMS["csv"](of)
    assert "<script" not in FORMS["md"](of)


if __name__ == "__main__":
    for written in FORMS:
        (GOLDEN / f"report_period.{written}").write_text(_shown(written), encoding="utf-8")
