"""The state file: what was counted goes on after a restart; what is broken is set aside."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.account_sums import AccountKey
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Component, Location, Point, Resource, Totals
from cloud_carbon_exporter.storage import beside
from cloud_carbon_exporter.storage.state_file import SAVING_RATIO, StateFile
from cloud_carbon_exporter.storage.state_lines import OLDER_VERSIONS, ROWS_A_LINE, VERSION
from cloud_carbon_exporter.web.trend import Trend, TrendPoint
from tests.fakes.cloud import Clock

PLACE = facts.place("aws", "eu-west-1")
AT = Location("aws", "111111111111", "eu-west-1")
VOLUME = Resource("vol-1", "ec2/volume", "", AT, (Component("block", "aws/gp3", 100),))
VCPU = Component("vcpu", "Skylake", 4, load="cpu_ratio", share=0.125, full_load=8)
VM = Resource("i-1", "ec2/instance", "", AT, (VCPU,))
SWEEP = SweepKey("target", 0, "111111111111", "eu-west-1", "")


class Rows:
    """A section that keeps what it is given."""

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        self.rows = [list(row) for row in rows]

    def dump(self) -> Iterable[Any]:
        return self.rows

    def load(self, rows: Iterable[Any]) -> None:
        self.rows = [list(row) for row in rows]


class Killed(Rows):
    """A section whose process is killed while it hands out its rows."""

    def dump(self) -> Iterable[Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return ()


def new_counters() -> Counters:
    around = Surroundings(PLACE, PLACE.intensities[:1])
    return Counters(lambda resource: around, 1800)


def take_back(path: Path, **sections: Any) -> None:
    """What a process does at its start, and then it ends."""
    file = StateFile(path, sections)
    file.load()
    file.close()


def see(counters: Counters, at: float, *resources: Resource) -> None:
    counters.observe(SWEEP, resources, at, 0, lambda resource: resource is VM)


def test_counters_go_on_after_a_restart_and_the_time_between_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "state"
    before = new_counters()
    see(before, 0, VOLUME, VM)
    see(before, 600, VOLUME, VM)
    before.record("i-1", "cpu_ratio", [Point(0, 300, 0.5)], 0)
    before.advance(600)
    StateFile(path, {"counters": before}).save()

    after = new_counters()
    take_back(path, counters=after)
    assert after.counts_from("target", VM) == 300
    see(after, 900, VOLUME, VM)
    after.record("i-1", "cpu_ratio", [Point(300, 600, 0.7), Point(600, 900, 0.2)], 0)
    after.advance(900)
    volume, machine = after.timeline("vol-1"), after.timeline("i-1")
    assert volume is not None
    assert machine is not None
    assert volume.totals.energy_joules == pytest.approx(900 * power_watts(VOLUME, {}, PLACE))
    loads = [power_watts(VM, {"cpu_ratio": load}, PLACE) for load in (0.5, 0.7, 0.2)]
    assert machine.totals.energy_joules == pytest.approx(300 * sum(loads))
    account = after.accounts()[AccountKey("aws", "111111111111", "eu-west-1", "ec2/instance")]
    assert account.energy_joules == pytest.approx(machine.totals.energy_joules)


def test_what_vanished_meanwhile_stays_in_its_account(tmp_path: Path) -> None:
    path = tmp_path / "state"
    before = new_counters()
    see(before, 0, VOLUME)
    see(before, 600, VOLUME)
    before.advance(600)
    StateFile(path, {"counters": before}).save()
    after = new_counters()
    take_back(path, counters=after)
    see(after, 900, VM)
    after.advance(900)
    key = AccountKey("aws", "111111111111", "eu-west-1", "ec2/volume")
    assert after.accounts()[key] == before.accounts()[key]
    assert after.accounts()[key] != Totals()
    StateFile(
        path, {"counters": after}
    ).save()  # the volume may only be out of sight: it is kept for some days
    again = new_counters()
    take_back(path, counters=again)
    assert again.counts_from("target", VOLUME) == 600
    see(again, 900 + 8 * 86400, VM)
    assert "vol-1" not in {row[0] for row in again.dump()}


def test_the_bill_and_the_trend_survive(tmp_path: Path) -> None:
    path, clock = tmp_path / "state", Clock()
    budget, history = Budget(clock), Trend(points=(TrendPoint(1.0, 2, 3, 4, 5, 6),))
    budget.meter("aws", "prod").call(account_id="1", api="ce", operation="GetCostAndUsage", units=2)
    StateFile(path, {"budget": budget, "history": history}).save()
    again, trend = Budget(clock), Trend()
    take_back(path, budget=again, history=trend)
    assert again.use().dollars == {("aws", "1", "ce"): 0.02}
    assert again.spent_this_month("prod") == pytest.approx(0.02)
    assert again.spent_this_month("other") is None
    assert trend.points == history.points
    clock.now += 40 * 86400
    assert again.spent_this_month("prod") is None


class Slow(Rows):
    """A section that takes a second to hand out its rows."""

    def __init__(self, clock: Clock) -> None:
        super().__init__([["a", 1]])
        self.clock = clock

    def dump(self) -> Iterable[Any]:
        self.clock.now += 1
        return self.rows


def test_no_file_is_a_fresh_start_and_saving_takes_a_small_part_of_the_time(tmp_path: Path) -> None:
    path, clock = tmp_path / "state", Clock()
    section = Slow(clock)
    file = StateFile(path, {"rows": section}, clock)
    file.load()
    assert section.rows == [["a", 1]]
    assert file.save_if_due()
    section.rows = [["b", 2]]
    clock.now += 1 / SAVING_RATIO - 2
    assert not file.save_if_due()
    assert b'"a"' in path.read_bytes()
    clock.now += 1
    assert file.save_if_due()
    assert b'"b"' in path.read_bytes()
    file.close()
    assert {entry.name for entry in tmp_path.iterdir()} == {"state", ".state.lock"}


def test_what_is_saved_in_no_time_is_saved_each_time(tmp_path: Path) -> None:
    path, section = tmp_path / "state", Rows()
    file = StateFile(path, {"rows": section}, Clock())
    for number in range(3):
        section.rows = [["shown", number]]
        file.save_if_due()
        assert f'["shown",{number}]'.encode() in path.read_bytes(), (
            "a kill at this moment loses nothing"
        )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-20],
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"42", b"43", 1),
        lambda content: b"",
        lambda content: b"\xff\xfe\x00" * 100,
        lambda content: b"[]\n[]\n",
        lambda content: b'{"a": 1}\n{"sha256": 7}\n',
        lambda content: b"[" * 100_000 + b"\n" + b"[" * 100_000,
    ],
)
def test_a_corrupt_file_is_set_aside_and_named(
    spoil: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state"
    StateFile(path, {"rows": Rows([["x", 42]] * (ROWS_A_LINE + 1))}).save()
    path.write_bytes(spoiled := spoil(path.read_bytes()))
    section = Rows()
    file = StateFile(path, {"rows": section})
    file.load()
    file.close()
    assert section.rows == []
    assert not path.exists()
    assert (tmp_path / "state.corrupt").read_bytes() == spoiled
    assert str(path) in caplog.text
    file.save()
    assert path.exists()


def test_counters_that_make_no_sense_are_corrupt_too(tmp_path: Path) -> None:
    path = tmp_path / "state"
    StateFile(path, {"counters": Rows([["i-1", "not a number"]])}).save()
    take_back(path, counters=new_counters())
    assert (tmp_path / "state.corrupt").exists()


def test_where_one_section_makes_no_sense_none_is_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = tmp_path / "state", Clock()
    before, spent = new_counters(), Budget(clock)
    see(before, 0, VOLUME)
    see(before, 600, VOLUME)
    before.advance(600)
    spent.meter("aws", "prod").call(account_id="1", api="ce", operation="GetCostAndUsage", units=2)
    history = Rows([[1.0, "not a number", 3, 4, 5, 6]])
    StateFile(path, {"counters": before, "budget": spent, "history": history}).save()

    after, budget, trend = new_counters(), Budget(clock), Trend()
    take_back(path, counters=after, budget=budget, history=trend)
    assert (tmp_path / "state.corrupt").exists()
    assert "counters start anew" in caplog.text
    assert list(after.dump()) == []
    assert list(budget.dump()) == []
    assert trend.points == ()


def test_two_exporters_do_not_keep_their_state_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first, second, elsewhere = (
        StateFile(file, {"rows": Rows()}) for file in (path, path, tmp_path / "other")
    )
    first.load()
    elsewhere.load()
    with pytest.raises(
        ConfigError, match=rf"-state\.file: another exporter keeps its state in {path}"
    ):
        second.load()
    first.close()
    second.load()
    second.close()
    elsewhere.close()


@pytest.mark.slow
def test_what_a_killed_process_was_writing_is_written_over(tmp_path: Path) -> None:
    """Killed in the middle of a save: the old file still holds, and nothing piles up beside it."""
    path = tmp_path / "state"
    StateFile(path, {"rows": Rows([["old", 1]])}).save()
    program = "from pathlib import Path; from tests.storage.test_state_file import *; " + (
        f"StateFile(Path({str(path)!r}), {{'rows': Killed()}}).save()"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], check=False)
        assert done.returncode == -signal.SIGKILL
    section = Rows()
    file = StateFile(path, {"rows": section})
    file.load()
    assert section.rows == [["old", 1]]
    assert len(list(tmp_path.iterdir())) == 3
    file.save()
    file.close()
    assert {entry.name for entry in tmp_path.iterdir()} == {"state", ".state.lock"}


def test_a_path_that_cannot_be_used_is_said_and_never_fatal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    take_back(tmp_path, rows=Rows())  # a directory
    assert "cannot be read" in caplog.text
    StateFile(tmp_path / "missing" / "state", {"rows": Rows()}).save()
    assert "cannot be written" in caplog.text


def refuse(*numbers: int) -> Callable[..., Any]:
    """What the system says in place of an answer."""

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(numbers[0], os.strerror(numbers[0]))

    return fail


def test_a_corrupt_file_that_cannot_be_set_aside_is_not_written_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"nonsense")
    section = Rows()
    file = StateFile(path, {"rows": section})
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse(errno.EROFS))
        file.load()
    assert not file.save()
    file.close()
    assert section.rows == []
    assert path.read_bytes() == b"nonsense"
    assert "cannot be set aside" in caplog.text
    assert "-state.file" in caplog.text


def test_what_was_set_aside_before_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "state"
    (tmp_path / "state.corrupt").mkdir()
    (tmp_path / "state.corrupt.2").symlink_to(tmp_path / "nowhere")
    for content in (b"first", b"second"):
        path.write_bytes(content)
        take_back(path, rows=Rows())
    assert (tmp_path / "state.corrupt.3").read_bytes() == b"first"
    assert (tmp_path / "state.corrupt.4").read_bytes() == b"second"


def test_names_to_set_aside_under_run_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "MOST_SET_ASIDE", 3)
    path = tmp_path / "state"
    for content in (b"1", b"2", b"3", b"4"):
        path.write_bytes(content)
        take_back(path, rows=Rows())
    assert path.read_bytes() in (b"3", b"4")
    assert "stand aside already" in caplog.text


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.EPERM, errno.ESTALE])
def test_a_file_that_cannot_be_read_is_set_aside(
    number: int,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was overwritten within seconds, and with it all that was ever counted."""
    path = tmp_path / "state"
    StateFile(path, {"rows": Rows([["old", 1]])}).save()
    before = path.read_bytes()
    file = StateFile(path, {"rows": Rows([["new", 2]])})
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refuse(number))
        file.load()
    file.save()
    file.close()
    assert (tmp_path / "state.corrupt").read_bytes() == before
    assert b"new" in path.read_bytes()
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("sealed_again", [True, False])
def test_a_newer_version_is_not_corrupt_and_refuses_the_start(
    tmp_path: Path, sealed_again: bool
) -> None:
    path = tmp_path / "state"
    StateFile(path, {"rows": Rows([["old", 1]])}).save()
    header, *body, seal = path.read_bytes().splitlines(keepends=True)
    lines = [header.replace(b":%d}" % VERSION, b":%d}" % (VERSION + 1)), *body]
    if sealed_again:
        digest = hashlib.sha256(b"".join(lines)).hexdigest()
        seal = json.dumps({"sha256": digest}).encode()
    path.write_bytes(content := b"".join((*lines, seal)))
    file = StateFile(path, {"rows": Rows()})
    newer = rf"-state\.file: .* is of version {VERSION + 1}, and this program"
    with pytest.raises(ConfigError, match=newer):
        file.load()
    assert path.read_bytes() == content
    assert {entry.name for entry in tmp_path.iterdir()} == {"state", ".state.lock"}
    other = StateFile(path, {"rows": Rows()})
    # And not that another process has it.
    with pytest.raises(ConfigError, match=f"version {VERSION + 1}"):
        other.load()


