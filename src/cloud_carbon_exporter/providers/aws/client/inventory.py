"""Inventory of an account by AWS itself, to hold the ledger against.

Resource Explorer lists it, where the account has an index and a view: through the aggregator index
all regions that have one, else region by region. The tagging API knows only what bears tags, or
once did: it adds to the other, and without the other there is nothing to measure coverage by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from sys import intern
from typing import Any

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing
from cloud_carbon_exporter.providers.aws.client import regions, tagging
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.optional import INDEXES, SEARCH, VIEWS
from cloud_carbon_exporter.providers.aws.describing.kinds import kind_of
from cloud_carbon_exporter.providers.aws.describing.types import holding_nothing
from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.spec import Inventory, Scope

_API = "resource-explorer-2"
_SECONDS = 3600.0
_PATIENCE_SECONDS = 120.0
EXPLORER, TAGGING = "resource-explorer", "tagging"

Kinds = Mapping[str, str]
"""ARN -> kind."""


async def inventories(client: AwsApi) -> tuple[Inventory, ...]:
    """Inventories of all accounts, read once an hour.

    What fails is said once, and leaves what was known.
    """
    account_ids = await client.accounts.known()
    answers = await asyncio.gather(*(_of_account(client, account_id) for account_id in account_ids))
    return tuple(chain.from_iterable(answers))


async def _of_account(client: AwsApi, account_id: str) -> tuple[Inventory, ...]:
    key = ("inventory", account_id)

    async def read() -> tuple[Inventory, ...]:
        known: tuple[Inventory, ...] = client.cache.last(key) or ()
        # the wait for a turn is outside the timeout: many accounts must not time each other out
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
        kinds_known = (inventory.kinds for inventory in known if inventory.source == EXPLORER)
        explored = next(kinds_known, None)
    tagged = await _tagged(client, account_id, explored or {})
    whole = () if explored is None else (Inventory(account_id, EXPLORER, explored),)
    return (*whole, Inventory(account_id, TAGGING, tagged, whole=False)) if tagged else whole


async def _explored(client: AwsApi, account_id: str) -> Kinds | None:
    """Kinds by ARN, as Resource Explorer lists them; None where it is not set up, or silent."""
    try:
        indexed = await _indexed(client, account_id)
        if not indexed:
            client.say_once(
                f"aws {account_id}: no index of Resource Explorer, so coverage is not known"
            )
            return None
        kinds: dict[str, str] = {}
        failed: list[CollectError] = []
        for region in indexed:
            try:
                with client.refusals.asking(account_id, SEARCH, region):
                    await _list(client, Scope("aws", account_id, region), kinds)
            except PermissionMissing as error:
                failed.append(error)
            except CollectError as error:
                failed.append(error)
                client.say_once(f"Resource Explorer cannot see a region: {error}")
        return None if len(failed) == len(indexed) else kinds
    except PermissionMissing:
        return None
    except CollectError as error:
        client.say_once(f"Resource Explorer tells nothing, so coverage is not known: {error}")
        return None


async def _indexed(client: AwsApi, account_id: str) -> tuple[str, ...]:
    """Region of the aggregator index, else all that have an index; says which have none."""
    home = Scope("aws", account_id)  # any region tells the indexes of all
    indexes: list[Mapping[str, Any]] = []
    with client.refusals.asking(account_id, INDEXES):
        async for answer in client.answers(home, _API, "ListIndexes", {}):
            indexes += answer.get("Indexes", ())
    local: set[str] = set()
    aggregating: tuple[str, ...] = ()
    for index in indexes:
        local.add(index["Region"])
        if index.get("Type") == "AGGREGATOR":  # there is one at most: it holds all local indexes
            aggregating = (index["Region"],)
    if local:
        _say_blind(client, account_id, await _wanted(client, account_id), local)
    return aggregating or tuple(filter(client.wants, sorted(local)))


def _say_blind(
    client: AwsApi, account_id: str, wanted: Sequence[str], indexed: Collection[str]
) -> None:
    blind = ", ".join(region for region in wanted if region not in indexed)
    if blind:
        client.say_once(
            f"aws {account_id}: Resource Explorer has no index in {blind}, and cannot see them"
        )


async def _wanted(client: AwsApi, account_id: str) -> list[str]:
    return list(filter(client.wants, await regions.enabled(client, account_id)))


async def _list(client: AwsApi, scope: Scope, kinds: dict[str, str]) -> None:
    """Add what the default view of a region shows, or any view where none is the default."""
    try:
        await _read_view(client, scope, {}, kinds)
    except CollectError as error:
        # without a default view the answer is a refusal, as if the permission were missing
        try:
            with client.refusals.asking(scope.account_id, VIEWS, scope.region):
                views = (await client.call(scope, _API, "ListViews", {})).get("Views")
        except CollectError:
            raise error from None
        if not views:
            where = {"provider": "aws", "account_id": scope.account_id, "region": scope.region}
            raise NotThere("Resource Explorer has no view", **where) from None
        await _read_view(client, scope, {"ViewArn": views[0]}, kinds)


async def _read_view(
    client: AwsApi, scope: Scope, view: Mapping[str, str], kinds: dict[str, str]
) -> None:
    # not Search: that tells the first thousand and no more
    params = {"MaxResults": 1000, **view}
    async for answer in client.answers(scope, _API, "ListResources", params, permissions=SEARCH):
        for raw in answer.get("Resources", ()):
            # an organisation's view shows other accounts' resources too
            is_own = (raw.get("OwningAccountId") or scope.account_id) == scope.account_id
            region = raw.get("Region") or "global"
            if is_own and (region == "global" or client.wants(region)):
                _add(kinds, raw.get("Arn") or "", raw.get("CfnResourceType") or "")


def _add(kinds: dict[str, str], arn: str, cloudformation: str = "") -> None:
    kind = kind_of(arn, cloudformation)
    if arn and kind not in OWNERS["aws"] and kind not in holding_nothing():
        kinds[arn] = intern(kind)  # a hundred thousand ARNs, some hundred kinds


async def _tagged(client: AwsApi, account_id: str, explored: Kinds) -> Kinds:
    """Kinds by ARN of what the tagging API knows besides."""
    added: dict[str, str] = {}

    async def read(region: str) -> None:
        try:
            arns = await _tagged_arns(client, account_id, region)
        except PermissionMissing:
            return
        except CollectError as error:
            client.say_once(f"the tagging API adds nothing to the ledger: {error}")
            return
        for arn in arns:
            if arn not in explored:
                _add(added, arn)

    try:
        wanted = await _wanted(client, account_id)
    except CollectError:
        return added
    await asyncio.gather(*(read(region) for region in wanted))
    return added


async def _tagged_arns(client: AwsApi, account_id: str, region: str) -> Sequence[str]:
    if client.settings.tags:  # then they are read anyway
        return list(await tagging.of_region(client, account_id, region))
    return [mapping["ResourceARN"] async for mapping in tagging.listed(client, account_id, region)]
