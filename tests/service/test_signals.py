"""Signals to what runs once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cloud_carbon_exporter.service.signal_thread import SignalThread
from cloud_carbon_exporter.service.signals import run_once


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
HANGS = ("time.sleep(60)", "while True: pass")


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
        assert program.wait(30) == 0
        assert time.monotonic() - began < 5


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once_though_its_loop_hangs() -> None:
    with hanging(HANGS[0]) as program:
        program.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        began = time.monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 1
        assert time.monotonic() - began < 1


def test_each_signal_is_heard_and_what_was_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGHUP)
    heard: list[int] = []
    with SignalThread((signal.SIGHUP,), heard.append):
        for expected in (1, 2):
            os.kill(os.getpid(), signal.SIGHUP)
            until = time.monotonic() + 30
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
