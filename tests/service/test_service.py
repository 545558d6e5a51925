"""A reload: what is new is followed, and what counts goes on; what is wrong changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families as parse

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.collect import Collector
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import ConfigError, CredentialsMissing
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.demo.client import DemoClient
from cloud_carbon_exporter.service import shown
from cloud_carbon_exporter.service.newest import Collecting, Newest
from cloud_carbon_exporter.service.remembering import History
from cloud_carbon_exporter.service.service import Service
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

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
        values: dict[str, dict[tuple[str, ...], float]] = {}
        for family in parse(text):
            for sample in family.samples:
                labels = tuple(sample.labels[name] for name in sorted(sample.labels))
                values.setdefault(sample.name, {})[labels] = float(sample.value)
        return values

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
    service = Service(invocation.settings, invocation.reread)
    _, port = (await service.listen("127.0.0.1", 0)).addresses[0]
    task = asyncio.create_task(service.run())
    try:
        async with ClientSession(f"http://127.0.0.1:{port}") as client:
            run = Running(service, file, client)
            await run.once(lambda values: "cloud_carbon_account_power_watts" in values)
            yield run
    finally:
        await service.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def has(resources: int) -> Callable[[dict[str, dict[tuple[str, ...], float]]], bool]:
    return lambda values: len(values["cloud_carbon_power_watts"]) == resources


def demo(resources: int, more: str = "") -> str:
    return f"demo: {{enabled: true, resources: {resources}}}\ncollect: {{interval: 1s}}\n{more}"


async def test_a_new_configuration_is_followed(tmp_path: Path) -> None:
    async with running(tmp_path, demo(12)) as run:
        run.file.write_text(demo(20, "metrics: {tags: [team]}"))
        async with run.client.post("/-/reload") as answer:
            assert (answer.status, await answer.text()) == (200, "reloaded\n")
        await run.once(lambda values: len(values["cloud_carbon_power_watts"]) == 20)
        async with run.client.get("/metrics") as answer:
            assert "tag_team=" in await answer.text()
        async with run.client.get("/api/v1/snapshot") as answer:
            assert "tag_team" in (await answer.json())["by"]


async def test_counters_go_on_and_ready_it_stays(tmp_path: Path) -> None:
    async with running(tmp_path, demo(12)) as run:
        await run.once(lambda values: sum(values[ENERGY].values()) > 0)
        for resources in (13, 14):
            before = await run.scrape()
            run.file.write_text(demo(resources))
            await run.service.reload()
            async with run.client.get("/readyz") as answer:
                assert answer.status == 200
            at_once = await run.scrape()
            assert len(at_once["cloud_carbon_power_watts"]) in (resources - 1, resources)
            await run.once(has(resources))
            after = await run.scrape()
            for family in (ENERGY, "cloud_carbon_energy_joules_total", CALLS):
                for labels in before[family].keys() & after[family].keys():
                    assert after[family][labels] >= before[family][labels] > -1, (family, labels)
            assert before[ENERGY].keys() <= after[ENERGY].keys()


async def test_a_reload_before_the_one_before_it_has_collected_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, demo(12)) as run:
        connect, go_on = DemoClient.connect, asyncio.Event()

        async def late(self: DemoClient) -> Sequence[str]:
            await go_on.wait()
            return await connect(self)

        monkeypatch.setattr(DemoClient, "connect", late)
        for resources in (13, 14):
            run.file.write_text(demo(resources))
            await run.service.reload()
            assert len((await run.scrape())["cloud_carbon_power_watts"]) == 12
            async with run.client.get("/readyz") as answer:
                assert answer.status == 200
        go_on.set()
        await run.once(has(14))


async def test_the_same_configuration_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, demo(12)) as run:
        before = run.service._newest.current
        await run.service.reload()
        assert run.service._newest.current is before


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
    async with running(tmp_path, demo(12)) as run:
        before = await run.scrape()
        assert before["cloud_carbon_exporter_config_last_reload_successful"] == {(): 1}
        run.file.write_text(text)
        async with run.client.post("/-/reload") as answer:
            assert answer.status == 500
            assert words in await answer.text()
        assert words in caplog.text
        moved = "cloud_carbon_exporter_last_collection_timestamp_seconds"
        # It goes on collecting.
        await run.once(lambda values: values[moved][()] > before[moved][()] + 1)
        after = await run.scrape()
        assert len(after["cloud_carbon_power_watts"]) == 12
        assert after["cloud_carbon_exporter_config_last_reload_successful"] == {(): 0}
        stamp = "cloud_carbon_exporter_config_last_reload_success_timestamp_seconds"
        assert after[stamp] == before[stamp]
        run.file.write_text(demo(12))
        await run.service.reload()
        again = await run.scrape()
        assert again["cloud_carbon_exporter_config_last_reload_successful"] == {(): 1}
        assert again[stamp][()] > before[stamp][()]


async def test_a_wrong_web_config_fails_a_reload_as_a_whole(tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text("")
    async with running(tmp_path, demo(12), f"-web.config.file={web}") as run:
        run.file.write_text(demo(15))
        web.write_text("nonsense: 1")
        with pytest.raises(ConfigError, match=r"web\.yml"):
            await run.service.reload()
        assert len((await run.scrape())["cloud_carbon_power_watts"]) == 12
        web.write_text("http_server_config: {headers: {X-Frame-Options: SAMEORIGIN}}")
        await run.service.reload()
        async with run.client.get("/healthz") as answer:
            assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        await run.once(lambda values: len(values["cloud_carbon_power_watts"]) == 15)


async def test_what_takes_a_restart_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, demo(12)) as run:
        run.file.write_text(demo(12, f"state: {{file: {tmp_path / 'state'}}}"))
        await run.service.reload()
    assert "a new -state.file takes a restart" in caplog.text
    assert not (tmp_path / "state").exists()


async def test_what_is_kept_over_a_restart_is_that_of_the_collector_at_work(tmp_path: Path) -> None:
    flags = (f"-state.file={tmp_path / 'state'}",)
    async with running(tmp_path, demo(12), *flags) as run:
        run.file.write_text(demo(13))
        await run.service.reload()
        await run.once(lambda values: len(values["cloud_carbon_power_watts"]) == 13)
        await run.once(lambda values: sum(values[ENERGY].values()) > 0)
        before = sum((await run.scrape())[ENERGY].values())
    async with running(tmp_path, demo(13), *flags) as run:
        assert sum((await run.scrape())[ENERGY].values()) >= before > 0


async def test_a_second_exporter_does_not_take_the_state_of_the_first(tmp_path: Path) -> None:
    flags = (f"-state.file={tmp_path / 'state'}",)
    async with running(tmp_path, demo(12), *flags):
        with pytest.raises(ConfigError, match=r"-state\.file: another exporter"):
            async with running(tmp_path, demo(12), *flags):
                pass
    async with running(tmp_path, demo(12), *flags) as run:
        assert len((await run.scrape())["cloud_carbon_power_watts"]) == 12


BETWEEN_BYTES = 100_000
"""Between what twelve resources of the demo take one by one (136 kB), and summed (75 kB)."""


async def test_scrapes_larger_than_agents_take_are_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "LARGE_BYTES", BETWEEN_BYTES)
    async with running(tmp_path, demo(12)) as run:
        moved = "cloud_carbon_exporter_last_collection_timestamp_seconds"
        first = (await run.scrape())[moved][()]
        await run.once(lambda values: values[moved][()] > first + 1)
        assert caplog.text.count("-metrics.labels=slim") == 1
        run.file.write_text(demo(12, "metrics: {aggregate: [account]}"))
        await run.service.reload()
        await run.once(lambda values: "cloud_carbon_power_watts" not in values)
        rendered = run.service._newest.exposition
        assert rendered is not None
        assert rendered.text.size < BETWEEN_BYTES
        run.file.write_text(
            demo(12, "metrics: {labels: slim, families: [cloud_carbon_power_watts]}")
        )
        await run.service.reload()
        await run.once(lambda values: "cloud_carbon_power_watts" in values)
        values = await run.scrape()
        assert "cloud_carbon_power_lower_watts" not in values
        assert all(len(labels) == 1 for labels in values["cloud_carbon_power_watts"])


async def test_the_mode_may_change_to_collecting_on_the_scrape_and_back(tmp_path: Path) -> None:
    def in_mode(mode: str, resources: int) -> str:
        collect = f"{{interval: 1h, mode: {mode}}}"
        return f"demo: {{enabled: true, resources: {resources}}}\ncollect: {collect}\n"

    async with running(tmp_path, in_mode("background", 12)) as run:
        for mode, resources in (("scrape", 13), ("scrape", 14), ("background", 15)):
            run.file.write_text(in_mode(mode, resources))
            await run.service.reload()
            await run.once(has(resources))
            assert (ENERGY in await run.scrape()) == (mode == "background")


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


def unheard(folder: Path, *flags: str) -> tuple[Service, Path]:
    """A service over a demo estate, not yet listening, and its configuration file."""
    file = folder / "carbon.yml"
    file.write_text(demo(12))
    invocation = load([f"-config.file={file}", "-listen=127.0.0.1:0", *flags], {})
    return Service(invocation.settings, invocation.reread), file


async def test_who_closes_while_a_reload_is_under_way_closes_the_collector_it_puts_to_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept must be of that one, and no connection of it stays open."""
    handed_over, go_on = asyncio.Event(), asyncio.Event()
    hand_over, close = Collector.hand_over, Collector.close
    closed: list[object] = []

    async def slowly(self: Any, task: Any, successor: Any) -> None:
        await hand_over(self, task, successor)
        handed_over.set()
        await go_on.wait()

    async def noted(self: Any) -> None:
        closed.append(self)
        await close(self)

    monkeypatch.setattr(Collector, "hand_over", slowly)
    monkeypatch.setattr(Collector, "close", noted)
    service, file = unheard(tmp_path, f"-state.file={tmp_path / 'state'}")
    await service.listen("127.0.0.1", 0)
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not service._newest.snapshot.first_collection_done:
            await asyncio.sleep(0.02)
        file.write_text(demo(13))
        reloading = asyncio.create_task(service.reload())
        await handed_over.wait()
        closing = asyncio.create_task(service.close())
        await asyncio.sleep(0.05)
        go_on.set()
        await reloading
        await closing
    opened = service._newest.current
    assert opened in closed
    file.write_text(demo(14))
    await service.reload()
    assert service._newest.current is opened, "nothing is reloaded any more"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def collected(service: Service) -> asyncio.Task[None]:
    """Let a service listen and collect once."""
    await service.listen("127.0.0.1", 0)
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not service._newest.snapshot.first_collection_done:
            await asyncio.sleep(0.02)
    return task


