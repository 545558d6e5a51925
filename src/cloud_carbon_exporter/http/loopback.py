"""Loopback: requests to the program itself, handed on as they came and answered as it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cloud_carbon_exporter.http.session import Answer

if TYPE_CHECKING:
    import aiohttp


class Loopback:
    """Session towards ourselves. It is none of `session.Session`, as nothing of that holds here.

    No proxy and no header of its own, as what is handed on is another's request; no bound and no
    unpacking, as the answer is ours and is handed on packed; no look at the certificate, as it
    names the host the world knows us by.
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Answer to a request. target: path and query."""
        session = self._opened()
        url = f"{self._base_url}{target}"
        async with session.request(method, url, headers=headers, allow_redirects=False) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                auto_decompress=False,
                connector=aiohttp.TCPConnector(ssl=False),
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
            )
        return self._session
