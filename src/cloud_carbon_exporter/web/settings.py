"""Settings of the HTTP side, and what it sees of the collector."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.model.snapshot import Snapshot

SOURCE_URL = "https://github.com/cloud-carbon-exporter/cloud-carbon-exporter"


class Collector(Protocol):
    """What collects, as seen from here."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest Snapshot; an empty one before the first collection."""

    @property
    def exposition(self) -> exposition.Exposition | None:
        """The rendering of that Snapshot; None before the first."""

    @property
    def progress(self) -> str:
        """How far the first collection is, in a sentence; empty once it has ended."""

    async def collect_for_scrape(self, timeout_seconds: float) -> None:
        """Collect now unless what is there is young enough; at the deadline, what is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of what is served.

    mode: as in -collect.mode. source_url: where the source of the running version is, if not where
    it comes from. allowed_hosts: as in -web.allowed-hosts. external_url: as in -web.external-url.
    cluster_links: as in -web.cluster-links. route_prefix: path before all paths; empty for none.
    """

    exposition: exposition.Settings = field(default_factory=exposition.Settings)
    mode: Literal["background", "scrape"] = "background"
    version: str = ""
    source_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    external_url: str = ""
    cluster_links: tuple[tuple[str, str], ...] = ()
    route_prefix: str = ""

    @property
    def external_host(self) -> str:
        """Host, and port, of the external URL, as a browser names them; empty without one."""
        return urlsplit(self.external_url).netloc

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names it is asked by beside its own: those allowed, and that of the external URL."""
        name = urlsplit(self.external_url).hostname
        return (*self.allowed_hosts, name) if name else self.allowed_hosts

    @property
    def source(self) -> str:
        """Where the source of the running version is."""
        return self.source_url or (
            f"{SOURCE_URL}/tree/v{self.version}" if self.version else SOURCE_URL
        )


@dataclass(slots=True)
class Reloads:
    """Reloads of the configuration. at: when it last went well, seconds since 1970."""

    at: float = field(default_factory=time.time)
    _failing: set[str] = field(default_factory=set)

    def done(self, what: str) -> None:
        """A file was read again and is followed."""
        self._failing.discard(what)
        self.at = time.time()

    def failed(self, what: str) -> None:
        """A file cannot be followed; what it said before still holds."""
        self._failing.add(what)

    def newest(self) -> exposition.ConfigReload:
        """What the exporter's own metrics say of it."""
        return exposition.ConfigReload(not self._failing, self.at)


@dataclass(slots=True)
class Serving:
    """What is served; a reload puts other parts in.

    reload: reads the configuration again, or raises ConfigError.
    """

    collector: Collector
    settings: WebSettings
    reload: Callable[[], Awaitable[None]] | None = None
    reloads: Reloads = field(default_factory=Reloads)


SERVING = web.AppKey("serving", Serving)
PREFIX: web.AppKey[str] = web.AppKey("route prefix")


def path_of(request: web.Request) -> str:
    """The path that is asked for, as if there were no prefix."""
    return request.path.removeprefix(request.app[PREFIX])
