"""Clients of several accounts share one pool: who is too many in it is closed, nobody else."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from cloud_carbon_exporter.providers.aws.client.clients import Clients, Pool
from cloud_carbon_exporter.providers.settings import TargetSettings


@dataclass
class Made:
    """Client that notes that it was closed."""

    closed: bool = False

    async def __aenter__(self) -> Made:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed = True


@dataclass
class OwnClients(Clients):
    """Clients of an account, made of nothing."""

    pool: Pool
    made: list[Made] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(None, TargetSettings(provider="aws"), self.pool)

    async def _make(self, service: str, region: str) -> Any:
        self.made.append(Made())
        return self.made[-1]


async def test_a_client_that_was_just_made_is_not_closed_for_another_account() -> None:
    pool = Pool(limit=1)
    accounts = [OwnClients(pool) for _ in range(4)]

    async def use(clients: Clients, service: str) -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(clients.using(service, "eu-west-3"))
            await asyncio.sleep(0)
            assert not client.closed

    calls = [use(clients, service) for clients in accounts for service in ("ec2", "rds", "s3")]
    await asyncio.gather(*calls)
    assert sum(len(clients.made) for clients in accounts) >= len(calls)
    assert len(pool.clients) <= len(calls)