async def test_what_counts_is_kept_before_anything_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed while it deletes tokens has lost no counters."""
    state, kept = tmp_path / "state", list[bool]()
    close = Collector.close

    async def noted(self: Any) -> None:
        kept.append(state.exists())
        await close(self)

    service, _ = unheard(tmp_path, f"-state.file={state}")
    task = await collected(service)
    monkeypatch.setattr(Collector, "close", noted)
    state.unlink()
    await service.close()
    assert kept == [True]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_reload_does_not_wait_for_what_is_given_back_and_the_end_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, given_back = asyncio.Event(), list[object]()
    close = Collector.close

    async def slowly(self: Any) -> None:
        await go_on.wait()
        given_back.append(self)
        await close(self)

    monkeypatch.setattr(Collector, "close", slowly)
    monkeypatch.setattr(Collector, "owed", lambda self: [] if self in given_back else ["a token"])
    service, file = unheard(tmp_path)
    task, first = await collected(service), service._newest.current
    file.write_text(demo(13))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await service.reload()
        assert service._newest.current is not first
        assert service.owed() == ["a token"] * 2, "of the one before, and of the one at work"
        closing = asyncio.create_task(service.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        go_on.set()
        await closing
    assert service.owed() == []
    assert set(given_back) == {first, service._newest.current}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_credentials_a_reload_has_mended_are_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who starts with a wrong configuration and mends it at once is not ended for the old one."""
    service, file = unheard(tmp_path)
    connect, first = DemoClient.connect, service._newest.current.runs[0].client
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def missing_at_first(self: DemoClient) -> Sequence[str]:
        if self is not first:
            return await connect(self)
        asked.set()
        await go_on.wait()
        raise CredentialsMissing("none", provider="demo")

    monkeypatch.setattr(DemoClient, "connect", missing_at_first)
    await service.listen("127.0.0.1", 0)
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asked.wait()
        file.write_text(demo(13))
        await service.reload()
        go_on.set()
        while not service._newest.current.snapshot.rows and not task.done():
            await asyncio.sleep(0.02)
    assert not task.done()
    await service.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_scrape_on_its_way_while_a_reload_ends_collects_with_the_new_collector() -> None:
    """Scrapes come from another thread; what was at work when one set out may be closed by now."""
    asked: list[str] = []

    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        async def collect_for_scrape(self, timeout_seconds: float) -> None:
            asked.append(self.name)

    old, new = cast(Collecting, Named("old")), cast(Collecting, Named("new"))
    newest = Newest(old, home=asyncio.get_running_loop())
    scrape = threading.Thread(target=lambda: asyncio.run(newest.collect_for_scrape(1)))
    scrape.start()
    scrape.join(0.2)  # it is on its way: this loop has not let it in yet
    newest.replace(new, None)
    await asyncio.to_thread(scrape.join)
    assert asked == ["new"]


