"""Accounts of an organisation, as its management account or a delegated one lists them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from cloud_carbon_exporter.providers.aws.client import paging
from cloud_carbon_exporter.providers.aws.client.clients import Account
from cloud_carbon_exporter.providers.aws.client.errors import translate
from cloud_carbon_exporter.providers.spec import Meter

_API, _OPERATION = "organizations", "ListAccounts"


async def active_accounts(home: Account, region: str, meter: Meter) -> Mapping[str, str]:
    """Names of the active accounts by id. Raises CollectError."""
    names: dict[str, str] = {}
    count = partial(meter.call, account_id=home.account_id, api=_API, operation=_OPERATION)

    async def call(sent: Mapping[str, Any]) -> Mapping[str, Any]:
        async with home.clients.using(_API, region) as client:
            answer: Mapping[str, Any] = await client.list_accounts(**sent)
        count()
        return answer

    try:
        model = await home.clients.get(_API, region)
        loader = home.clients.session.get_component("data_loader")
        how = paging.paging(model, loader, _OPERATION)
        labels = {"provider": "aws", "operation": _OPERATION}
        async for answer in paging.pages(call, {}, how, labels):
            for raw in answer.get("Accounts", ()):
                # State takes the place of Status, which AWS retires on 9 September 2026
                if (raw.get("State") or raw.get("Status")) == "ACTIVE":
                    names[raw["Id"]] = raw.get("Name") or ""
    except Exception as error:
        failure = translate(
            error,
            account_id=home.account_id,
            region=region,
            api=_API,
            operation=_OPERATION,
            who=home.caller_arn,
        )
        count(outcome=failure.reason)
        raise failure from error
    return names
