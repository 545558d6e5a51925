"""Credentials and accounts of a target: who we are, and the role we play in each account.

The home account is where the credentials lead (through `role_arn`, if there is one). It is explored
itself; or it is where an organisation's accounts are listed, or a given list of accounts entered,
by a role of one name in each.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Malformed,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.providers.aws.client.cache import Cache
from cloud_carbon_exporter.providers.aws.client.clients import Account, Clients, Pool
from cloud_carbon_exporter.providers.aws.client.errors import one_line, translate
from cloud_carbon_exporter.providers.aws.client.organisation import active_accounts
from cloud_carbon_exporter.providers.aws.client.session import (
    on_its_own,
    open_session,
    remember_key,
    with_role,
)
from cloud_carbon_exporter.providers.aws.describing.names import role_arn
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter

log = logging.getLogger(__name__)
_ORGANISATION_SECONDS = 3600.0
_ENTERED_AT_ONCE = 8
_TOLD_AS_THEY_ARE = (CredentialsMissing, CredentialsRefused, Unreachable, Malformed, Throttled)
_CREDENTIALS_HINT = "run `aws configure` or `aws sso login`, or give the machine a role"


class Accounts:
    """Accounts of one target.

    One that cannot be entered is kept with the reason, and tried again each time.
    """

    def __init__(self, settings: TargetSettings, meter: Meter, cache: Cache) -> None:
        self._settings = settings
        self._options = settings.options_of(AwsOptions)
        self._meter = meter
        self._cache = cache
        self._connecting = asyncio.Lock()
        self._gate = asyncio.Semaphore(_ENTERED_AT_ONCE)
        self._pool = Pool()
        self._home: Account | None = None
        self._open: dict[str, Account] = {}
        self._shut: dict[str, CollectError] = {}
        self._wanted: tuple[str, ...] = ()
        self._doubted: set[str] = set()
        self.names: Mapping[str, str] = {}

    @property
    def several(self) -> bool:
        """Whether the target is more than the home account."""
        return self._options.organization or bool(self._options.accounts)

    @property
    def home(self) -> str:
        """The id of the home account, empty before `connect`."""
        return self._home.account_id if self._home else ""

    async def connect(self) -> Sequence[str]:
        """Ids of all accounts wanted, those that are shut among them.

        Raises CollectError when none is open.
        """
        async with self._connecting:
            # a key may have been renewed where the first one was found: look there again
            if self._home is None or await self._all_in_doubt(self._home):
                await self._forget()
                self._home = await self._enter_home()
            self._wanted = await self._members(self._home)
            await self._enter_all(self._home)
        if not self._open:
            first_refusal = next(iter(self._shut.values()), None)
            raise first_refusal or CredentialsRefused(
                "no account is left to explore", provider="aws", hint="see accounts"
            )
        return self._wanted

    async def known(self) -> Sequence[str]:
        """What `connect` answered last; what is shut is not tried again."""
        return self._wanted if self._home else await self.connect()

    async def get(self, account_id: str) -> Account:
        """An account that is open. Raises what keeps us out of any other."""
        if self._home is None:
            await self.connect()
        if account_id in self._open:
            return self._open[account_id]
        if self._home is not None and account_id == self._home.account_id:
            return self._home
        raise self._shut.get(account_id) or CredentialsRefused(
            "these credentials open another account", provider="aws", account_id=account_id
        )

    def doubt(self, account_id: str) -> None:
        """Credentials were refused there: enter anew before the next round."""
        self._doubted.add(account_id)

    async def close(self) -> None:
        """Close all clients."""
        async with self._connecting:
            await self._forget()

    async def _all_in_doubt(self, home: Account) -> bool:
        """Whether to look for credentials anew.

        What is refused in one account alone is entered anew alone.
        """
        doubted, self._doubted = self._doubted, set()
        if not doubted and not self._shut:
            return False
        if home.account_id in doubted or not await self.works(home):
            return True
        for account_id in doubted & self._open.keys():
            await self._open.pop(account_id).clients.close()
        return False

    async def works(self, account: Account) -> bool:
        """Whether an account's credentials are good: this call needs no permission."""
        try:
            async with account.clients.using("sts", self._options.default_region) as sts:
                await sts.get_caller_identity()
        except Exception as error:
            log.debug("the credentials of %s do not work: %s", account.account_id, one_line(error))
            return False
        return True

    async def _forget(self) -> None:
        accounts = list(self._open.values())
        if self._home is not None and self._home not in accounts:
            accounts.append(self._home)
        self._home, self._open, self._shut = None, {}, {}
        for account in accounts:
            await account.clients.close()

    async def _enter_home(self) -> Account:
        # Anew: a key in the shared files may have been renewed meanwhile. In a thread, as the first
        # one loads the library: most of a second in which the event loop would do nothing else.
        base = await asyncio.to_thread(open_session, self._options.profile)
        region = self._options.default_region
        try:
            found = await on_its_own(base, region).get_credentials()
            if found is None:
                raise CredentialsMissing(
                    _what_was_tried(base), provider="aws", hint=_CREDENTIALS_HINT
                )
            await remember_key(found)
        except Exception as error:
            raise self._refusal(error) from error
        session, role = base, self._options.role_arn
        for chained in (*self._options.role_chain, role) if role else ():
            session = self._as(chained, session)
        return await self._enter(session, role)

    def _as(self, role: str, base: Any, account_id: str = "") -> Any:
        def assumed() -> None:
            self._meter.call(account_id=account_id, api="sts", operation="AssumeRole")

        return with_role(base, self._settings, role, assumed)

    async def _enter(self, session: Any, role: str, account_id: str = "") -> Account:
        clients = Clients(session, self._settings, self._pool)
        try:
            # this call needs no permission: what is refused is the credentials themselves
            async with clients.using("sts", self._options.default_region) as sts:
                identity = await sts.get_caller_identity()
        except Exception as error:
            await clients.close()
            refused = self._refusal(error, role, account_id)
            self._meter.call(
                account_id=account_id,
                api="sts",
                operation=refused.operation,
                outcome=refused.reason,
            )
            raise refused from error
        self._meter.call(account_id=identity["Account"], api="sts", operation="GetCallerIdentity")
        return Account(identity["Account"], identity["Arn"], clients)

    def _refusal(self, error: Exception, role: str = "", account_id: str = "") -> CollectError:
        """Refusal of the credentials: what keeps us out, short of faults on the way."""
        operation = str(getattr(error, "operation_name", "GetCallerIdentity"))
        region = self._options.default_region
        failure = translate(
            error, account_id=account_id, region=region, api="sts", operation=operation
        )
        if isinstance(failure, _TOLD_AS_THEY_ARE):
            return failure
        hint = failure.hint
        if role and operation == "AssumeRole":
            hint = self._assume_hint(role, failure.message)
        where = {"account_id": account_id, "region": failure.region, "operation": operation}
        return CredentialsRefused(failure.message, provider="aws", hint=hint, **where)

    def _assume_hint(self, role: str, message: str) -> str:
        if "DurationSeconds" in message:
            return (
                f"session_duration is more than {role} allows, or than the hour of a chained role"
            )
        # STS says the same of a trust policy that does not name us, or asks for another external
        # id, and of a missing permission. Which role of several it was, its message says.
        roles = " or ".join((*self._options.role_chain, role))
        told = "the external_id it asks for" if self._options.external_id else "any external_id"
        return (
            f"may these credentials assume {roles}? See its trust policy, with {told}, and "
            "sts:AssumeRole"
        )

    async def _enter_all(self, home: Account) -> None:
        """Enter what is wanted and not open; leave what is wanted no more."""
        for account_id in self._open.keys() - {*self._wanted, home.account_id}:
            await self._open.pop(account_id).clients.close()
        for account_id in self._shut.keys() - {*self._wanted}:
            del self._shut[account_id]
        if home.account_id in self._wanted:
            self._open[home.account_id] = home
        closed = [account_id for account_id in self._wanted if account_id not in self._open]
        await asyncio.gather(*(self._enter_member(home, account_id) for account_id in closed))

    async def _enter_member(self, home: Account, account_id: str) -> None:
        role = role_arn(self._options.default_region, account_id, self._options.role_name)
        try:
            async with self._gate:
                session = self._as(role, home.clients.session, account_id)
                self._open[account_id] = await self._enter(session, role, account_id)
        except CollectError as error:
            self._shut[account_id] = error.bare()
        else:
            self._shut.pop(account_id, None)

    async def _members(self, home: Account) -> tuple[str, ...]:
        options = self._options
        if not self.several:
            return (home.account_id,)
        wanted = options.accounts
        if options.organization:
            self.names = await self._organisation(home)
            wanted = tuple(self.names) if not wanted else _in_both(self.names, wanted)
        return tuple(
            account_id for account_id in wanted if account_id not in options.exclude_accounts
        )

    async def _organisation(self, home: Account) -> Mapping[str, str]:
        """Names of active accounts by id, asked once an hour.

        Those known so far stay while it cannot be asked.
        """
        key, region = ("organisation", home.account_id), self._options.default_region

        async def ask() -> Mapping[str, str]:
            return await active_accounts(home, region, self._meter)

        try:
            return await self._cache.get(key, _ORGANISATION_SECONDS, ask)
        except CollectError as error:
            known: Mapping[str, str] | None = self._cache.last(key)
            if known is None:
                raise
            log.debug("the accounts known so far stay: %s", error)
            return known


def _in_both(listed: Iterable[str], asked_for: Collection[str]) -> tuple[str, ...]:
    return tuple(account_id for account_id in listed if account_id in asked_for)


def _what_was_tried(session: Any) -> str:
    """Places the SDK looks for credentials in, in its order, as its providers tell them."""
    resolver = session.get_component("credential_provider")
    methods = [str(provider.METHOD) for provider in resolver.providers]
    tried = ", ".join(dict.fromkeys(methods))
    profile = session.get_config_variable("profile") or "default"
    return f"no AWS credentials found; tried, with profile {profile}: {tried}"
