"""Idle hardware: machines that are reserved or kept warm, and that nothing uses."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.model.types import Component


def idle(parts: Iterable[Component], count: float = 1, doubt: str = "") -> tuple[Component, ...]:
    """Machines held and not used, so many of them, at rest. doubt: why so many is a guess.

    Of a burstable machine no more is held than the share that is always its own.
    """
    resting: list[Component] = []
    for part in parts:
        doubts = "; ".join(filter(None, (part.assumed, doubt)))
        amount = part.amount * part.share * count
        resting.append(Component(part.kind, part.part, amount, assumed=doubts))
    return tuple(resting)
