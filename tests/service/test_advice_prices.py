"""Prices of advice in the running program: read once a change of the bill, or of the advice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.billed import Prices
from cloud_carbon_exporter.service import advice_prices
from cloud_carbon_exporter.service.advice_prices import keep_priced
from tests.exposition import estate

pytestmark = pytest.mark.slow


async def turns(number: int = 20) -> None:
    for _ in range(number):
        await asyncio.sleep(0.01)


async def test_a_bill_is_read_once_a_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bill, read = tmp_path / "bill.csv", list[str]()
    bill.write_text("x")

    def prices_of(path: str, advice: Sequence[Advice]) -> Prices:
        read.append(path)
        if len(read) == 2:
            raise ConfigError("-advice.bill: is broken")
        return Prices()

    monkeypatch.setattr(advice_prices, "prices_of", prices_of)
    monkeypatch.setattr(advice_prices, "EVERY_SECONDS", 0.01)
    book, collector = AdviceBook(), SimpleNamespace(snapshot=estate.EMPTY)
    shown: Any = collector
    keeping = asyncio.create_task(keep_priced(str(tmp_path), shown, book))
    await turns()
    assert not read, "nothing is advised yet"
    collector.snapshot = estate.SNAPSHOT
    while book.prices is None:
        await turns(1)
    await turns()
    assert len(read) == 1
    os.utime(bill, (1, 1))
    while len(read) < 2:
        await turns(1)
    await turns()
    assert len(read) == 2
    assert "is broken" in caplog.text
    assert book.prices is not None, "those before it stay"
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_without_a_bill_none_is_told() -> None:
    book = AdviceBook()
    book.prices = Prices()
    shown: Any = SimpleNamespace(snapshot=estate.SNAPSHOT)
    await keep_priced("", shown, book)
    assert book.prices is None
