"""What AWS itself says an account holds, to hold the ledger against.

Resource Explorer lists it, where the account has an index and a view: through the aggregator index
all regions that have one, else region by region. The tagging API knows only what bears tags, or
once did: it adds to the other, and without the other there is nothing to measure coverage by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from sys import intern
from typing import Any

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws.client import regions, tagging
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.describing.kinds import OWNED, kind_of
from cloud_carbon_exporter.providers.spec import Inventory, Scope

_API = "resource-explorer-2"
_SECONDS = 3600.0
_PATIENCE_SECONDS = 120.0
_PERMISSIONS = "resource-explorer-2:Search"  # ListResources is allowed by it, says its reference
EXPLORER, TAGGING = "resource-explorer", "tagging"

Kinds = Mapping[str, str]


async def inventories(client: AwsApi) -> tuple[Inventory, ...]:
    """The inventories of all accounts, read once an hour. What fails is said once, and leaves what
    was known.
    """
    accounts = await client.accounts.known()
    found = await asyncio.gather(*(_of(client, account_id) for account_id in accounts))
    return tuple(inventory for each in found for inventory in each)


async def _of(client: AwsApi, account_id: str) -> tuple[Inventory, ...]:
    key = ("inventory", account_id)

    async def read() -> tuple[Inventory, ...]:
        known: tuple[Inventory, ...] = client.cache.last(key) or ()
        async with client.surveying:
            try:
                async with asyncio.timeout(client.patience(_PATIENCE_SECONDS)):
                    return await _read(client, account_id, known)
            except TimeoutError:
                client.say_once(
                    f"aws {account_id}: Resource Explorer and the tagging API do not answer in time"
                )
                return known

    return await client.cache.get(key, _SECONDS, read)


async def _read(
    client: AwsApi, account_id: str, known: tuple[Inventory, ...]
) -> tuple[Inventory, ...]:
    explored = await _explored(client, account_id)
    if explored is None:
        explored = next((each.kinds for each in known if each.source == EXPLORER), None)
    tagged = await _tagged(client, account_id, explored or {})
    whole = () if explored is None else (Inventory(account_id, EXPLORER, explored),)
    return (*whole, Inventory(account_id, TAGGING, tagged, whole=False)) if tagged else whole


async def _explored(client: AwsApi, account_id: str) -> Kinds | None:
    """What Resource Explorer lists; None where it is not set up, or does not answer."""
    try:
        regions = await _indexed(client, account_id)
        if not regions:
            client.say_once(
                f"aws {account_id}: no index of Resource Explorer, so coverage is not known"
            )
            return None
        kinds: dict[str, str] = {}
        failed: list[CollectError] = []
        for region in regions:
            try:
                await _list(client, Scope("aws", account_id, region), kinds)
            except CollectError as error:
                failed.append(error)
                client.say_once(f"Resource Explorer cannot see a region: {error}")
        return None if len(failed) == len(regions) else kinds
    except CollectError as error:
        client.say_once(f"Resource Explorer tells nothing, so coverage is not known: {error}")
        return None


async def _indexed(client: AwsApi, account_id: str) -> tuple[str, ...]:
    """The region of the aggregator index, else all that have an index; says which regions have
    none.
    """
    home = Scope("aws", account_id)
    indexes: list[Mapping[str, Any]] = []
    async for answer in client.answers(home, _API, "ListIndexes", {}):
        indexes += answer.get("Indexes", ())
    aggregators = [index["Region"] for index in indexes if index.get("Type") == "AGGREGATOR"]
    local = sorted({index["Region"] for index in indexes})
    blind = (
        []
        if not local
        else [each for each in await _wanted(client, account_id) if each not in local]
    )
    if blind:
        client.say_once(
            f"aws {account_id}: Resource Explorer has no index in {', '.join(blind)}, and cannot see them"
        )
    return tuple(aggregators[:1] or (region for region in local if client.wants(region)))


async def _wanted(client: AwsApi, account_id: str) -> list[str]:
    return [region for region in await regions.enabled(client, account_id) if client.wants(region)]


async def _list(client: AwsApi, scope: Scope, kinds: dict[str, str]) -> None:
    """Add what the default view of a region shows, or any view where none is the default."""
    try:
        await _read_view(client, scope, {}, kinds)
    except CollectError as error:
        try:
            views = (await client.call(scope, _API, "ListViews", {})).get("Views")
        except CollectError:
            raise error from None
        if not views:
            raise
        await _read_view(client, scope, {"ViewArn": views[0]}, kinds)


async def _read_view(
    client: AwsApi, scope: Scope, view: Mapping[str, str], kinds: dict[str, str]
) -> None:
    params = {"MaxResults": 1000, **view}
    async for answer in client.answers(
        scope, _API, "ListResources", params, permissions=_PERMISSIONS
    ):
        for raw in answer.get("Resources", ()):
            owner, region = (
                raw.get("OwningAccountId") or scope.account_id,
                raw.get("Region") or "global",
            )
            if owner == scope.account_id and (region == "global" or client.wants(region)):
                _add(kinds, raw.get("Arn") or "", raw.get("CfnResourceType") or "")


def _add(kinds: dict[str, str], arn: str, cloudformation: str = "") -> None:
    kind = kind_of(arn, cloudformation)
    if arn and kind not in OWNED:
        kinds[arn] = intern(kind)


async def _tagged(client: AwsApi, account_id: str, explored: Kinds) -> Kinds:
    """What the tagging API knows besides."""
    added: dict[str, str] = {}

    async def read(region: str) -> None:
        try:
            if client.settings.tags:
                arns = list(await tagging.of_region(client, account_id, region))
            else:
                arns = [
                    mapping["ResourceARN"]
                    async for mapping in tagging.listed(client, account_id, region)
                ]
        except CollectError as error:
            client.say_once(f"the tagging API adds nothing to the ledger: {error}")
            return
        for arn in arns:
            if arn not in explored:
                _add(added, arn)

    try:
        regions = await _wanted(client, account_id)
    except CollectError:
        return added
    await asyncio.gather(*(read(region) for region in regions))
    return added
