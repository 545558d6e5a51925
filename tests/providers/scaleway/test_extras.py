"""Scaleway's own figures of the last closed month, and what its search lists beyond our kinds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.fakes.scaleway import ORGANIZATION, FakeScaleway, Fault
from tests.providers.scaleway.support import connected

from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.scaleway.client.footprint import (
    NO_SKU,
    SOURCE,
    closed_months,
    read,
)
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
QUERY = "environmental-footprint/v1alpha1/data/query"
AVAILABILITY = "environmental-footprint/v1alpha1/reports/availability"


def reported(
    region: str, service: str, grams: float, start: float = 0, end: float = 0
) -> ReportedEmissions:
    return ReportedEmissions(
        "scaleway",
        ORGANIZATION,
        region,
        service,
        "location",
        SOURCE,
        start or OCTOBER,
        end or NOVEMBER,
        grams,
        grams / 100,  # ten litres a kilogram, as the recording has it
    )


async def test_closed_months_are_reported_by_region_and_product() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        extras = await client.extras(NOW)
        again = await client.extras(NOW + 3600)
    of_october = [row for row in extras.reported if row.start == OCTOBER]
    assert of_october == [
        reported("fr-par", "block_storage", 1_000),
        reported("fr-par", "instances", 15_500),
        reported("fr-par", "object_storage", 750),
    ]
    [september] = {(row.start, row.end) for row in extras.reported if row not in of_october}
    assert september == (SEPTEMBER, OCTOBER), "the other report that is out"
    total = fake.documents[QUERY]["total_impact"]["kg_co2_equivalent"]
    assert sum(row.grams for row in of_october) == pytest.approx(total * 1000), (
        "nothing lost, nothing twice"
    )
    assert again == extras
    assert fake.calls[QUERY] == 2, "each month is asked for once a day"


def impact(kilograms: float) -> dict[str, float]:
    return {"kg_co2_equivalent": kilograms, "m3_water_usage": kilograms / 100}


def sku(kilograms: float) -> dict[str, object]:
    return {"sku": "s", "product_category": "instances", "total_sku_impact": impact(kilograms)}


def test_what_a_total_holds_beyond_its_skus_is_a_row_of_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    region = {
        "region": "nl-ams",
        "total_region_impact": impact(7),
        "zones": [{"zone": "nl-ams-1", "total_zone_impact": impact(5), "skus": [sku(5)]}],
        "skus": [],
    }
    project = {"project_id": "p", "regions": [region], "total_project_impact": impact(8)}
    rows = read({"projects": [project], "total_impact": impact(12)}, "o", closed_months(NOW)[0])
    assert [(row.region, row.service, row.grams) for row in rows] == [
        ("global", NO_SKU, 5_000),
        ("nl-ams", "instances", 5_000),
        ("nl-ams", NO_SKU, 2_000),
    ]
    assert sum(row.water_liters or 0 for row in rows) == pytest.approx(120)
    assert not caplog.records
    read({"projects": [project], "total_impact": impact(6)}, "o", closed_months(NOW)[0])
    assert "less than its parts" in caplog.text


async def test_a_month_whose_report_is_not_out_is_not_shown() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.documents[AVAILABILITY] = {
            "month_summary_reports": ["2026-09-01T00:00:00Z"],
            "yearly_summary_reports": [],
        }
        assert {row.start for row in (await client.extras(NOW)).reported} == {SEPTEMBER}
        fake.documents[AVAILABILITY] = {"month_summary_reports": [], "yearly_summary_reports": []}
        client.memory = Memory()
        assert (await client.extras(NOW)).reported == ()
        assert fake.calls[QUERY] == 1


async def test_a_month_that_was_told_is_asked_for_again_when_it_may_be_restated() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        moment = [0.0]
        client.memory = Memory(clock=lambda: moment[0])
        asked: list[int] = []
        for days in (0, 1, 15):
            moment[0] = days * 86_400.0 + 1
            await client.extras(NOW)
            asked.append(fake.calls[QUERY])
        assert asked == [2, 3, 5], "the newest daily, those before it every two weeks"


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2026-11-24T12:00:00", "2026-10-01", "2026-11-01"),
        ("2026-11-01T00:00:00", "2026-10-01", "2026-11-01"),
        ("2026-10-31T23:59:59", "2026-09-01", "2026-10-01"),
        ("2027-01-15T00:00:00", "2026-12-01", "2027-01-01"),
        ("2028-03-31T10:00:00", "2028-02-01", "2028-03-01"),
    ],
)
def test_the_closed_month(now: str, start: str, end: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()
    month = closed_months(moment)[0]
    assert [month.start, month.end] == [
        datetime.fromisoformat(start).replace(tzinfo=UTC),
        datetime.fromisoformat(end).replace(tzinfo=UTC),
    ]


async def test_the_search_fills_the_ledger_with_what_we_do_not_list() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        extras = await client.extras(NOW)
    assert extras.unsupported == {
        (ORGANIZATION, "mnq/nats_account"): 1,
        (ORGANIZATION, "tem/domain"): 2,
    }
    assert extras.listed == {("scaleway", ORGANIZATION, "search"): 3}


async def test_refusals_of_either_cost_nothing_else() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.faults["search/"] = Fault(status=403)
        extras = await client.extras(NOW)
        assert (extras.unsupported, extras.listed) == ({}, {})
        assert extras.reported
    async with FakeScaleway() as fake, connected(fake) as client:
        moment = [0.0]
        client.memory = Memory(clock=lambda: moment[0])
        fake.faults["environmental-footprint"] = Fault(status=500)
        extras = await client.extras(NOW)
        assert extras.reported == ()
        assert extras.unsupported
        del fake.faults["environmental-footprint"]
        moment[0] += 2
        assert (await client.extras(NOW)).reported, "a failure is not remembered for a day"


async def test_a_refusal_is_not_asked_again_with_every_refresh() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        moment = [0.0]
        client.memory = Memory(clock=lambda: moment[0])
        fake.faults["search/"] = fake.faults["environmental-footprint"] = Fault(status=403)
        for _ in range(3):
            await client.extras(NOW)
            moment[0] += 300
        assert fake.calls["search/v1alpha1/resources"] == 1
        assert fake.calls[AVAILABILITY] == 1
