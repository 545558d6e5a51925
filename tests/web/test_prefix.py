"""The exporter below a path: its own prefix, a proxy that takes one away, a name from outside."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession, web
from tests.exposition import estate
from tests.web.browsing import SETTINGS, Visit, browser, demo_past, demo_snapshot, rising_trend
from tests.web.serving import address, held, served

from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.config.values import read_value
from cloud_carbon_exporter.config.web_flags import EXTERNAL_URL, ROUTE_PREFIX
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.service.shown import web_settings

BELOW = replace(SETTINGS, route_prefix="/tools/carbon")
PATHS = ("/metrics", "/healthz", "/readyz", "/api/v1/snapshot", "/static/page.js", "/")


@contextlib.asynccontextmanager
async def proxy(target: str, prefix: str) -> AsyncIterator[str]:
    """A proxy that takes a prefix away, as nginx with a slash behind proxy_pass; its address."""

    async def forward(request: web.Request) -> web.Response:
        url = target + request.raw_path.removeprefix(prefix)
        async with ClientSession() as client, client.get(url, headers=request.headers) as answer:
            headers = {"Content-Type": answer.headers.get("Content-Type", "text/plain")}
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)

    app = web.Application()
    app.router.add_get(prefix + "/{rest:.*}", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{prefix}/"
    finally:
        await runner.cleanup()


async def test_every_path_stands_below_the_prefix_alone() -> None:
    async with served(held(estate.SNAPSHOT), BELOW) as client:
        for path in PATHS:
            async with client.get(f"/tools/carbon{path}") as below:
                assert below.status == 200, path
        for path in PATHS[:-1]:
            async with client.get(path) as above:
                assert above.status == 404
                assert "/tools/carbon/metrics" in await above.text()


async def test_the_root_and_the_prefix_without_a_slash_lead_to_the_page() -> None:
    async with served(held(estate.SNAPSHOT), BELOW) as client:
        for path in ("/", "/tools/carbon"):
            async with client.get(path, allow_redirects=False) as answer:
                assert answer.status == 302
                assert answer.headers["Location"] == "/tools/carbon/"


async def test_errors_of_the_api_are_json_below_a_prefix_too() -> None:
    async with served(held(estate.SNAPSHOT), BELOW) as client:
        async with client.get("/tools/carbon/api/v1/none") as answer:
            assert (await answer.json())["error"]["status"] == 404
        async with client.get("/tools/carbon/api/v1/openapi.json") as answer:
            assert (await answer.json())["servers"] == [{"url": "/tools/carbon"}]


async def test_the_name_of_the_external_url_is_one_it_is_asked_by() -> None:
    outside = replace(SETTINGS, external_url="https://carbon.example.org/x", route_prefix="")
    host = {"Host": "carbon.example.org"}
    async with (
        served(held(estate.SNAPSHOT), SETTINGS) as client,
        client.get("/healthz", headers=host) as answer,
    ):
        assert answer.status == 421
    async with served(held(estate.SNAPSHOT), outside) as client:
        async with client.get("/healthz", headers=host) as answer:
            assert answer.status == 200
        async with client.get("/api/v1/openapi.json") as answer:
            assert (await answer.json())["servers"] == [{"url": "https://carbon.example.org/x"}]


@pytest.mark.parametrize(
    ("said", "prefix"),
    [
        ([], ""),
        (["-web.external-url=https://example.org/carbon/"], "/carbon"),
        (["-web.external-url=https://example.org"], ""),
        (["-web.external-url=https://example.org/carbon", "-web.route-prefix=/"], ""),
        (["-web.route-prefix=tools/carbon/"], "/tools/carbon"),
    ],
)
def test_the_prefix_is_that_of_the_external_url_where_none_is_said(
    said: list[str], prefix: str
) -> None:
    settings = load(["-demo.enabled", *said], {}).settings
    assert web_settings(settings).route_prefix == prefix


@pytest.mark.parametrize("wrong", ["/a b", "/{id}", "/a/../b", "//", "/a?b"])
def test_a_path_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"web\.route-prefix"):
        read_value("-web.route-prefix", ROUTE_PREFIX.kind, wrong)


@pytest.mark.parametrize(
    "wrong",
    ["example.org", "ftp://example.org", "https://u@example.org", "https://a/b?c", "http://"],
)
def test_a_url_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"web\.external-url"):
        read_value("-web.external-url", EXTERNAL_URL.kind, wrong)


@pytest.mark.browser
@pytest.mark.parametrize("where", ["prefix", "proxy"])
async def test_the_page_works_below_a_path(where: str) -> None:
    demo = await demo_snapshot()
    settings = BELOW if where == "prefix" else SETTINGS
    remembered = demo_past(demo)
    async with (
        browser() as chromium,
        served(held(demo), settings, rising_trend(demo, 3), remembered) as client,
        proxy(address(client), "/behind/nginx") as proxied,
    ):
        url = f"{address(client)}/tools/carbon/" if where == "prefix" else proxied
        page = await chromium.new_page()
        visited = Visit(page, held(demo), url)
        await page.goto(f"{url}?range=7d&by=kind")
        await visited.drawn()
        assert await page.locator("#chart path.area").count() == 8
        await page.locator("button.open").first.click()
        await page.locator(".explained h3").first.wait_for()
        links = await page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        ours = [link for link in links if "127.0.0.1" in link]
        assert ours
        assert all(link.startswith(url) for link in ours)
        assert visited.wrong == []
