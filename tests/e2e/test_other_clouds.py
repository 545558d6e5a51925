"""Program against the fakes of Google Cloud and Scaleway, which run in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.e2e.moto_estate import POWER
from tests.e2e.programs import PATIENCE_SECONDS, Exporter, promtool_check
from tests.fakes.gcp import GoogleCloud
from tests.fakes.scaleway import FakeScaleway

pytestmark = pytest.mark.e2e

Server = TypeVar("Server")


@contextmanager
def beside(server: AbstractAsyncContextManager[Server]) -> Iterator[Server]:
    """Serve on an event loop of its own, in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        started = asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(
            PATIENCE_SECONDS
        )
        try:
            yield started
        finally:
            asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(
                PATIENCE_SECONDS
            )
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_SECONDS)
        loop.close()


@pytest.fixture
def google(tmp_path: Path) -> Iterator[tuple[GoogleCloud, dict[str, str]]]:
    """The fake, and the environment that leads to it."""
    with beside(GoogleCloud().running()) as cloud:
        key = cloud.tokens.service_account(cloud.url, tmp_path / "key.json")
        yield cloud, {**cloud.environment(), "GOOGLE_APPLICATION_CREDENTIALS": str(key)}


@pytest.fixture
def scaleway() -> Iterator[tuple[FakeScaleway, dict[str, str]]]:
    with beside(FakeScaleway()) as cloud:
        yield cloud, cloud.environment


def test_a_google_project_is_explored(
    google: tuple[GoogleCloud, dict[str, str]], tmp_path: Path
) -> None:
    cloud, environment = google
    with Exporter(tmp_path, "-cloud.provider=gcp", **environment) as exporter:
        scrape = exporter.ready().scrape()
    kinds = {sample.labels["kind"] for sample in scrape.of(POWER)}
    assert {"compute/instance", "compute/disk", "sql/instance", "storage/bucket"} <= kinds
    assert {sample.labels["cloud_provider"] for sample in scrape.of(POWER)} == {"gcp"}
    assert [s.labels for s in scrape.of("cloud_carbon_exporter_collector_up") if s.value == 0] == []
    assert [
        (s.labels["target"].partition("/")[0], s.value)
        for s in scrape.of("cloud_carbon_exporter_target_up")
    ] == [("gcp", 1.0)]
    assert promtool_check(scrape.text) == ""
    assert cloud.violations == []
    assert "PRIVATE KEY" not in exporter.output


def test_a_scaleway_organisation_is_explored(
    scaleway: tuple[FakeScaleway, dict[str, str]], tmp_path: Path
) -> None:
    _, environment = scaleway
    with Exporter(tmp_path, "-cloud.provider=scw", **environment) as exporter:
        scrape = exporter.ready().scrape()
    kinds = {sample.labels["kind"] for sample in scrape.of(POWER)}
    assert {"instance/server", "block/volume", "rdb/instance"} <= kinds
    assert {sample.labels["cloud_provider"] for sample in scrape.of(POWER)} == {"scaleway"}
    assert [s.labels for s in scrape.of("cloud_carbon_exporter_collector_up") if s.value == 0] == []
    assert [s.value for s in scrape.of("cloud_carbon_exporter_target_up")] == [1.0]
    assert promtool_check(scrape.text) == ""
    assert environment["SCW_SECRET_KEY"] not in exporter.output + scrape.text


def test_all_are_explored_at_once_and_one_down_leaves_the_others(
    google: tuple[GoogleCloud, dict[str, str]],
    scaleway: tuple[FakeScaleway, dict[str, str]],
    tmp_path: Path,
) -> None:
    both = {**google[1], **scaleway[1], "SCW_SECRET_KEY": "00000000-0000-0000-0000-000000000000"}
    with Exporter(tmp_path, "-cloud.provider=gcp,scw,demo", **both) as exporter:
        scrape = exporter.ready().scrape()
    states = {
        s.labels["cloud_provider"]: s.value for s in scrape.of("cloud_carbon_exporter_target_up")
    }
    assert states == {"gcp": 1.0, "scaleway": 0.0, "demo": 1.0}
    accounts = {s.labels["cloud_account_id"] for s in scrape.of(POWER)}
    assert {"demo-aws", "demo-gcp", "demo-scaleway"} < accounts
