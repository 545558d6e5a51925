"""API of AWS: any operation, by its own name, in any account and region of a target.

What the client is made of (regions, tags, CloudWatch, the inventories) and what the services look
up stands on this; it knows none of them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    NotThere,
    PermissionMissing,
    Unreachable,
)
from cloud_carbon_exporter.http.connection_faults import has_no_address
from cloud_carbon_exporter.http.turns import Turns
from cloud_carbon_exporter.providers.aws.client import paging
from cloud_carbon_exporter.providers.aws.client.accounts import Accounts
from cloud_carbon_exporter.providers.aws.client.cache import Cache
from cloud_carbon_exporter.providers.aws.client.clients import Account
from cloud_carbon_exporter.providers.aws.client.errors import translate
from cloud_carbon_exporter.providers.aws.client.optional import REFUSABLE
from cloud_carbon_exporter.providers.aws.client.silence import Silence
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.partitions import partition
from cloud_carbon_exporter.providers.refusals import Refusals
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter, Scope

log = logging.getLogger(__name__)
# calls at once towards one API of one account and region. AWS counts requests by account, region
# and API: what else the account runs there needs its share.
_CALLS_PER_API = 6
_SURVEYS_AT_ONCE = 16
_JSON = ("json", "rest-json")
_LEAST_PATIENCE_SECONDS = 5.0
_UNREADABLE_RETRIES = 2
_UNREADABLE_PAUSE_SECONDS = 0.2
# how long a proof that the credentials work is good for
_IDENTITY_SECONDS = 60.0


class AwsApi:
    """Calls to AWS for one target. Only CollectErrors leave it.

    surveying: admits so many accounts at once to questions about a whole account (its regions, its
    inventory), which must not delay the listings of others.
    """

    def __init__(
        self, settings: TargetSettings, meter: Meter, clock: Callable[[], float] = time.time
    ) -> None:
        self.settings = settings
        self.options = settings.options_of(AwsOptions)
        self.clock = clock
        self.cache = Cache(clock)
        self.refusals = Refusals("aws", REFUSABLE)
        self.accounts = Accounts(settings, meter, self.cache)
        self.surveying = asyncio.Semaphore(_SURVEYS_AT_ONCE)
        self._meter = meter
        self._turns = Turns()
        self._silence = Silence(clock)
        self._said: set[str] = set()
        self._gates: dict[tuple[str, str, str], asyncio.Semaphore] = {}
        self._answered: set[tuple[str, str, str]] = set()

    def wants(self, region: str) -> bool:
        """Whether the configuration lets this region in."""
        return not self.settings.regions or region in self.settings.regions

    def patience(self, seconds: float) -> float:
        """Seconds to wait for what is not essential, at most half a refresh.

        Where a network lets few endpoints be reached, the answer never comes.
        """
        return min(seconds, max(_LEAST_PATIENCE_SECONDS, self.settings.interval_seconds / 2))

    def say_once(self, text: str) -> None:
        """Log what a person should know of, and not each hour again."""
        if text not in self._said:
            self._said.add(text)
            log.info("%s", text)

    async def call(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> Mapping[str, Any]:
        """Answer of one call of any operation, in the scope's account and region."""
        region = self._region(scope)
        account = await self.accounts.get(scope.account_id)
        try:
            async with (
                self._gate(scope.account_id, region, api),
                account.clients.using(api, region) as client,
            ):
                await self._turns.take()
                answer = await _invoke(client, operation, params)
        except Exception as error:
            failure = translate(
                error,
                account_id=scope.account_id,
                region=region,
                api=api,
                operation=operation,
                who=account.caller_arn,
                permissions=permissions,
            )
            failure = await self._judge(failure, error, account, api, region)
            self._meter.call(
                account_id=scope.account_id, api=api, operation=operation, outcome=failure.reason
            )
            raise failure from error
        # an endpoint that has answered exists, whatever DNS says later
        self._answered.add((scope.account_id, region, api))
        self._meter.call(account_id=scope.account_id, api=api, operation=operation, units=units)
        return answer

    async def answers(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> AsyncIterator[Mapping[str, Any]]:
        """All pages of a list operation, as answered."""
        region = self._region(scope)
        account = await self.accounts.get(scope.account_id)
        # the model alone is looked at here: each page takes the client of its moment
        client = await account.clients.get(api, region)
        how = paging.paging(client, account.clients.session.get_component("data_loader"), operation)
        call = partial(self.call, scope, api, operation, permissions=permissions, units=units)
        where = {
            "provider": "aws",
            "account_id": scope.account_id,
            "region": region,
            "operation": operation,
        }
        judged = _is_judged(client, operation, params)
        asked = repr(sorted(params.items())) if judged else ""
        async for answer in paging.pages(call, params, how, where):
            if judged:
                self._silence.judge(
                    (scope.account_id, region, api, operation, asked), answer, where
                )
            yield answer

    def _region(self, scope: Scope) -> str:
        return self.options.default_region if scope.region == "global" else scope.region

    def _gate(self, account_id: str, region: str, api: str) -> asyncio.Semaphore:
        return self._gates.setdefault((account_id, region, api), asyncio.Semaphore(_CALLS_PER_API))

    async def _judge(
        self, failure: CollectError, error: Exception, account: Account, api: str, region: str
    ) -> CollectError:
        """Tell a product or a region that is not there from a fault that looks alike."""
        if isinstance(failure, Unreachable) and has_no_address(error):
            # a product that a region lacks has no name in DNS; one that answered before has one
            answered = (account.account_id, region, api) in self._answered
            if not answered and not await _has_endpoint(account, api, region):
                return NotThere(
                    f"{api} has no endpoint here",
                    provider="aws",
                    region=region,
                    operation=failure.operation,
                )
        if isinstance(failure, CredentialsRefused):
            # a region that is not enabled answers as to a wrong key
            if region != self.options.default_region and await self._still_valid(account):
                return PermissionMissing(
                    failure.message,
                    provider="aws",
                    account_id=account.account_id,
                    region=region,
                    operation=failure.operation,
                    hint=f"the credentials work elsewhere: is {region} enabled for this account?",
                )
            self.accounts.doubt(account.account_id)
        return failure

    async def _still_valid(self, account: Account) -> bool:
        async def prove() -> bool:
            if await self.accounts.works(account):
                return True
            raise CredentialsRefused(
                "the credentials do not work", provider="aws", account_id=account.account_id
            )

        key = ("identity", account.account_id)
        try:
            return await self.cache.get(key, _IDENTITY_SECONDS, prove)
        except CredentialsRefused:
            return False


def _is_judged(client: Any, operation: str, params: Mapping[str, Any]) -> bool:
    """Whether an answer without any list is strange where there was one before.

    In XML an empty list is told by an empty element. What is asked of some time (GetMetricData) is
    never asked again: remembered, the 500 queries of each call would be kept for good.
    """
    model = client.meta.service_model
    if model.resolved_protocol not in _JSON:
        return False
    takes = model.operation_model(operation).input_shape
    members = {} if takes is None else takes.members
    return not any(members[name].type_name == "timestamp" for name in members if name in params)


async def _has_endpoint(account: Account, api: str, region: str) -> bool:
    session, of = account.clients.session, partition(region)
    known = await session.get_available_regions(api, of, allow_non_regional=True)
    # CloudFront has one endpoint for all regions, which botocore's endpoints.json calls aws-global.
    return region in known or f"{of}-global" in known


async def _invoke(client: Any, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call, and again when the answer cannot be read.

    botocore retries what fails, but not what is cut short.
    """
    from botocore import xform_name
    from botocore.parsers import ResponseParserError

    method = getattr(client, xform_name(operation))
    for _ in range(_UNREADABLE_RETRIES):
        try:
            answer: Mapping[str, Any] = await method(**params)
        except ResponseParserError:
            await asyncio.sleep(_UNREADABLE_PAUSE_SECONDS)
        else:
            return answer
    last_answer: Mapping[str, Any] = await method(**params)
    return last_answer
