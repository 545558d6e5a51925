"""No failure of a side task (state, trend, size, grid, extras, log) changes what is shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.extras import checked
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.collect.surroundings import SurroundingsIndex
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.grid import Feed, GridSettings, preferences
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras
from cloud_carbon_exporter.service import shown
from cloud_carbon_exporter.service.service import Service
from cloud_carbon_exporter.storage.state_file import StateFile
from cloud_carbon_exporter.web.trend import Trend
from tests.fakes.cloud import Clock, Cloud, FakeClient
from tests.patience import PATIENCE_SECONDS

EU = "eu-west-1"
DEFECTS = [
    RuntimeError("a defect of ours"),
    OSError(30, "Read-only file system"),
    MemoryError(),
    KeyError("x"),
    CollectError("no answer"),
]


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def failing_later(error: Exception) -> Callable[..., Any]:
    async def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


async def collected(**collect: Any) -> Snapshot:
    """Two collections of a small estate, an interval apart."""
    clock = Clock()
    cloud = Cloud(
        {
            EU: [
                {"type": "volume", "id": "vol-1", "gib": 100},
                {"type": "machine", "id": "i-1", "state": "running"},
            ]
        }
    )
    grid = GridSettings(preferences(["file:tests/no-such-file.csv"]), patience_seconds=1)
    target = Target("target", cloud.provider(), TargetSettings(provider="aws"))
    settings = CollectSettings(grid=grid, **collect)
    collector = Collector([target], settings, Budget(clock), lambda snapshot: None, clock)
    for _ in range(2):
        await collector.refresh()
        clock.now += 300
    await collector.close()
    return collector.snapshot


@pytest.mark.slow
@pytest.mark.parametrize("error", DEFECTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("owner", "name", "fail"),
    [
        (Feed, "refresh", failing_later),
        (SurroundingsIndex, "news", failing),
        (FakeClient, "extras", failing_later),
        (logging.StreamHandler, "format", failing),
    ],
)
async def test_figures_do_not_hang_on_grid_extras_or_log(
    owner: type,
    name: str,
    fail: Callable[[Exception], Any],
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    undisturbed = await collected()
    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(owner, name, fail(error))
    disturbed = await collected()
    assert disturbed.first_collection_done
    assert disturbed.rows == undisturbed.rows
    assert disturbed.accounts == undisturbed.accounts
    assert len(disturbed.rows) == 2


@pytest.mark.parametrize(
    "extras",
    [
        None,
        "nonsense",
        Extras(gauges=cast("Any", {"x": "many"})),
        Extras(listed=cast("Any", {("aws", "1", "x"): None})),
        Extras(gauges=cast("Any", None)),
        Extras(reported=cast("Any", ("july",))),
        Extras(inventories=cast("Any", [{}])),
        Extras(account_names=cast("Any", {("aws", "1"): 7})),
    ],
)
async def test_extras_of_nonsense_stand_beside_nothing(
    extras: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = await collected()

    async def answer(self: FakeClient, now: float) -> Any:
        return extras

    monkeypatch.setattr(FakeClient, "extras", answer)
    assert (await collected()).rows == undisturbed.rows


def test_extras_that_make_sense_pass() -> None:
    extras = Extras(gauges={"x": 1.0}, account_names={("aws", "1"): "prod"})
    assert checked(extras) is extras


@pytest.mark.slow
@pytest.mark.parametrize("error", DEFECTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (StateFile, "save"),
        (StateFile, "save_if_due"),
        (Trend, "record"),
        (shown.SizeWarning, "look_at"),
    ],
)
async def test_what_is_served_does_not_hang_on_state_trend_or_size(
    owner: type, name: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No snapshot was ever shown when the state could not be written."""
    monkeypatch.setattr(owner, name, failing(error))
    flags = ["-demo.enabled", "-demo.resources=12", f"-state.file={tmp_path / 'state'}"]
    invocation = load(flags, {})
    service = Service(invocation.settings, invocation.reread)
    running = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (rendering := service.collected()) is None:
                await asyncio.sleep(0.01)
        assert b"".join(rendering.text.plain()).count(b"\ncloud_carbon_power_watts{") == 12
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        monkeypatch.undo()
        await service.close()


def test_what_fails_beside_is_said_and_what_comes_after_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fail = failing(RuntimeError("a defect of ours"))
    with unless_it_fails("the state file"):
        fail()
    assert "the state file failed: what is shown does without" in caplog.text
    assert "a defect of ours" in caplog.text
    with pytest.raises(KeyboardInterrupt), unless_it_fails("the state file"):
        raise KeyboardInterrupt
