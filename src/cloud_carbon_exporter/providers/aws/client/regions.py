"""Regions of an account to look into: those enabled, or those Cost Explorer says were used."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.optional import COSTS
from cloud_carbon_exporter.providers.spec import Scope

log = logging.getLogger(__name__)
_ENABLED_SECONDS = 3600.0
_USED_SECONDS = 86400.0
_USED_DAYS = 14
# what Cost Explorer writes where a cost is of no region
_NO_REGION = frozenset({"", "global", "NoRegion"})
BILLED_AS: Mapping[str, tuple[str, ...]] = {
    "ec2": ("Amazon Elastic Compute Cloud - Compute", "EC2 - Other", "EC2 - Instances"),
    "rds": (
        "Amazon Relational Database Service",
        "Amazon Neptune",
        "Amazon DocumentDB (with MongoDB compatibility)",
    ),
    "lambda": ("AWS Lambda",),
    "dynamodb": ("Amazon DynamoDB",),
    "elasticache": ("Amazon ElastiCache",),
    "redshift": ("Amazon Redshift",),
    "efs": ("Amazon Elastic File System",),
}
"""API -> its names in Cost Explorer. EBS bills under "EC2 - Other": a region may hold volumes and
no instance. An API not named here is looked for in every region that has any cost.
"""


class Use(NamedTuple):
    """Use of a service in a region, as Cost Explorer names both, and what it cost."""

    region: str
    service: str
    dollars: float = 0.0


async def regions(client: AwsApi, account_id: str, api: str) -> Sequence[str]:
    """Regions to sweep for an API, in alphabetical order.

    Raises CollectError when they cannot be known.
    """
    if client.options.discovery == "cost-explorer":
        names = _billed(await used(client, account_id), BILLED_AS.get(api))
    else:
        names = set(await enabled(client, account_id))
    return sorted(filter(client.wants, names))


def _billed(uses: Iterable[Use], services: Collection[str] | None) -> set[str]:
    names = {use.region for use in uses if services is None or use.service in services}
    return names - _NO_REGION


async def _uses(client: AwsApi, account_id: str) -> AsyncIterator[Use]:
    today = datetime.fromtimestamp(client.clock(), UTC).date()
    params: dict[str, Any] = {
        "TimePeriod": {
            "Start": str(today - timedelta(days=_USED_DAYS)),
            "End": str(today + timedelta(days=1)),  # exclusive
        },
        "Granularity": "MONTHLY",
        "Metrics": ["UsageQuantity", "UnblendedCost"],
        "GroupBy": [
            {"Type": "DIMENSION", "Key": "REGION"},
            {"Type": "DIMENSION", "Key": "SERVICE"},
        ],
        # a management account sees the costs of all its members
        "Filter": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [account_id]}},
    }
    # paged here, so that each page waits for its turn: it costs as much as the first
    scope, seen = Scope("aws", account_id), set[str]()
    while True:
        async with client.surveying:
            answer = await client.call(scope, "ce", "GetCostAndUsage", params, units=1)
        for period in answer.get("ResultsByTime", ()):
            for group in period.get("Groups", ()):
                region, service = group["Keys"]
                cost = group.get("Metrics", {}).get("UnblendedCost", {}).get("Amount")
                yield Use(region, service, float(cost or 0))
        token = str(answer.get("NextPageToken") or "")
        if not token or token in seen:
            return
        seen.add(token)
        params = params | {"NextPageToken": token}


async def enabled(client: AwsApi, account_id: str) -> Sequence[str]:
    """Regions an account has enabled, asked for once an hour.

    Those known so far stay while they cannot be.
    """

    async def ask() -> Sequence[str]:
        async with client.surveying:
            # without AllRegions: those that are not enabled for the account are left out
            answer = await client.call(Scope("aws", account_id), "ec2", "DescribeRegions", {})
        names = [region["RegionName"] for region in answer.get("Regions", ())]
        if client.cache.last(("regions", account_id)) is None:  # said once
            for region in sorted(set(client.settings.regions) - set(names)):
                log.warning(
                    "aws %s: region %s is not there or not enabled: nothing is looked for in it",
                    account_id,
                    region,
                )
        return names

    try:
        return await client.cache.get(("regions", account_id), _ENABLED_SECONDS, ask)
    except PermissionMissing:
        # who names the regions need not be allowed to list them
        if not client.settings.regions:
            raise
        return client.settings.regions
    except CollectError as error:
        known: Sequence[str] | None = client.cache.last(("regions", account_id))
        if known is None:
            raise
        log.debug("the regions known so far stay: %s", error)
        return known


async def used(client: AwsApi, account_id: str) -> Sequence[Use]:
    """What had any cost lately, asked once a day: each request to Cost Explorer costs 0.01 USD."""

    async def ask() -> Sequence[Use]:
        with client.refusals.asking(account_id, COSTS):
            return [use async for use in _uses(client, account_id)]

    try:
        return await client.cache.get(("used", account_id), _USED_SECONDS, ask)
    except CollectError as error:
        known: Sequence[Use] | None = client.cache.last(("used", account_id))
        if known is None:
            raise
        log.debug("the regions used so far stay: %s", error)
        return known
