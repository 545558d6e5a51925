"""Weaknesses of an estimate: a closed set of ids, beside the words that say it to people.

Words name what a cloud told ("unknown machine x9.large") and differ by resource. An id is one of a
few, so they can be counted, and a label does not change with the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cloud_carbon_exporter.model.types import SIGNALS, ComponentKind

_BY_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "unknown_machine_type",
        re.compile(
            r"unknown (?:machine|family|accelerated family|TPU family|provider|size of|node type"
            r"|shape)\b|vCPUs of\b"
        ),
    ),
    ("unknown_accelerator", re.compile(r"unknown (?:accelerator|gpu)\b|accelerators of\b")),
    (
        "unknown_processor",
        re.compile(r"unknown (?:processor|vcpu)\b|processor (?:of|and)\b|no power figure of\b"),
    ),
    (
        "unknown_storage_class",
        re.compile(
            r"unknown (?:ssd|hdd|block|object|file|snapshot|disk type|volume class)\b"
            r"|no volume type\b"
        ),
    ),
    ("unknown_state", re.compile(r"unknown state\b")),
    ("unknown_region", re.compile(r"unknown (?:region|zone)\b|on premises\b")),
    ("unknown_part", re.compile(r"unknown (?:memory|network|requests|fixed)\b")),
    ("assumed_node", re.compile(r"assumed node of\b")),
    ("assumed_watts", re.compile(r"assumed watts of\b")),
    ("assumed_manufacture", re.compile(r"assumed manufacture of\b")),
    ("assumed_region_figures", re.compile(r"assumed PUE of\b|weak figures of\b")),
)
"""What our own words begin with; whatever a cloud told stands behind them."""

_UNREAD = "no "

_BY_KIND: dict[ComponentKind, str] = {
    "vcpu": "assumed_hardware",
    "memory": "assumed_hardware",
    "gpu": "assumed_hardware",
    "ssd": "assumed_hardware",
    "hdd": "assumed_hardware",
    "block": "assumed_size",
    "object": "assumed_size",
    "file": "assumed_size",
    "snapshot": "assumed_size",
    "network": "assumed_figure",
    "requests": "assumed_figure",
    "fixed": "assumed_figure",
}
"""Of any other words: nobody tells the hardware, nor the bytes held, nor what a unit draws."""

WEAKNESSES: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *(weakness for weakness, _ in _BY_WORDS if weakness.startswith("unknown_")),
            *_BY_KIND.values(),
            *(weakness for weakness, _ in _BY_WORDS),
            *sorted(f"no_{signal}" for signal in SIGNALS),
        )
    )
)
"""All ids, the gravest first: what was guessed goes before a load that was not read."""

_RANKS = {weakness: rank for rank, weakness in enumerate(WEAKNESSES)}


@lru_cache(maxsize=4096)
def of_words(words: str, kind: ComponentKind = "fixed") -> str:
    """Gravest weakness that the words about a Component of this kind say; empty of none."""
    return gravest(_of_one(each, kind) for each in words.split("; ") if each)


def gravest(weaknesses: Iterable[str]) -> str:
    """The one of them that weighs most; empty where there is none."""
    return min(filter(None, weaknesses), key=_RANKS.__getitem__, default="")


def _of_one(words: str, kind: ComponentKind) -> str:
    if words.startswith(_UNREAD):
        signal = words[len(_UNREAD) :].partition(":")[0]
        if signal in SIGNALS:
            return f"no_{signal}"
    for weakness, beginning in _BY_WORDS:
        if beginning.match(words):
            return weakness
    return _BY_KIND[kind]
