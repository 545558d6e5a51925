"""AWS' own figure for the last closed month, and what stands in its way."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call
from tests.fakes.aws_replay import CountingMeter
from tests.fakes.aws_shapes import checked
from tests.providers.aws.conftest import MakeClient
from tests.providers.aws.test_organisation import LAB, ORGANISATION, SHOP, organisation, who
from tests.providers.aws.test_regions import Clock

from cloud_carbon_exporter.providers.refusals import refused_to

PATH = "/v1/estimated-carbon-emissions"
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC).timestamp()
NOVEMBER = datetime(2025, 11, 1, tzinfo=UTC).timestamp()
__all__ = ["organisation"]


def month(number: int, year: int = 2025) -> str:
    return f"{year}-{number:02}-01T00:00:00Z"


def result(
    tonnes: float, account: str = ACCOUNT, region: str = "eu-west-3", first: int = 11, **more: Any
) -> Any:
    return {
        "TimePeriod": {"Start": month(first), "End": month(first + 1)},
        "DimensionsValues": {"USAGE_ACCOUNT_ID": account, "REGION": region, "SERVICE": "AmazonEC2"},
        "ModelVersion": "v3.0.0",
        "EmissionsValues": {
            "TOTAL_LBM_CARBON_EMISSIONS": {"Value": tonnes, "Unit": "MTCO2e"},
            "TOTAL_MBM_CARBON_EMISSIONS": {"Value": tonnes / 10, "Unit": "MTCO2e"},
        },
        **more,
    }


def answer(*results: Any, token: str = "") -> Mapping[str, Any]:
    more = {"NextToken": token} if token else {}
    return checked(
        "sustainability", "GetEstimatedCarbonEmissions", {"Results": list(results), **more}
    )


async def test_the_closed_months_by_region_service_and_method(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    def pages(call: Call) -> Mapping[str, Any]:
        if "NextToken" in call.params:
            return answer(result(0.5, region="Global"))
        return answer(result(9, first=10), result(0.002), token="more")

    fake.handlers[PATH] = pages
    reported = (await make_client(Clock(NOW)).extras(NOW)).reported
    october = [emissions for emissions in reported if emissions.start < NOVEMBER]
    reported = tuple(emissions for emissions in reported if emissions.start == NOVEMBER)
    assert [emissions.grams for emissions in october] == [9e6, 9e5]
    assert {(emissions.region, emissions.method, emissions.grams) for emissions in reported} == {
        ("eu-west-3", "location", 2000),
        ("eu-west-3", "market", 200),
        ("global", "location", 500_000),
        ("global", "market", 50_000),
    }
    assert {
        (emissions.provider, emissions.account_id, emissions.service, emissions.source)
        for emissions in reported
    } == {("aws", ACCOUNT, "AmazonEC2", "AWS Sustainability API")}
    december = datetime(2025, 12, 1, tzinfo=UTC).timestamp()
    assert {emissions.end for emissions in reported} == {december}
    assert {emissions.model_version for emissions in reported} == {"v3.0.0"}
    asked = next(call for call in fake.calls if call.operation == PATH).params
    assert asked["GroupBy"] == ["USAGE_ACCOUNT_ID", "REGION", "SERVICE"]
    assert asked["Granularity"] == "MONTHLY"
    period = [
        datetime.fromtimestamp(at, UTC) if isinstance(at, int) else at
        for at in asked["TimePeriod"].values()
    ]
    assert [str(at)[:10] for at in period] == ["2024-10-01", "2026-02-01"], (
        "a year, and no month that is not closed"
    )
    assert meter.calls["sustainability", "GetEstimatedCarbonEmissions", "success"] == 2


async def test_scopes_stand_beside_the_total(fake: AwsFake, make_client: MakeClient) -> None:
    tonnes = {"1": 0.1, "2_LBM": 0.5, "2_MBM": 0.0, "3_LBM": 0.4, "3_MBM": 0.3}
    values = {
        "TOTAL_LBM_CARBON_EMISSIONS": {"Value": 1.0, "Unit": "MTCO2e"},
        "TOTAL_MBM_CARBON_EMISSIONS": {"Value": 0.4, "Unit": "MTCO2e"},
    }
    for scope, value in tonnes.items():
        values[f"TOTAL_SCOPE_{scope}_CARBON_EMISSIONS"] = {"Value": value, "Unit": "MTCO2e"}
    fake.handlers[PATH] = answer(result(0, EmissionsValues=values), result(1, region="us-east-1"))
    rows = (await make_client(Clock(NOW)).extras(NOW)).reported
    told = {(row.region, row.method): (row.operational_grams, row.embodied_grams) for row in rows}
    assert told == {
        ("eu-west-3", "location"): (pytest.approx(6e5), 4e5),
        ("eu-west-3", "market"): (1e5, 3e5),
        ("us-east-1", "location"): (None, None),
        ("us-east-1", "market"): (None, None),
    }
    asked = next(call for call in fake.calls if call.operation == PATH).params
    model = botocore.session.Session().get_service_model("sustainability")
    assert sorted(asked["EmissionsTypes"]) == sorted(model.shape_for("EmissionsType").enum)


async def test_a_year_is_asked_for_at_first_and_when_the_model_is_another(
    fake: AwsFake, make_client: MakeClient
) -> None:
    clock = Clock(NOW)
    client = make_client(clock)

    async def months_asked(version: str) -> list[int]:
        fake.calls.clear()
        fake.handlers[PATH] = answer(result(1, ModelVersion=version))
        await client.extras(clock.now)
        clock.now += 86_400
        starts = [
            call.params["TimePeriod"]["Start"] for call in fake.calls if call.operation == PATH
        ]
        return [round((NOW - _at(start)) / 86_400 / 30.4) for start in starts]

    assert await months_asked("v3.0.0") == [16]
    assert await months_asked("v3.0.0") == [4]
    assert await months_asked("v3.1.0") == [4, 16], "it tells all months anew"
    assert await months_asked("v3.1.0") == [4]


def _at(moment: int | str | datetime) -> float:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


async def test_what_is_forbidden_is_told_and_not_asked_again_that_day(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault(PATH, "forbidden")
    clock = Clock(NOW)
    client = make_client(clock)
    for _ in range(3):
        assert (await client.extras(clock.now)).reported == ()
        clock.now += 300
    own = [refusal for refusal in refused_to(client) if refusal.purpose == "AWS' own figure"]
    assert len(own) == 1
    assert "grant sustainability:GetEstimatedCarbonEmissions" in own[0].error
    assert fake.count(PATH) == 1
    fake.faults.clear()
    fake.handlers[PATH] = answer(result(1))
    clock.now += 86_400
    assert len((await client.extras(clock.now)).reported) == 2
    assert own[0] not in refused_to(client)


async def test_what_cannot_be_had_is_said_once_and_harms_nothing(
    fake: AwsFake, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fake.fault(PATH, "server")
    clock = Clock(NOW)
    client = make_client(clock)
    for _ in range(3):
        assert (await client.extras(clock.now)).reported == ()
        clock.now += 300
    said = [record.message for record in caplog.records if "own figure" in record.message]
    assert len(said) == 1
    assert fake.count(PATH) == 3, "a fault that passes is tried again"
    fake.faults.clear()
    fake.handlers[PATH] = answer(result(1))
    clock.now += 86_400
    assert len((await client.extras(clock.now)).reported) == 2


async def test_it_is_asked_once_a_day_and_stays_while_it_cannot_be(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers[PATH] = answer(result(1))
    clock = Clock(NOW)
    client = make_client(clock)
    for _ in range(3):
        await client.extras(clock.now)
        clock.now += 28_000
    assert fake.count(PATH) == 1
    clock.now += 28_000
    fake.fault(PATH, "throttle")
    assert len((await client.extras(clock.now)).reported) == 2


@pytest.mark.slow
async def test_a_management_account_answers_for_its_members_and_others_for_themselves(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    def answers(call: Call) -> Mapping[str, Any]:
        if who(call) == ACCOUNT:
            return answer(result(1), result(2, SHOP), result(9, "999999999999"))
        return answer(result(3, who(call)))

    organisation.handlers[PATH] = answers
    client = make_client(Clock(NOW), **ORGANISATION)
    reported = (await client.extras(NOW)).reported
    assert {
        emissions.account_id: emissions.grams
        for emissions in reported
        if emissions.method == "location"
    } == {
        ACCOUNT: 1e6,
        SHOP: 2e6,
        LAB: 3e6,
    }
    assert organisation.count(PATH) == 2, "not for the shop, which the management account told of"
