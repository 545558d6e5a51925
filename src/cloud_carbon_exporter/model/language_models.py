"""Language models by name: how large one is, and the energy of each kind of its tokens.

A maker's name is read as words, each matched whole: "minimax" is no "mini". What a cloud tells of
tokens is one signal a kind, and `components` says what of each is drawn; whoever serves models by
the token (Bedrock, Vertex AI, Generative APIs) describes them by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.types import Component, Signal

TOKENS: Mapping[Signal, str] = MappingProxyType(
    {
        "input_tokens": "input",
        "output_tokens": "output",
        "cache_read_tokens": "cache_read",
        "cache_write_tokens": "cache_write",
    }
)
"""Signal -> the kind of token it counts: read anew, written, read from a cache, put into one."""

UNKNOWN = "unknown"
LARGEST = "large"
SIZES = ("tiny", "small", "medium")
"""Sizes that have an upper end; what is above all of them is LARGEST."""

# "0.6b" is one word, and so is "8x7b"; other dots, dashes and slashes stand between words.
_WORD = re.compile(r"\d+\.\d+[a-z]+|[a-z0-9]+")
_BILLIONS = re.compile(r"(?:(\d+)x)?(\d+(?:\.\d+)?)b")


class LanguageModel(NamedTuple):
    """Model as its name tells. size: of SIZES, LARGEST or UNKNOWN. makes: tokens or images.

    published: whether somebody says how many parameters it has.
    """

    size: str
    makes: str = "tokens"
    published: bool = False

    @property
    def unsure(self) -> str:
        """Why its energy is a guess."""
        if self.published:
            return "the machines that serve this model are not told"
        return "the size of this model is not published"


class _Row(NamedTuple):
    """Row of the table. words: all to be in the name. billions: None: what the name says."""

    words: frozenset[str]
    billions: float | None
    makes: str
    published: bool


def words_of(name: str) -> frozenset[str]:
    """Words of a model's name, in lower case."""
    return frozenset(_WORD.findall(name.lower()))


@cache
def _table() -> tuple[_Row, ...]:
    return tuple(_row(row) for row in facts.rows("language_models"))


def _row(row: facts.Row) -> _Row:
    billions = float(row["billions"]) if row["billions"] else None
    return _Row(words_of(row["words"]), billions, row["makes"], row["published"] == "yes")


def _said(words: frozenset[str]) -> float | None:
    """Billions of parameters that a name says; the most, where it says several."""
    said: list[float] = []
    for word in words:
        number = _BILLIONS.fullmatch(word)
        if number:
            said.append(float(number[2]) * int(number[1] or 1))
    return max(said, default=None)


@lru_cache(maxsize=4096)
def language_model(name: str) -> LanguageModel:
    """Model of a name: by the first row of the table that fits; UNKNOWN where none does."""
    words = words_of(name)
    for row in _table():
        if not row.words <= words:
            continue
        if row.makes != "tokens":
            return LanguageModel(UNKNOWN, row.makes)
        billions = _said(words) if row.billions is None else row.billions
        if billions is not None:
            return LanguageModel(_size(billions), published=row.published)
    return LanguageModel(UNKNOWN)


def _size(billions: float) -> str:
    for size in SIZES:
        if billions <= figure(f"language_model.{size}.most_billions").value:
            return size
    return LARGEST


def components(name: str, signals: Collection[Signal] = TOKENS) -> tuple[Component, ...]:
    """What a model draws: so much for each token of each kind, or for each image it makes.

    signals: of TOKENS, those that are told of it.
    """
    model = language_model(name)
    if model.makes == "images":
        return (Component("requests", "image", 1, per="images", assumed=model.unsure),)
    drawn: list[Component] = []
    for signal in signals:
        part = f"token/{model.size}/{TOKENS[signal]}"
        drawn.append(Component("requests", part, 1, per=signal, assumed=model.unsure))
    return tuple(drawn)
