"""Signals to what runs once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import cast

import pytest

from cloud_carbon_exporter.service import signals
from cloud_carbon_exporter.service.service import Service
from cloud_carbon_exporter.service.signal_thread import SignalThread
from cloud_carbon_exporter.service.signals import run_once
from tests.patience import PATIENCE_SECONDS


async def give_back(told: list[str]) -> None:
    """Work that SIGTERM comes upon, and what it gives back then."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(30)
    finally:
        await asyncio.sleep(0.01)
        told.append("given back")


HANGING = """
import sys, time
from cloud_carbon_exporter import cli
from cloud_carbon_exporter.collect import Collector
async def run(self):
    print('hanging', flush=True)
    HANG
Collector.run = run
sys.exit(cli.main(['-demo.enabled', '-listen=localhost:0']))
"""
HANG_SECONDS = 60
HANGS = (f"time.sleep({HANG_SECONDS})", "while True: pass")


@contextmanager
def hanging(how: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose event loop takes no more turns."""
    code = HANGING.replace("HANG", how)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as program:
        assert program.stdout
        try:
            assert program.stdout.readline() == b"hanging\n"
            yield program
        finally:
            program.kill()


@pytest.mark.slow
@pytest.mark.parametrize("how", HANGS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_program_whose_loop_hangs_ends_in_time(how: str, number: signal.Signals) -> None:
    with hanging(how) as program:
        began = time.monotonic()
        program.send_signal(number)
        assert program.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - began < HANG_SECONDS / 2


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once_though_its_loop_hangs() -> None:
    with hanging(HANGS[0]) as program:
        program.send_signal(signal.SIGTERM)
        while program.poll() is None:  # two that come as one are one
            time.sleep(0.1)
            program.send_signal(signal.SIGTERM)
        assert program.returncode == 1, "at the end of its time it would be 0"


def no_thread_is_left(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


async def test_a_signal_is_followed_where_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(signals, "SHUTDOWN_SECONDS", 0.01)
    monkeypatch.setattr(os, "_exit", lambda code: ended.set())
    stop, deadline = asyncio.Event(), signals.ShutdownDeadline()
    service = cast(Service, SimpleNamespace(owed=lambda: []))
    orders = signals._Orders(asyncio.get_running_loop(), stop, asyncio.Event(), deadline, service)
    monkeypatch.setattr(threading.Thread, "start", no_thread_is_left)
    orders.follow(signal.SIGTERM)
    await asyncio.wait_for(stop.wait(), PATIENCE_SECONDS)
    assert ended.wait(PATIENCE_SECONDS)


def test_who_fails_to_start_the_deadline_has_told_the_program_to_end() -> None:
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    deadline = cast(signals.ShutdownDeadline, SimpleNamespace())  # it has no start
    service = cast(Service, SimpleNamespace(owed=lambda: []))
    orders = signals._Orders(loop, stop, asyncio.Event(), deadline, service)
    with pytest.raises(AttributeError):
        orders.follow(signal.SIGTERM)
    loop.run_until_complete(asyncio.wait_for(stop.wait(), PATIENCE_SECONDS))
    loop.close()


class HeldLog(logging.Handler):
    """A log whose pipe is full until the test says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.free.wait(PATIENCE_SECONDS)
        self.told.append(record.getMessage())


def test_the_end_waits_for_no_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, held = threading.Event(), HeldLog()
    monkeypatch.setattr(signals, "SHUTDOWN_SECONDS", 0.01)
    monkeypatch.setattr(signals, "GIVING_BACK_SECONDS", 0.05)
    monkeypatch.setattr(signals, "_TELLING_SECONDS", 0.05)
    monkeypatch.setattr(os, "_exit", lambda code: ended.set())
    signals.log.addHandler(held)
    try:
        signals.ShutdownDeadline().start(lambda: ["a token"])
        assert ended.wait(PATIENCE_SECONDS)
        assert held.told == []
    finally:
        held.free.set()
        signals.log.removeHandler(held)


def test_what_is_left_behind_is_told_before_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told_at_the_end: list[str] = []
    ended = threading.Event()

    def end(code: int) -> None:
        told_at_the_end.extend(caplog.messages)
        ended.set()

    monkeypatch.setattr(signals, "SHUTDOWN_SECONDS", 0.01)
    monkeypatch.setattr(signals, "GIVING_BACK_SECONDS", 0.05)
    monkeypatch.setattr(os, "_exit", end)
    signals.ShutdownDeadline().start(lambda: ["a token"])
    assert ended.wait(PATIENCE_SECONDS)
    assert "1 left behind: a token" in told_at_the_end


def test_what_ended_by_itself_leaves_no_thread() -> None:
    deadline = signals.ShutdownDeadline()
    (watching,) = [thread for thread in threading.enumerate() if thread.name == "deadline"]
    deadline.cancel()
    watching.join(PATIENCE_SECONDS)
    assert not watching.is_alive()


def test_each_signal_is_heard_and_what_was_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGHUP)
    heard: list[int] = []
    with SignalThread((signal.SIGHUP,), heard.append):
        for expected in (1, 2):
            os.kill(os.getpid(), signal.SIGHUP)
            until = time.monotonic() + PATIENCE_SECONDS
            while len(heard) < expected and time.monotonic() < until:
                time.sleep(0.01)
    assert heard == [signal.SIGHUP] * 2
    assert signal.getsignal(signal.SIGHUP) == before


async def answer() -> int:
    return 7


def test_what_runs_once_gives_back_what_it_made_though_it_is_told_to_end() -> None:
    told: list[str] = []
    with pytest.raises(SystemExit) as ended:
        run_once(give_back(told))
    assert ended.value.code == 143, "as of any program that SIGTERM ends"
    assert told == ["given back"]
    assert run_once(answer()) == 7
