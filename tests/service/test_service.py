"""A reload: what is new is followed, what counts goes on, and what cannot be followed changes
nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families as parse

from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.types import Snapshot
from cloud_carbon_exporter.providers.demo.client import DemoClient
from cloud_carbon_exporter.service import service
from cloud_carbon_exporter.service.service import Collecting, Newest, Service

PATIENCE_SECONDS = 30.0
ENERGY = "cloud_carbon_account_energy_joules_total"
CALLS = "cloud_carbon_exporter_api_requests_total"


@dataclass
class Running:
    """A service that runs, and its configuration file."""

    service: Service
    file: Path
    client: ClientSession

    async def scrape(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Values by family and labels."""
        async with self.client.get("/metrics") as answer:
            text = await answer.text()
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in parse(text):
            for sample in family.samples:
                labels = tuple(sample.labels[name] for name in sorted(sample.labels))
                found.setdefault(sample.name, {})[labels] = float(sample.value)
        return found

    async def once(self, ask: Callable[[dict[str, dict[tuple[str, ...], float]]], bool]) -> None:
        """Wait for a scrape of which it is true."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not ask(await self.scrape()):
                await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def nothing_left_at_work() -> None:
    """What earlier tests left making a Snapshot is waited for: what it logs is not of this test."""
    for thread in threading.enumerate():
        if thread.name == "snapshot":
            thread.join()


@contextlib.asynccontextmanager
async def running(folder: Path, text: str, *flags: str) -> AsyncIterator[Running]:
    file = folder / "carbon.yml"
    file.write_text(text)
    invocation = load([f"-config.file={file}", "-listen=127.0.0.1:0", *flags], {})
    made = Service(invocation.settings, invocation.reread)
    bound = await made.listen("127.0.0.1", 0)
    task = asyncio.create_task(made.run())
    try:
        async with ClientSession(f"http://127.0.0.1:{bound.addresses[0][1]}") as client:
            one = Running(made, file, client)
            await one.once(lambda found: "cloud_carbon_account_power_watts" in found)
            yield one
    finally:
        await made.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def has(resources: int) -> Callable[[dict[str, dict[tuple[str, ...], float]]], bool]:
    return lambda found: len(found["cloud_carbon_power_watts"]) == resources


def demo(resources: int, more: str = "") -> str:
    return f"demo: {{enabled: true, resources: {resources}}}\ncollect: {{interval: 1s}}\n{more}"


async def test_a_new_configuration_is_followed(tmp_path: Path) -> None:
    async with running(tmp_path, demo(12)) as one:
        one.file.write_text(demo(20, "metrics: {tags: [team]}"))
        async with one.client.post("/-/reload") as answer:
            assert (answer.status, await answer.text()) == (200, "reloaded\n")
        await one.once(lambda found: len(found["cloud_carbon_power_watts"]) == 20)
        async with one.client.get("/metrics") as answer:
            assert "tag_team=" in await answer.text()
        async with one.client.get("/api/v1/snapshot") as answer:
            assert "tag_team" in (await answer.json())["by"]


async def test_counters_go_on_and_ready_it_stays(tmp_path: Path) -> None:
    async with running(tmp_path, demo(12)) as one:
        await one.once(lambda found: sum(found[ENERGY].values()) > 0)
        for resources in (13, 14):
            before = await one.scrape()
            one.file.write_text(demo(resources))
            await one.service.reload()
            async with one.client.get("/readyz") as answer:
                assert answer.status == 200
            shown = await one.scrape()
            assert len(shown["cloud_carbon_power_watts"]) in (resources - 1, resources)
            await one.once(has(resources))
            after = await one.scrape()
            for family in (ENERGY, "cloud_carbon_energy_joules_total", CALLS):
                for labels in before[family].keys() & after[family].keys():
                    assert after[family][labels] >= before[family][labels] > -1, (family, labels)
            assert before[ENERGY].keys() <= after[ENERGY].keys()


async def test_a_reload_before_the_one_before_it_has_collected_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, demo(12)) as one:
        connect, go_on = DemoClient.connect, asyncio.Event()

        async def late(self: DemoClient) -> Sequence[str]:
            await go_on.wait()
            return await connect(self)

        monkeypatch.setattr(DemoClient, "connect", late)
        for resources in (13, 14):
            one.file.write_text(demo(resources))
            await one.service.reload()
            assert len((await one.scrape())["cloud_carbon_power_watts"]) == 12
            async with one.client.get("/readyz") as answer:
                assert answer.status == 200
        go_on.set()
        await one.once(has(14))


async def test_the_same_configuration_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, demo(12)) as one:
        before = one.service._newest.current
        await one.service.reload()
        assert one.service._newest.current is before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("demo: [", "not YAML"),
        (demo(12, "nonsense: 1"), "unknown key"),
        (demo(12, "targets: [{provider: aws, exclude: [ec2/nothing]}]"), "unknown kind"),
    ],
)
async def test_a_wrong_configuration_leaves_the_old_one_running_and_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, words: str
) -> None:
    async with running(tmp_path, demo(12)) as one:
        before = await one.scrape()
        assert before["cloud_carbon_exporter_config_last_reload_successful"] == {(): 1}
        one.file.write_text(text)
        async with one.client.post("/-/reload") as answer:
            assert answer.status == 500
            assert words in await answer.text()
        assert words in caplog.text
        moved = "cloud_carbon_exporter_last_collection_timestamp_seconds"
        await one.once(
            lambda found: found[moved][()] > before[moved][()] + 1
        )  # it goes on collecting
        after = await one.scrape()
        assert len(after["cloud_carbon_power_watts"]) == 12
        assert after["cloud_carbon_exporter_config_last_reload_successful"] == {(): 0}
        stamp = "cloud_carbon_exporter_config_last_reload_success_timestamp_seconds"
        assert after[stamp] == before[stamp]
        one.file.write_text(demo(12))
        await one.service.reload()
        again = await one.scrape()
        assert again["cloud_carbon_exporter_config_last_reload_successful"] == {(): 1}
        assert again[stamp][()] > before[stamp][()]


async def test_a_wrong_web_config_fails_a_reload_as_a_whole(tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text("")
    async with running(tmp_path, demo(12), f"-web.config.file={web}") as one:
        one.file.write_text(demo(15))
        web.write_text("nonsense: 1")
        with pytest.raises(ConfigError, match=r"web\.yml"):
            await one.service.reload()
        assert len((await one.scrape())["cloud_carbon_power_watts"]) == 12
        web.write_text("http_server_config: {headers: {X-Frame-Options: SAMEORIGIN}}")
        await one.service.reload()
        async with one.client.get("/healthz") as answer:
            assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        await one.once(lambda found: len(found["cloud_carbon_power_watts"]) == 15)


async def test_what_takes_a_restart_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, demo(12)) as one:
        one.file.write_text(demo(12, f"state: {{file: {tmp_path / 'state'}}}"))
        await one.service.reload()
    assert "a new -state.file takes a restart" in caplog.text
    assert not (tmp_path / "state").exists()


async def test_what_is_kept_over_a_restart_is_that_of_the_collector_at_work(tmp_path: Path) -> None:
    flags = (f"-state.file={tmp_path / 'state'}",)
    async with running(tmp_path, demo(12), *flags) as one:
        one.file.write_text(demo(13))
        await one.service.reload()
        await one.once(lambda found: len(found["cloud_carbon_power_watts"]) == 13)
        await one.once(lambda found: sum(found[ENERGY].values()) > 0)
        before = sum((await one.scrape())[ENERGY].values())
    async with running(tmp_path, demo(13), *flags) as one:
        assert sum((await one.scrape())[ENERGY].values()) >= before > 0


async def test_a_second_exporter_does_not_take_the_state_of_the_first(tmp_path: Path) -> None:
    flags = (f"-state.file={tmp_path / 'state'}",)
    async with running(tmp_path, demo(12), *flags):
        with pytest.raises(ConfigError, match=r"-state\.file: another exporter"):
            async with running(tmp_path, demo(12), *flags):
                pass
    async with running(tmp_path, demo(12), *flags) as one:
        assert len((await one.scrape())["cloud_carbon_power_watts"]) == 12


async def test_scrapes_larger_than_agents_take_are_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LARGE_BYTES", 80_000)
    async with running(tmp_path, demo(12)) as one:
        moved = "cloud_carbon_exporter_last_collection_timestamp_seconds"
        first = (await one.scrape())[moved][()]
        await one.once(lambda found: found[moved][()] > first + 1)
        assert caplog.text.count("-metrics.labels=slim") == 1
        one.file.write_text(demo(12, "metrics: {aggregate: [account]}"))
        await one.service.reload()
        await one.once(lambda found: "cloud_carbon_power_watts" not in found)
        rendered = one.service._newest.exposition
        assert rendered is not None
        assert rendered.text.size < 80_000
        one.file.write_text(
            demo(12, "metrics: {labels: slim, families: [cloud_carbon_power_watts]}")
        )
        await one.service.reload()
        await one.once(lambda found: "cloud_carbon_power_watts" in found)
        found = await one.scrape()
        assert "cloud_carbon_power_lower_watts" not in found
        assert all(len(labels) == 1 for labels in found["cloud_carbon_power_watts"])


async def test_the_mode_may_change_to_collecting_on_the_scrape_and_back(tmp_path: Path) -> None:
    def in_mode(mode: str, resources: int) -> str:
        return f"demo: {{enabled: true, resources: {resources}}}\ncollect: {{interval: 1h, mode: {mode}}}\n"

    async with running(tmp_path, in_mode("background", 12)) as one:
        for mode, resources in (("scrape", 13), ("scrape", 14), ("background", 15)):
            one.file.write_text(in_mode(mode, resources))
            await one.service.reload()
            await one.once(has(resources))
            assert (ENERGY in await one.scrape()) == (mode == "background")


def test_a_scrape_in_the_moment_of_a_reload_sees_either_collector_and_never_an_empty_one() -> None:
    """Scrapes are answered in another thread."""
    replacing: list[threading.Thread] = []

    class Old:
        @property
        def snapshot(self) -> Snapshot:
            thread = threading.Thread(target=newest.replace, args=(new, old))
            replacing.append(thread)
            thread.start()
            thread.join(0.1)  # as far as it gets
            return Snapshot(0, first_collection_done=True)

    class New:
        snapshot = Snapshot(0)

    old, new = cast(Collecting, Old()), cast(Collecting, New())
    newest = Newest(old)
    assert newest.shown is old
    for thread in replacing:
        thread.join()
    assert newest.shown is old
