"""Google's own monthly figure, from the Carbon Footprint export in BigQuery."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.conftest import Explore

from cloud_carbon_exporter.errors import CollectError, ConfigError, Malformed

pytestmark = pytest.mark.slow

TABLE = "billing-prod.carbon.carbon_footprint"
NOW = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
QUERY = "bigquery.jobs.query"


def row(month: str, service: str, kilograms: str, market: str | None = None) -> list[str | None]:
    """Row of the query; a half of a total is scope 3, and a tenth scope 1."""
    total = float(kilograms)
    scope_2_market = None if market is None else str(float(market) - total * 0.6)
    scopes = [str(total * 0.1), str(total * 0.4), scope_2_market, str(total * 0.5)]
    region = "europe-west1" if service == "Compute Engine" else "global"
    return [month, "shop-prod", region, service, kilograms, market, *scopes, "12"]


async def test_closed_months_by_both_methods(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.report = [
        row("2026-10-01", "Compute Engine", "12.5", "8.5"),
        row("2026-10-01", "Networking", "0.5"),
    ]
    client = explore(carbon_footprint_table=TABLE)
    await client.connect()
    compute, market, network = (await client.extras(NOW)).reported
    assert (compute.method, compute.grams, compute.service) == ("location", 12500, "Compute Engine")
    assert (market.method, market.grams) == ("market", 8500)
    assert (compute.operational_grams, compute.embodied_grams) == (6250, 6250)
    assert market.operational_grams == pytest.approx(2250)
    assert market.embodied_grams == 6250
    assert {row.model_version for row in (compute, market, network)} == {"12"}
    assert (network.region, network.method, network.grams) == ("global", "location", 500)
    assert compute.start == datetime(2026, 10, 1, tzinfo=UTC).timestamp()
    assert compute.end == datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    assert (compute.provider, compute.account_id) == ("gcp", "shop-prod")


async def test_it_is_asked_once_a_day(explore: Explore, cloud: GoogleCloud) -> None:
    client = explore(carbon_footprint_table=TABLE)
    await client.connect()
    for hours in (0, 1, 23):
        await client.extras(NOW + hours * 3600)
    assert cloud.calls[QUERY] == 1
    await client.extras(NOW + 25 * 3600)
    assert cloud.calls[QUERY] == 2


async def test_a_december_ends_in_january(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.report = [row("2026-12-01", "X", "1")]
    client = explore(carbon_footprint_table=TABLE)
    [december] = (await client.extras(NOW)).reported
    assert december.end == datetime(2027, 1, 1, tzinfo=UTC).timestamp()


async def test_a_year_is_asked_for_and_all_its_pages(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.report = [row(f"2026-{month:02}-01", "X", "1") for month in range(1, 11)]
    cloud.report_page_rows = 4
    reported = (await explore(carbon_footprint_table=TABLE).extras(NOW)).reported
    assert len({one.start for one in reported}) == 10
    assert cloud.calls["bigquery.jobs.getQueryResults"] == 2
    [asked] = cloud.queries
    assert "usage_month >= DATE '2025-10-01' AND usage_month < DATE '2026-11-01'" in asked


async def test_a_refused_query_names_what_to_grant(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.break_("bigquery", "permission")
    with pytest.raises(CollectError, match=r"grant bigquery\.jobs\.create"):
        await explore(carbon_footprint_table=TABLE).extras(NOW)


async def test_an_answer_that_cannot_be_read_is_said_to_be_so(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.report = [["October", "shop-prod", "global", "X", "1", None]]
    with pytest.raises(Malformed, match="unreadable row"):
        await explore(carbon_footprint_table=TABLE).extras(NOW)
    cloud.report = [["2026-10-01", "shop-prod"]]
    with pytest.raises(Malformed, match="unreadable row"):
        await explore(carbon_footprint_table=TABLE).extras(NOW)


async def test_a_query_that_does_not_end_is_no_report(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.report_ready = False
    with pytest.raises(Malformed, match="did not end"):
        await explore(carbon_footprint_table=TABLE).extras(NOW)


async def test_without_a_table_nothing_is_asked(explore: Explore, cloud: GoogleCloud) -> None:
    assert (await explore().extras(NOW)).reported == ()
    assert cloud.calls[QUERY] == 0


@pytest.mark.parametrize("table", ["carbon", "p.d", "p.d.t` UNION SELECT 1 --", "p.d.t; DROP"])
def test_a_table_must_be_named_in_full(table: str, explore: Explore) -> None:
    with pytest.raises(ConfigError, match=r"project\.dataset\.table"):
        explore(carbon_footprint_table=table)
