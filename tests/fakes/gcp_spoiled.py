"""Unsound answers of Google's APIs: nonsense for objects, odd numbers, old points, huge labels."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

Answer = dict[str, Any]
NONSENSE = [{"id": float("nan")}, 7, None, "x", {"name": 1e308, "resource": []}]
HUGE = "x" * 10_000_000


def moved_by(days: int, point: Answer) -> Answer:
    """The point as it was, or will be, so many days from when it says."""
    at = {
        key: datetime.fromisoformat(value) + timedelta(days=days)
        for key, value in point["interval"].items()
    }
    return {**point, "interval": {key: value.isoformat() for key, value in at.items()}}


def _nonsense(answer: Answer) -> None:
    for key, value in answer.items():
        if isinstance(value, list):
            answer[key] = NONSENSE


def _points(answer: Answer) -> Iterator[Answer]:
    return (point for series in answer.get("timeSeries", ()) for point in series["points"])


def _yesterday(answer: Answer) -> None:
    for series in answer.get("timeSeries", ()):
        series["points"] = [moved_by(-1, point) for point in series["points"]]


def _odd_numbers(answer: Answer) -> None:
    for rank, point in enumerate(_points(answer)):
        point["value"] = {"doubleValue": (float("nan"), 1e308, -1.0, "Infinity")[rank % 4]}


def _huge(answer: Answer) -> None:
    for asset in answer.get("assets", ())[:1]:
        asset["resource"]["data"]["labels"] = {"team": HUGE}


def _twice(answer: Answer) -> None:
    answer["timeSeries"] = answer.get("timeSeries", []) * 2


_SPOILS: dict[str, Callable[[Answer], None]] = {
    "nonsense": _nonsense,
    "yesterday": _yesterday,
    "odd numbers": _odd_numbers,
    "huge": _huge,
    "twice": _twice,
    "nothing": dict.clear,
}


def spoiled(how: str, answer: Answer) -> Answer:
    """The answer spoiled so, and the same where that is none of these ways."""
    if how not in _SPOILS:
        return answer
    answer = copy.deepcopy(answer)
    _SPOILS[how](answer)
    return answer