@pytest.mark.parametrize("version", OLDER_VERSIONS)
def test_the_file_of_a_version_before_is_read(tmp_path: Path, version: int) -> None:
    path = tmp_path / "state"
    row = ["i-1", 100.0, 200.0, 7.0, 8.0, 9.0]
    lines = [
        b'{"cloud_carbon_exporter_state":%d}\n' % version,
        json.dumps({"section": "counters", "rows": [row]}).encode() + b"\n",
    ]
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    path.write_bytes(b"".join(lines) + json.dumps({"sha256": digest}).encode())
    counters = new_counters()
    take_back(path, counters=counters)
    assert list(counters.dump()) == [row]


def test_a_section_of_another_version_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "state"
    StateFile(path, {"rows": Rows([["x", 1]]), "later": Rows([["y", 2]])}).save()
    section = Rows()
    take_back(path, rows=section)
    assert section.rows == [["x", 1]]
    assert not (tmp_path / "state.corrupt").exists()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path, beside = tmp_path / "state", tmp_path / ".state.new"
    beside.write_bytes(b"what a killed process of another umask left")
    beside.chmod(0o666)
    before = os.umask(0)
    try:
        StateFile(path, {"rows": Rows()}).save()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["file/state", "n" * 252, "n" * 300, "\0", "loop/state", ""])
