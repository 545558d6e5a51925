"""A round of questions: begun once, waited for a little, ended when nobody wants it any more."""

from __future__ import annotations

import asyncio

import pytest

from cloud_carbon_exporter.http import round as rounds
from cloud_carbon_exporter.http.round import Round


class Slow:
    """Source that answers when told; counts how often it was asked, and how often let go of."""

    def __init__(self) -> None:
        self.asked = self.let_go = 0
        self.answer = asyncio.Event()

    async def ask(self) -> None:
        """All questions of a round."""
        self.asked += 1
        try:
            await self.answer.wait()
        except asyncio.CancelledError:
            self.let_go += 1
            raise


async def test_a_round_that_goes_on_is_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PATIENCE_SECONDS", 0.01)
    slow, asking = Slow(), Round(0.01)
    for _ in range(3):
        await asking.ask(slow.ask)
    assert slow.asked == 1
    slow.answer.set()
    await asking.ask(slow.ask)
    await asking.ask(slow.ask)
    assert slow.asked == 2
    await asking.close()
    assert slow.let_go == 0


async def test_the_first_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float | None] = []

    async def wait(tasks: object, timeout: float | None = None) -> None:
        waited.append(timeout)

    monkeypatch.setattr(asyncio, "wait", wait)
    asking = Round(7.0)
    for _ in range(3):
        await asking.ask(Slow().ask)
    await asking.close()
    assert waited == [7.0, rounds.PATIENCE_SECONDS, rounds.PATIENCE_SECONDS]


@pytest.mark.parametrize("end", ["give_up", "close"])
async def test_what_nobody_waits_for_any_more_is_ended(end: str) -> None:
    slow, asking = Slow(), Round(0.01)
    asking.give_up()
    await asking.ask(slow.ask)
    if end == "give_up":
        asking.give_up()
    await asking.close()
    assert slow.let_go == 1
