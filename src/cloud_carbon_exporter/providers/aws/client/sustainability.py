"""AWS' own figure: the Sustainability API, for the last month it has closed.

Operation and fields: https://docs.aws.amazon.com/sustainability/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import ReportedEmissions
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.spec import Scope

SOURCE = "AWS Sustainability API"
_SECONDS = 86400.0
_PATIENCE_SECONDS = 60.0
_MONTHS = (
    4  # how far back a month may lie that is the last one closed: AWS says three months at most
)
_GRAMS_PER_TONNE = 1_000_000
_METHODS: Mapping[str, Method] = {
    "TOTAL_LBM_CARBON_EMISSIONS": "location",
    "TOTAL_MBM_CARBON_EMISSIONS": "market",
}
_BY = ("USAGE_ACCOUNT_ID", "REGION", "SERVICE")


async def reported(client: AwsApi, now: float) -> tuple[ReportedEmissions, ...]:
    """The last closed month of every account, asked for once a day. What is forbidden or absent is
    said once.
    """
    accounts = await client.accounts.known()
    found: dict[str, list[ReportedEmissions]] = {account_id: [] for account_id in accounts}
    home = client.accounts.home
    for asked in dict.fromkeys((home, *accounts)):  # a management account answers for its members
        if asked and (asked == home or not found[asked]):
            for one in await _ask(client, asked, now):
                if one.account_id in found and asked in (home, one.account_id):
                    found[one.account_id].append(one)
    return tuple(one for each in found.values() for one in each)


async def _ask(client: AwsApi, account_id: str, now: float) -> Sequence[ReportedEmissions]:
    key = ("reported", account_id)

    async def ask() -> Sequence[ReportedEmissions]:
        try:
            async with asyncio.timeout(client.patience(_PATIENCE_SECONDS)):
                return await _last_month(client, account_id, now)
        except TimeoutError:
            client.say_once(
                f"AWS' own figure is not to be had: aws {account_id}: no answer in time"
            )
            return client.cache.last(key) or ()
        except (PermissionMissing, NotThere) as error:
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


async def _last_month(client: AwsApi, account_id: str, now: float) -> Sequence[ReportedEmissions]:
    params = {
        "TimePeriod": {"Start": _months_before(now, _MONTHS), "End": _months_before(now, 0)},
        "GroupBy": list(_BY),
        "EmissionsTypes": list(_METHODS),
        "Granularity": "MONTHLY",
    }
    found: list[ReportedEmissions] = []
    async for answer in client.answers(
        Scope("aws", account_id), "sustainability", "GetEstimatedCarbonEmissions", params
    ):
        for result in answer.get("Results", ()):
            found += _read(result, account_id)
    newest = max((one.start for one in found), default=0.0)
    return [one for one in found if one.start == newest]


def _read(result: Mapping[str, Any], account_id: str) -> Iterator[ReportedEmissions]:
    named, period = result["DimensionsValues"], result["TimePeriod"]
    for name, method in _METHODS.items():
        value = result["EmissionsValues"].get(name)
        if value is not None:
            yield ReportedEmissions(
                provider="aws",
                account_id=named.get("USAGE_ACCOUNT_ID") or account_id,
                region=(named.get("REGION") or "global").lower(),
                service=named.get("SERVICE") or "",
                method=method,
                source=SOURCE,
                start=_seconds(period["Start"]),
                end=_seconds(period["End"]),
                grams=max(0.0, float(value["Value"])) * _GRAMS_PER_TONNE,
            )


def _seconds(timestamp: str | float) -> float:
    """A time as the API writes it: a number, or ISO 8601."""
    if isinstance(timestamp, str):
        at = datetime.fromisoformat(timestamp)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return float(timestamp)
