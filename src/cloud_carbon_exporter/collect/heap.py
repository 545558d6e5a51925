"""Garbage collection of a large estate: short pauses, and what lives long is set aside.

A full collection walks every object that is alive: at 100,000 resources nearly a second, in which
nothing is answered. But an estate lives from refresh to refresh and holds no cycles. So what is
there after the first Snapshot is set aside (`gc.freeze`), and full collections, which then walk
only what has come since, are made seldom. Each object is walked once when young and once after;
that in small lots, as a lot is a pause (interpreter.py).
"""

from __future__ import annotations

import gc

# An estate this much larger than when it was set aside is set aside again.
GROWTH = 1.2

# Snapshots between two full collections.
SELDOM = 12


class Heap:
    """Keeps collections short; told after each Snapshot how many rows it holds."""

    def __init__(self) -> None:
        self._set_aside = 0
        self._since = 0

    def settle(self, rows: int) -> None:
        """Set a grown estate aside; else, now and then, collect what is new."""
        if rows > self._set_aside * GROWTH:
            self._set_aside, self._since = rows, 0
            gc.freeze()
            return
        self._since += 1
        if self._since >= SELDOM:
            self._since = 0
            gc.collect()


def leave() -> None:
    """Before the program ends: a large estate need not be walked once more to be given back."""
    gc.freeze()
