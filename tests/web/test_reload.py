"""Reload of the configuration over HTTP."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession
from tests.web.listening import (
    BOB,
    USERS,
    listening,
)

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web.settings import SERVING


async def test_a_reload_is_asked_for_with_post_by_who_may(folder: Path) -> None:
    asked: list[str] = []

    async def reload() -> None:
        asked.append("reload")

    async with listening(folder, USERS) as (server, url), ClientSession(url) as client:
        async with client.post("/-/reload", headers=BOB) as answer:
            assert answer.status == 403  # nobody reloads here
        server._app[SERVING].reload = reload
        for method, headers, expected in (
            ("POST", {}, 200),
            ("PUT", {"Sec-Fetch-Site": "same-origin", "Origin": url}, 200),
            ("GET", {}, 405),
            ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
            ("POST", {"Origin": "https://elsewhere.example"}, 403),
            ("POST", {"Origin": "null"}, 403),  # a page in a sandbox
            ("POST", {"Origin": "elsewhere"}, 403),
            ("POST", {"Origin": "http://["}, 403),
            ("POST", {"Origin": "http://[::1"}, 403),
            ("POST", {"Authorization": "Basic eA=="}, 401),
        ):
            async with client.request(method, "/-/reload", headers=BOB | headers) as answer:
                assert answer.status == expected, (method, headers)
    assert asked == ["reload"] * 2


async def test_a_reload_that_fails_says_why(folder: Path) -> None:
    async def reload() -> None:
        raise ConfigError("x.yml: unknown key")

    async with listening(folder, "") as (server, url), ClientSession(url) as client:
        server._app[SERVING].reload = reload
        async with client.post("/-/reload") as answer:
            assert answer.status == 500
            assert "the old one stays: x.yml: unknown key" in await answer.text()