async def history(run: Running, query: str) -> dict[str, Any]:
    async with run.client.get(f"/api/v1/history?{query}") as answer:
        return cast(dict[str, Any], await answer.json())


async def test_the_history_is_kept_over_a_restart_and_a_demo_has_a_past(tmp_path: Path) -> None:
    flags = (f"-history.file={tmp_path / 'history'}", f"-state.file={tmp_path / 'state'}")
    recent = "since=1h&by=cloud_provider"
    async with running(tmp_path, demo(12), *flags) as run:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (await history(run, "since=40d&step=day"))["sums"]:
                await asyncio.sleep(0.05)
        days = (await history(run, "since=40d&step=day"))["sums"]
        assert 30 <= len(days) <= 32
        watts = [row["power_watts"]["value"] for row in days]
        assert 0 < min(watts) < max(watts) < 3 * min(watts)
        await run.once(lambda values: sum(values[ENERGY].values()) > 0)
    async with running(tmp_path, demo(12), *flags) as run:
        again = (await history(run, "since=40d&step=day"))["sums"]
        assert [row["energy_joules"] for row in again[:-1]] == [
            row["energy_joules"] for row in days[:-1]
        ]
        assert (await history(run, recent))["sums"]


async def test_what_is_shown_does_not_hang_on_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no history")

    monkeypatch.setattr("cloud_carbon_exporter.history.store.Store.add", broken)
    monkeypatch.setattr("cloud_carbon_exporter.history.store.Store.fill", broken)
    monkeypatch.setattr("cloud_carbon_exporter.history.shares.Shares.look_at", broken)
    async with running(tmp_path, demo(12)) as run:
        await run.once(lambda values: sum(values[ENERGY].values()) > 0)
        assert (await history(run, "since=1h"))["sums"] == []


async def test_the_history_is_told_last_and_even_where_nothing_can_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    rendered = exposition.Renderer.__call__

    def render(self: exposition.Renderer, snapshot: Snapshot) -> exposition.Exposition:
        told.append("rendering" if snapshot.counted else "nothing counted")
        if told.count("rendering") > 1:
            raise RuntimeError("no rendering")
        return rendered(self, snapshot)

    monkeypatch.setattr(exposition.Renderer, "__call__", render)
    monkeypatch.setattr(History, "record", lambda *_, **__: told.append("history"))
    async with running(tmp_path, demo(12)), asyncio.timeout(PATIENCE_SECONDS):
        while told.count("history") < 2:
            await asyncio.sleep(0.05)
    counted = [word for word in told if word != "nothing counted"]
    assert counted[:4] == ["rendering", "history"] * 2
