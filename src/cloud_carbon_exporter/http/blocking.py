"""Blocking requests of a library that knows no event loop: google-auth's, for tokens.

They run in a thread, over urllib3, and what holds for `session.Session` holds for them as far as
urllib3 can: no redirects, our User-Agent, the environment's proxy, a timeout.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from cloud_carbon_exporter.http.agent import USER_AGENT
from cloud_carbon_exporter.http.sent import remember_sent

if TYPE_CHECKING:
    import urllib3


class BlockingPool:
    """Connections of a few requests; looks to its user like urllib3's PoolManager.

    direct: hosts (and ports) that are no matter of a proxy.
    """

    def __init__(self, timeout_seconds: float, direct: Collection[str] = ()) -> None:
        self._timeout_seconds = timeout_seconds
        self._direct = direct
        self._managers: dict[str, urllib3.PoolManager] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for manager in self._managers.values():
            manager.clear()

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        """Send a request. options: urllib3's own."""
        options.setdefault("timeout", self._timeout_seconds)
        options["redirect"] = False
        named = {**(headers or {}), "User-Agent": USER_AGENT}
        remember_sent(url, named, options.get("body") or options.get("fields"))
        proxy = "" if urlsplit(url).netloc in self._direct else _proxy_of(url)
        return self._manager(proxy).request(method, url, headers=named, **options)

    def _manager(self, proxy: str) -> urllib3.PoolManager:
        import urllib3

        remember_sent(proxy, {})
        if proxy not in self._managers:
            self._managers[proxy] = (
                urllib3.ProxyManager(proxy, proxy_headers=_proxy_headers(proxy))
                if proxy
                else urllib3.PoolManager()
            )
        return self._managers[proxy]


def _proxy_of(url: str) -> str:
    """Proxy the environment names for a URL, as aiohttp reads it; empty for none."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme, "")
    return "" if not proxy or proxy_bypass(parts.netloc) else proxy


def _proxy_headers(proxy: str) -> Mapping[str, str]:
    """Proxy-Authorization of a proxy whose URL holds a user and a password."""
    import urllib3

    user, at, _ = urlsplit(proxy).netloc.rpartition("@")
    return urllib3.make_headers(proxy_basic_auth=unquote(user)) if at else {}