def test_a_name_that_no_file_can_have_is_said_and_never_fatal(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    file = StateFile(tmp_path / name, {"rows": Rows()})
    file.load()
    file.save_if_due()
    file.close()
    assert "cannot be written" in caplog.text
    assert (tmp_path / "file").read_text() == "not a folder"


WRITING = ["open", "fdopen", "fchmod", "fsync"]


@pytest.mark.parametrize("unlink", [True, False])
@pytest.mark.parametrize("call", [*WRITING, "replace"])
@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_save_that_fails_in_any_way_is_said_once_and_never_raises(
    number: int,
    call: str,
    unlink: bool,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "state"
    file = StateFile(path, {"rows": Rows([["old", 1]])})
    file.save()
    before = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os if call in WRITING else Path, call, refuse(number))
        if not unlink:
            patched.setattr(Path, "unlink", refuse(number))
        assert not file.save()
        assert not file.save_if_due()
    assert path.read_bytes() == before
    assert caplog.text.count("cannot be written") == 1
    assert os.strerror(number) in caplog.text


class Defective(Rows):
    """A section that cannot hand out its rows."""

    def dump(self) -> Iterable[Any]:
        yield ["x", 1]
        raise RuntimeError("a defect of ours")


def test_a_defect_of_a_section_costs_that_save(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state"
    StateFile(path, {"rows": Rows([["old", 1]])}).save()
    before = path.read_bytes()
    StateFile(path, {"rows": Defective()}).save()
    assert path.read_bytes() == before
    assert "a defect of ours" in caplog.text
    assert {entry.name for entry in tmp_path.iterdir()} == {"state"}


@pytest.mark.slow
@given(
    st.lists(
        st.lists(st.one_of(st.text(), st.floats(allow_nan=False), st.integers()), min_size=1),
        max_size=30,
    )
)
def test_whatever_was_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]
) -> None:
    path = tmp_path_factory.mktemp("state") / "state"
    StateFile(path, {"rows": Rows(rows)}).save()
    section = Rows()
    take_back(path, rows=section)
    assert section.rows == rows
