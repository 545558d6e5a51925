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


async def test_the_last_closed_month_by_both_methods(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.report = [
        ["2026-10-01", "shop-prod", "europe-west1", "Compute Engine", "12.5", "1.25"],
        ["2026-10-01", "shop-prod", "global", "Networking", "0.5", None],
    ]
    client = explore(carbon_footprint_table=TABLE)
    await client.connect()
    compute, market, network = (await client.extras(NOW)).reported
    assert (compute.method, compute.grams, compute.service) == ("location", 12500, "Compute Engine")
    assert (market.method, market.grams) == ("market", 1250)
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
    cloud.report = [["2026-12-01", "shop-prod", "global", "X", "1", None]]
    client = explore(carbon_footprint_table=TABLE)
    [december] = (await client.extras(NOW)).reported
    assert december.end == datetime(2027, 1, 1, tzinfo=UTC).timestamp()


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
