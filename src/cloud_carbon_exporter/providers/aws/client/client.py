"""All I/O towards one AWS target: credentials, accounts, regions, any list operation, CloudWatch."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    NotThere,
    PermissionMissing,
    Unreachable,
)
from cloud_carbon_exporter.providers.aws.client import (
    cloudwatch,
    inventory,
    paging,
    regions,
    sustainability,
)
from cloud_carbon_exporter.providers.aws.client.accounts import Account, Accounts
from cloud_carbon_exporter.providers.aws.client.cache import Cache
from cloud_carbon_exporter.providers.aws.client.errors import is_dns_failure, translate
from cloud_carbon_exporter.providers.aws.describing.names import partition
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.spec import (
    Extras,
    Listing,
    Meter,
    Raw,
    Read,
    Reading,
    Scope,
    TargetSettings,
)

log = logging.getLogger(__name__)
_SIDE_BY_SIDE = 6  # calls at once towards one API of one account and region
_ACCOUNTS_SIDE_BY_SIDE = 16
_LEAST_PATIENCE_SECONDS = 5.0
_UNREADABLE_RETRIES = 2
_UNREADABLE_PAUSE_SECONDS = 0.2
_IDENTITY_SECONDS = 60.0  # how long a proof that the credentials work is good for


class AwsClient:
    """See spec.Client. Listings and metrics say what to call; nothing here knows a service."""

    def __init__(
        self, settings: TargetSettings, meter: Meter, clock: Callable[[], float] = time.time
    ) -> None:
        self.settings = settings
        self.options = settings.options_of(AwsOptions)
        self.cache = Cache(clock)
        self.clock = clock
        self._meter = meter
        self.accounts = Accounts(settings, meter, self.cache)
        self.surveying = asyncio.Semaphore(_ACCOUNTS_SIDE_BY_SIDE)
        self._lost: dict[
            tuple[str, str], CollectError
        ] = {}  # account and API whose regions are not known: why
        self._said: set[str] = set()
        self._gates: dict[tuple[str, str, str], asyncio.Semaphore] = {}
        self._answered: set[tuple[str, str, str]] = set()

    # Credentials and accounts

    async def connect(self) -> Sequence[str]:
        """See spec.Client. After a refusal the next call looks for credentials anew."""
        return await self.accounts.connect()

    # Where to look

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """See spec.Client. The regions of an account are asked for once an hour."""
        accounts = await self.accounts.known()
        if listing.scope == "global":
            return [Scope("aws", account_id) for account_id in accounts]
        found = await asyncio.gather(
            *(self._regions(account_id, listing.api) for account_id in accounts)
        )
        return [
            Scope("aws", account_id, region)
            for account_id, regions in zip(accounts, found, strict=True)
            for region in regions
        ]

    async def _regions(self, account_id: str, api: str) -> Sequence[str]:
        """An account whose regions are not known must not hide the others: its sweeps fail, in one
        place, with why.
        """
        try:
            found = await regions.regions(self, account_id, api)
        except CollectError as error:
            if not self.accounts.several:
                raise
            self._lost[account_id, api] = error.bare()
            return [self.options.default_region]
        self._lost.pop((account_id, api), None)
        return found

    def patience(self, seconds: float) -> float:
        """How long to wait for what is not essential: where a network lets few endpoints be
        reached, it never comes.
        """
        return min(seconds, max(_LEAST_PATIENCE_SECONDS, self.settings.interval_seconds / 2))

    def say_once(self, text: str) -> None:
        """Log what a person should know of, and not each hour again."""
        if text not in self._said:
            self._said.add(text)
            log.info("%s", text)

    def wants(self, region: str) -> bool:
        """Whether the configuration lets this region in."""
        return not self.settings.regions or region in self.settings.regions

    # Calls

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
        """One call of any operation, by its own name, in the scope's account and region. Raises
        CollectErrors only.
        """
        region = self.options.default_region if scope.region == "global" else scope.region
        account = await self.accounts.get(scope.account_id)
        try:
            async with (
                self._gate(scope.account_id, region, api),
                account.clients.using(api, region) as client,
            ):
                answer = await _invoke(client, operation, params)
        except Exception as error:
            found = translate(
                error,
                account_id=scope.account_id,
                region=region,
                api=api,
                operation=operation,
                who=account.caller_arn,
                permissions=permissions,
            )
            found = await self._judge(found, error, account, api, region)
            self._meter.call(
                account_id=scope.account_id, api=api, operation=operation, outcome=found.reason
            )
            raise found from error
        self._answered.add((scope.account_id, region, api))
        self._meter.call(account_id=scope.account_id, api=api, operation=operation, units=units)
        return answer

    async def _judge(
        self, found: CollectError, error: Exception, account: Account, api: str, region: str
    ) -> CollectError:
        """Tell a product or a region that is not there from a fault that looks alike."""
        if isinstance(found, Unreachable) and is_dns_failure(error):
            session = account.clients.session
            known = await session.get_available_regions(
                api, partition(region), allow_non_regional=True
            )
            if region not in known and (account.account_id, region, api) not in self._answered:
                return NotThere(
                    f"{api} has no endpoint here",
                    provider="aws",
                    region=region,
                    operation=found.operation,
                )
        if isinstance(found, CredentialsRefused):
            if region != self.options.default_region and await self._still_valid(account):
                return PermissionMissing(
                    found.message,
                    provider="aws",
                    account_id=account.account_id,
                    region=region,
                    operation=found.operation,
                    hint=f"the credentials work elsewhere: is {region} enabled for this account?",
                )
            self.accounts.doubt(account.account_id)
        return found

    async def _still_valid(self, account: Account) -> bool:
        async def prove() -> bool:
            if await self.accounts.works(account):
                return True
            raise CredentialsRefused(
                "the credentials do not work", provider="aws", account_id=account.account_id
            )

        try:
            return await self.cache.get(("identity", account.account_id), _IDENTITY_SECONDS, prove)
        except CredentialsRefused:
            return False

    def _gate(self, account_id: str, region: str, api: str) -> asyncio.Semaphore:
        return self._gates.setdefault((account_id, region, api), asyncio.Semaphore(_SIDE_BY_SIDE))

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
        region = self.options.default_region if scope.region == "global" else scope.region
        account = await self.accounts.get(scope.account_id)
        client = await account.clients.get(api, region)
        how = paging.paging(client, account.clients.session.get_component("data_loader"), operation)

        async def call(sent: Mapping[str, Any]) -> Mapping[str, Any]:
            return await self.call(
                scope, api, operation, sent, permissions=permissions, units=units
            )

        where = {
            "provider": "aws",
            "account_id": scope.account_id,
            "region": region,
            "operation": operation,
        }
        async for answer in paging.pages(call, params, how, where):
            yield answer

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """See spec.Client."""
        lost = self._lost.get((scope.account_id, listing.api))
        if lost is not None and listing.scope != "global":
            raise lost
        permissions = ", ".join(listing.permissions)
        try:
            async for answer in self.answers(
                scope, listing.api, listing.operation, listing.params, permissions=permissions
            ):
                yield paging.items(answer, listing.items)
        except NotThere as absent:
            log.debug("nothing to list: %s", absent)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """See spec.Client."""
        return await cloudwatch.series(self, reads, until)

    async def extras(self, now: float) -> Extras:
        """See spec.Client."""
        inventories, reported = await asyncio.gather(
            inventory.inventories(self), sustainability.reported(self, now)
        )
        wanted, names = await self.accounts.known(), self.accounts.names
        return Extras(
            reported=reported,
            account_names={
                ("aws", account_id): names[account_id]
                for account_id in wanted
                if names.get(account_id)
            },
            inventories=inventories,
        )

    async def close(self) -> None:
        """See spec.Client."""
        await self.accounts.close()


async def _invoke(client: Any, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call, and again when the answer cannot be read: botocore retries what fails, but not what is
    cut short.
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
    final: Mapping[str, Any] = await method(**params)
    return final
