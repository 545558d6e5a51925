"""Bucket of Cloud Storage as a reader sees it: what lies below a prefix, and its bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.stored import Stored, Uncounted

_SILENCE_SECONDS = 30


class StorageBucket:
    """See stored.Bucket."""

    def __init__(self, name: str, rest: Rest) -> None:
        self._name = name
        self._rest = rest

    async def below(self, prefix: str) -> AsyncIterator[Stored]:
        """See stored.Bucket. Raises PermissionMissing, which names storage.objects.list."""
        call = Call(
            api="storage",
            operation="objects.list",
            path=f"storage/v1/b/{quote(self._name, safe='')}/o",
            account_id=self._name,
            params=(("prefix", prefix), ("fields", "items(name,size),nextPageToken")),
            permissions=("storage.objects.list",),
        )
        async for page in self._rest.pages(call):
            for found in call.listed(page, "items"):
                try:
                    stored = Stored(str(found["name"]), int(found["size"]))
                except (KeyError, TypeError, ValueError):
                    raise call.named(Malformed("an object without a name or a size")) from None
                yield stored

    async def part(self, name: str, first: int, last: int) -> bytes:
        """See stored.Bucket. Raises PermissionMissing, which names storage.objects.get."""
        call = Call(
            api="storage",
            operation="objects.get",
            path=f"storage/v1/b/{quote(self._name, safe='')}/o/{quote(name, safe='')}",
            account_id=self._name,
            params=(("alt", "media"),),
            permissions=("storage.objects.get",),
        )
        return await self._rest.read(call, f"bytes={first}-{last}")


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[StorageBucket]:
    """The bucket of that name, with the Application Default Credentials."""
    rest = Rest(Tokens("", needed=False), Uncounted(), _SILENCE_SECONDS)
    try:
        yield StorageBucket(name, rest)
    finally:
        await rest.close()
