"""What was counted and the history: nothing stands there twice, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.service.service import Service
from cloud_carbon_exporter.storage.state_file import StateFile
from tests.history.estates import START, asked, counted, snapshot

EXPECTED = sum(part.joules for part in counted(START))


def service(folder: Path, *more: str) -> Service:
    files = (f"-history.file={folder / 'history'}", f"-state.file={folder / 'state'}")
    invocation = load(["-cloud.provider=aws", *files, *more], {})
    return Service(invocation.settings, invocation.reread)


def show(snapshot: Snapshot, of: Service) -> None:
    """A Snapshot as the collector makes one."""
    of._newest.current._render(snapshot)


def kept(folder: Path) -> float:
    """Joules that stand in the file afterwards."""
    file = HistoryFile(folder / "history")
    joules = sum(row.amounts.energy_joules.value for row in asked(file.store, 10))
    file.store.close()
    file.close()
    return joules


def run(hours: int, of: Service) -> None:
    async def shown() -> None:
        for hour in range(hours):
            show(snapshot(START + hour * 3600), of)
        await of.close()

    asyncio.run(shown())


def no_state(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_is_saved_is_written(tmp_path: Path) -> None:
    run(2, service(tmp_path))
    assert kept(tmp_path) == pytest.approx(2 * EXPECTED)


def test_what_a_restart_counts_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(1, service(tmp_path))
    monkeypatch.setattr(StateFile, "_write", no_state)
    run(2, service(tmp_path))
    assert kept(tmp_path) == pytest.approx(EXPECTED)


def test_where_no_state_ever_stood_nothing_is_counted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateFile, "_write", no_state)
    run(2, service(tmp_path))
    assert kept(tmp_path) == pytest.approx(2 * EXPECTED)


def test_a_rendering_that_fails_costs_no_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = service(tmp_path)

    def broken(*_: object) -> None:
        raise RuntimeError("not a number")

    monkeypatch.setattr(exposition.Renderer, "__call__", broken)
    with pytest.raises(RuntimeError):
        show(snapshot(START), at_work)
    asyncio.run(at_work.close())
    assert kept(tmp_path) == pytest.approx(EXPECTED)
