"""Open clients of botocore, one a service and region: made when first asked for, closed when many.

A client holds the connections to one endpoint.
"""

from __future__ import annotations

import asyncio
import gc
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.aws.client.serializer import QueriesAsGiven
from cloud_carbon_exporter.providers.aws.client.session import client_config
from cloud_carbon_exporter.providers.settings import TargetSettings

# of one target: each holds 0.15 MB
_OPEN_CLIENTS = 400


class _Key(NamedTuple):
    owner: int
    service: str
    region: str


@dataclass(slots=True)
class _Open:
    client: Any
    users: int = 0


class Pool:
    """Pool of the open clients of a target, of all its accounts.

    Beyond a number the one that was used longest ago goes.
    """

    def __init__(self, limit: int = _OPEN_CLIENTS) -> None:
        self.limit = limit
        self.clients: OrderedDict[_Key, _Open] = OrderedDict()

    def take_idle(self) -> list[_Open]:
        """Take out what is too many and in nobody's hands, to be closed; the oldest come first."""
        excess = len(self.clients) - self.limit
        if excess <= 0:
            return []
        idle: list[_Key] = []
        for key, opened in self.clients.items():
            if not opened.users:
                idle.append(key)
            if len(idle) == excess:
                break
        return [self.clients.pop(key) for key in idle]


class Clients:
    """Clients of one session, that is of one set of credentials."""

    def __init__(self, session: Any, settings: TargetSettings, pool: Pool | None = None) -> None:
        self.session = session
        self._settings = settings
        self._pool = pool or Pool()
        self._making = asyncio.Lock()

    @asynccontextmanager
    async def using(self, service: str, region: str) -> AsyncIterator[Any]:
        """The client of a service in a region, which stays open as long as it is used."""
        opened = await self._opened(service, region)
        opened.users += 1
        try:
            yield opened.client
        finally:
            opened.users -= 1

    async def get(self, service: str, region: str) -> Any:
        """The client of a service in a region, to look at: it may be closed soon."""
        return (await self._opened(service, region)).client

    def names(self) -> set[tuple[str, str]]:
        """(service, region) of those that are open."""
        return {(key.service, key.region) for key in self._pool.clients if key.owner == id(self)}

    async def close(self) -> None:
        """Close all of them; in-flight calls end with an error."""
        for service, region in self.names():
            opened = self._pool.clients.pop(_Key(id(self), service, region))
            await opened.client.__aexit__(None, None, None)

    async def _opened(self, service: str, region: str) -> _Open:
        key, clients = _Key(id(self), service, region), self._pool.clients
        if key not in clients:
            # one at a time: each takes some milliseconds of CPU, and nobody waits less for two
            async with self._making:
                if key not in clients:
                    client = await self._make(service, region)
                    for idle in self._pool.take_idle():
                        await idle.client.__aexit__(None, None, None)
                    # The next one in another turn of the loop. Before it is there for others: one
                    # that nobody uses yet is idle, and another account may close it.
                    await asyncio.sleep(0)
                    clients[key] = _Open(client)
        clients.move_to_end(key)
        return clients[key]

    async def _make(self, service: str, region: str) -> Any:
        collecting = gc.isenabled()
        # making a client allocates much and frees nothing: the collector only walks in vain
        gc.disable()
        try:
            context = self.session.create_client(
                service,
                region_name=region,
                config=client_config(self._settings, service, self.session),
            )
            client = await context.__aenter__()
            if service == "cloudwatch":
                client._serializer = QueriesAsGiven(client._serializer)
            return client
        finally:
            if collecting:
                gc.enable()


@dataclass(frozen=True, slots=True)
class Account:
    """Account that is open to us: who we are there, and the clients that speak for us."""

    account_id: str
    caller_arn: str
    clients: Clients
