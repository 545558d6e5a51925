"""All I/O towards one AWS target: credentials, accounts, regions, any list operation, CloudWatch."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    NotThere,
    PermissionMissing,
    Unreachable,
)
from cloud_carbon_exporter.providers.aws import _cloudwatch, _paging, _regions
from cloud_carbon_exporter.providers.aws._cache import Cache
from cloud_carbon_exporter.providers.aws._errors import is_dns_failure, one_line, translate
from cloud_carbon_exporter.providers.aws._names import partition
from cloud_carbon_exporter.providers.aws._session import Clients, open_session, with_role
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope, TargetSettings

log = logging.getLogger(__name__)
_SIDE_BY_SIDE = 6  # calls at once towards one API of one account and region
_UNREADABLE_RETRIES = 2
_UNREADABLE_PAUSE_SECONDS = 0.2
_IDENTITY_SECONDS = 60.0  # how long a proof that the credentials work is good for


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is open to us: who we are there, and the clients that speak for us."""

    account_id: str
    caller_arn: str
    clients: Clients


class AwsClient:
    """See spec.Client. Listings and metrics say what to call; nothing here knows a service."""

    def __init__(self, settings: TargetSettings, meter: Meter, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.cache = Cache(clock)
        self.clock = clock
        self._meter = meter
        self._accounts: dict[str, Account] = {}
        self._connecting = asyncio.Lock()
        self._stale = False
        self._gates: dict[tuple[str, str, str], asyncio.Semaphore] = {}
        self._answered: set[tuple[str, str, str]] = set()

    # Credentials and accounts

    async def connect(self) -> Sequence[str]:
        """See spec.Client. After a refusal the next call looks for credentials anew."""
        async with self._connecting:
            if self._stale or not self._accounts:
                await self._forget()
                account = await self._open()
                self._accounts = {account.account_id: account}
        return tuple(self._accounts)

    async def _open(self) -> Account:
        base = open_session()
        try:
            if await base.get_credentials() is None:
                raise CredentialsMissing(_what_was_tried(base), provider="aws", hint=_CREDENTIALS_HINT)
        except Exception as error:
            raise self._refusal(error) from error
        session = with_role(base, self.settings, self.settings.role_arn) if self.settings.role_arn else base
        clients = Clients(session, self.settings)
        try:
            sts = await clients.get("sts", self.settings.default_region)
            identity = await sts.get_caller_identity()
        except Exception as error:
            await clients.close()
            refused = self._refusal(error)
            self._meter.call(account_id="", api="sts", operation=refused.operation, outcome=refused.reason)
            raise refused from error
        self._meter.call(account_id=identity["Account"], api="sts", operation="GetCallerIdentity")
        return Account(identity["Account"], identity["Arn"], clients)

    def _refusal(self, error: Exception) -> CollectError:
        """Whatever keeps us out at the start, short of no network, is a refusal of the credentials."""
        operation = str(getattr(error, "operation_name", "GetCallerIdentity"))
        found = translate(error, account_id="", region=self.settings.default_region, api="sts", operation=operation)
        if isinstance(found, (CredentialsMissing, CredentialsRefused, Unreachable)):
            return found
        hint = found.hint
        if self.settings.role_arn and operation == "AssumeRole":
            hint = f"may these credentials assume {self.settings.role_arn}? See its trust policy, and sts:AssumeRole"
        return CredentialsRefused(found.message, provider="aws", region=found.region, operation=operation, hint=hint)

    async def _forget(self) -> None:
        accounts, self._accounts, self._stale = self._accounts, {}, False
        for account in accounts.values():
            await account.clients.close()

    async def _account(self, account_id: str) -> Account:
        if account_id not in self._accounts:
            await self.connect()
        if account_id not in self._accounts:
            raise CredentialsRefused("these credentials open another account", provider="aws", account_id=account_id)
        return self._accounts[account_id]

    # Where to look

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """See spec.Client. The regions of an account are asked for once an hour."""
        accounts = await self.connect()
        if listing.scope == "global":
            return [Scope("aws", account_id) for account_id in accounts]
        return [
            Scope("aws", account_id, region)
            for account_id in accounts
            for region in await _regions.regions(self, account_id, listing.api)
        ]

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
        """One call of any operation, by its own name, in the scope's account and region. Raises CollectErrors only."""
        region = self.settings.default_region if scope.region == "global" else scope.region
        account = await self._account(scope.account_id)
        try:
            async with self._gate(scope.account_id, region, api):
                answer = await _invoke(await account.clients.get(api, region), operation, params)
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
            self._meter.call(account_id=scope.account_id, api=api, operation=operation, outcome=found.reason)
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
            known = await session.get_available_regions(api, partition(region), allow_non_regional=True)
            if region not in known and (account.account_id, region, api) not in self._answered:
                return NotThere(f"{api} has no endpoint here", provider="aws", region=region, operation=found.operation)
        if isinstance(found, CredentialsRefused):
            if region != self.settings.default_region and await self._still_valid(account):
                return PermissionMissing(
                    found.message,
                    provider="aws",
                    account_id=account.account_id,
                    region=region,
                    operation=found.operation,
                    hint=f"the credentials work elsewhere: is {region} enabled for this account?",
                )
            self._stale = True
        return found

    async def _still_valid(self, account: Account) -> bool:
        async def ask() -> bool:
            await (await account.clients.get("sts", self.settings.default_region)).get_caller_identity()
            return True

        try:
            return await self.cache.get(("identity", account.account_id), _IDENTITY_SECONDS, ask)
        except Exception as error:
            log.debug("the credentials of %s do not work: %s", account.account_id, one_line(error))
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
        region = self.settings.default_region if scope.region == "global" else scope.region
        account = await self._account(scope.account_id)
        client = await account.clients.get(api, region)
        how = _paging.paging(client, account.clients.session.get_component("data_loader"), operation)

        async def call(sent: Mapping[str, Any]) -> Mapping[str, Any]:
            return await self.call(scope, api, operation, sent, permissions=permissions, units=units)

        where = {"provider": "aws", "account_id": scope.account_id, "region": region, "operation": operation}
        async for answer in _paging.pages(call, params, how, where):
            yield answer

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """See spec.Client."""
        permissions = ", ".join(listing.permissions)
        try:
            async for answer in self.answers(
                scope, listing.api, listing.operation, listing.params, permissions=permissions
            ):
                yield _paging.items(answer, listing.items)
        except NotThere as absent:
            log.debug("nothing to list: %s", absent)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """See spec.Client."""
        return await _cloudwatch.series(self, reads, until)

    async def extras(self, now: float) -> Extras:
        """See spec.Client."""
        return Extras()

    async def close(self) -> None:
        """See spec.Client."""
        async with self._connecting:
            await self._forget()


_CREDENTIALS_HINT = "run `aws configure` or `aws sso login`, or give the machine a role"


def _what_was_tried(session: Any) -> str:
    """Every place the SDK looks into, in its order, as told by the providers themselves."""
    resolver = session.get_component("credential_provider")
    tried = ", ".join(dict.fromkeys(str(provider.METHOD) for provider in resolver.providers))
    profile = session.get_config_variable("profile") or "default"
    return f"no AWS credentials found; tried, with profile {profile}: {tried}"


async def _invoke(client: Any, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call, and again when the answer cannot be read: botocore retries what fails, but not what is cut short."""
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
