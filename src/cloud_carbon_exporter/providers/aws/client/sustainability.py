"""Sustainability API: AWS' own figure, for the last months it has closed.

Operation and fields: https://docs.aws.amazon.com/sustainability/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.optional import EMISSIONS
from cloud_carbon_exporter.providers.spec import Scope

SOURCE = "AWS Sustainability API"
_SECONDS = 86400.0
_PATIENCE_SECONDS = 60.0
# how far back the last closed month may lie: AWS says three months at most
_MONTHS = 4
# asked for at first, and after a new version of AWS' model, which tells all months anew
_ALL_MONTHS = _MONTHS + 12
_GRAMS_PER_TONNE = 1_000_000
# location-based and market-based: the two ways of the GHG Protocol to count bought electricity
_METHODS: Mapping[str, Method] = {"LBM": "location", "MBM": "market"}
_SCOPE_1 = "TOTAL_SCOPE_1_CARBON_EMISSIONS"
_TYPES = (
    _SCOPE_1,
    *(
        f"TOTAL_{scope}{method}_CARBON_EMISSIONS"
        for scope in ("", "SCOPE_2_", "SCOPE_3_")
        for method in _METHODS
    ),
)
_BY = ("USAGE_ACCOUNT_ID", "REGION", "SERVICE")


async def reported(client: AwsApi, now: float) -> tuple[ReportedEmissions, ...]:
    """Emissions of every account in the last closed months, asked for once a day.

    What is forbidden or absent is said once.
    """
    by_account: dict[str, list[ReportedEmissions]] = {}
    for account_id in await client.accounts.known():
        by_account[account_id] = []
    home = client.accounts.home
    for asked in dict.fromkeys((home, *by_account)):
        # a management account answers for its members: they are asked only where it did not
        if asked and (asked == home or not by_account[asked]):
            for emissions in await _ask(client, asked, now):
                owner = emissions.account_id
                if owner in by_account and asked in (home, owner):
                    by_account[owner].append(emissions)
    return tuple(chain.from_iterable(by_account.values()))


async def _ask(client: AwsApi, account_id: str, now: float) -> Sequence[ReportedEmissions]:
    key = ("reported", account_id)

    async def ask() -> Sequence[ReportedEmissions]:
        try:
            async with asyncio.timeout(client.patience(_PATIENCE_SECONDS)):
                with client.refusals.asking(account_id, EMISSIONS):
                    return await _last_months(client, account_id, now)
        except TimeoutError:
            client.say_once(
                f"AWS' own figure is not to be had: aws {account_id}: no answer in time"
            )
            return client.cache.last(key) or ()
        except PermissionMissing:
            # a refusal is an answer: it is asked again tomorrow, not at the next refresh
            return ()
        except NotThere as error:
            client.say_once(f"AWS' own figure is not to be had: {error}")
            return ()

    try:
        return await client.cache.get(key, _SECONDS, ask)
    except CollectError as error:
        client.say_once(f"AWS' own figure cannot be read: {error}")
        return client.cache.last(key) or ()


def _months_before(now: float, months: int) -> datetime:
    at = datetime.fromtimestamp(now, UTC)
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return datetime(years, month + 1, 1, tzinfo=UTC)


async def _last_months(client: AwsApi, account_id: str, now: float) -> Sequence[ReportedEmissions]:
    """Rows of the last few months; of a year more at first, and where AWS' model is another."""
    before: Sequence[ReportedEmissions] = client.cache.last(("reported", account_id)) or ()
    known = {row.model_version for row in before}
    rows = await _months(client, account_id, now, _MONTHS if known else _ALL_MONTHS)
    if known and not known.issuperset(row.model_version for row in rows):
        rows = await _months(client, account_id, now, _ALL_MONTHS)
    return rows


async def _months(
    client: AwsApi, account_id: str, now: float, months: int
) -> Sequence[ReportedEmissions]:
    params = {
        # which month is closed is not told: the newest of the last few is
        "TimePeriod": {"Start": _months_before(now, months), "End": _months_before(now, 0)},
        "GroupBy": list(_BY),
        "EmissionsTypes": list(_TYPES),
        "Granularity": "MONTHLY",
    }
    reported: list[ReportedEmissions] = []
    async for answer in client.answers(
        Scope("aws", account_id), "sustainability", "GetEstimatedCarbonEmissions", params
    ):
        for result in answer.get("Results", ()):
            reported += _read(result, account_id)
    return reported


def _read(result: Mapping[str, Any], account_id: str) -> Iterator[ReportedEmissions]:
    named, period = result["DimensionsValues"], result["TimePeriod"]
    grams = _grams(result["EmissionsValues"])
    for short, method in _METHODS.items():
        total = grams.get(f"TOTAL_{short}_CARBON_EMISSIONS")
        if total is not None:
            used = (grams.get(_SCOPE_1), grams.get(f"TOTAL_SCOPE_2_{short}_CARBON_EMISSIONS"))
            yield ReportedEmissions(
                provider="aws",
                account_id=named.get("USAGE_ACCOUNT_ID") or account_id,
                region=(named.get("REGION") or "global").lower(),
                service=named.get("SERVICE") or "",
                method=method,
                source=SOURCE,
                start=_seconds(period["Start"]),
                end=_seconds(period["End"]),
                grams=total,
                operational_grams=None if None in used else sum(filter(None, used)),
                embodied_grams=grams.get(f"TOTAL_SCOPE_3_{short}_CARBON_EMISSIONS"),
                model_version=result.get("ModelVersion") or "",
            )


def _grams(values: Mapping[str, Any]) -> Mapping[str, float]:
    return {
        name: max(0.0, float(value["Value"])) * _GRAMS_PER_TONNE for name, value in values.items()
    }


def _seconds(timestamp: str | float) -> float:
    """Unix time of a time as the API writes it: a number, or ISO 8601."""
    if isinstance(timestamp, str):
        at = datetime.fromisoformat(timestamp)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return float(timestamp)
