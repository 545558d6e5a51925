"""Signals to what runs once."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from cloud_carbon_exporter.service.signals import run_once


async def give_back(told: list[str]) -> None:
    """Work that SIGTERM comes upon, and what it gives back then."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(30)
    finally:
        await asyncio.sleep(0.01)
        told.append("given back")


async def answer() -> int:
    return 7


def test_what_runs_once_gives_back_what_it_made_though_it_is_told_to_end() -> None:
    told: list[str] = []
    with pytest.raises(SystemExit) as ended:
        run_once(give_back(told))
    assert ended.value.code == 143, "as of any program that SIGTERM ends"
    assert told == ["given back"]
    assert run_once(answer()) == 7
