"""Which regions of an account to look into: those enabled, or those Cost Explorer says were used."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.spec import Scope

log = logging.getLogger(__name__)
_ENABLED_SECONDS = 3600.0
_USED_SECONDS = 86400.0
_USED_DAYS = 14
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


async def regions(client: AwsApi, account_id: str, api: str) -> Sequence[str]:
    """The regions to sweep for an API, in alphabetical order. Raises CollectError when they cannot
    be known.
    """
    if client.settings.discovery == "cost-explorer":
        used = await _used(client, account_id)
        names = BILLED_AS.get(api)
        found = {region for region, service in used if names is None or service in names}
    else:
        found = set(await enabled(client, account_id))
    return sorted(region for region in found if client.wants(region))


async def enabled(client: AwsApi, account_id: str) -> Sequence[str]:
    """The regions an account has enabled, asked for once an hour; those known so far stay while
    they cannot be.
    """

    async def ask() -> Sequence[str]:
        async with client.surveying:
            answer = await client.call(Scope("aws", account_id), "ec2", "DescribeRegions", {})
        found = [region["RegionName"] for region in answer.get("Regions", ())]
        if client.cache.last(("regions", account_id)) is None:  # said once
            for region in sorted(set(client.settings.regions) - set(found)):
                log.warning(
                    "aws %s: region %s is not there or not enabled: nothing is looked for in it",
                    account_id,
                    region,
                )
        return found

    try:
        return await client.cache.get(("regions", account_id), _ENABLED_SECONDS, ask)
    except PermissionMissing:
        if not client.settings.regions:
            raise
        return client.settings.regions
    except CollectError as error:
        known: Sequence[str] | None = client.cache.last(("regions", account_id))
        if known is None:
            raise
        log.debug("the regions known so far stay: %s", error)
        return known


async def _used(client: AwsApi, account_id: str) -> frozenset[tuple[str, str]]:
    """(region, service) with any cost lately. Cost Explorer is asked once a day: each request costs
    0.01 USD.
    """

    async def ask() -> frozenset[tuple[str, str]]:
        today = datetime.fromtimestamp(client.clock(), UTC).date()
        params = {
            "TimePeriod": {
                "Start": str(today - timedelta(days=_USED_DAYS)),
                "End": str(today + timedelta(days=1)),
            },
            "Granularity": "MONTHLY",
            "Metrics": ["UsageQuantity"],
            "GroupBy": [
                {"Type": "DIMENSION", "Key": "REGION"},
                {"Type": "DIMENSION", "Key": "SERVICE"},
            ],
            "Filter": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [account_id]}},
        }
        found: set[tuple[str, str]] = set()
        scope, seen = Scope("aws", account_id), set[str]()
        while True:
            async with client.surveying:
                answer = await client.call(scope, "ce", "GetCostAndUsage", params, units=1)
            for period in answer.get("ResultsByTime", ()):
                found |= {
                    (group["Keys"][0], group["Keys"][1]) for group in period.get("Groups", ())
                }
            token = str(answer.get("NextPageToken") or "")
            if not token or token in seen:
                return frozenset(
                    pair for pair in found if pair[0] not in ("", "global", "NoRegion")
                )
            seen.add(token)
            params = params | {"NextPageToken": token}

    try:
        return await client.cache.get(("used", account_id), _USED_SECONDS, ask)
    except CollectError as error:
        known: frozenset[tuple[str, str]] | None = client.cache.last(("used", account_id))
        if known is None:
            raise
        log.debug("the regions used so far stay: %s", error)
        return known
