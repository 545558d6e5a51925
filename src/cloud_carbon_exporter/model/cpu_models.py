"""Models of processors by their names, as kernels, clouds and tables of others spell them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts

_NOISE = re.compile(
    r"\([^)]*\)|[®™]|@.*$|\b[\d.]+ ?ghz\b|\b\w+-(?:core|bit)\b"
    r"|\bor equivalent\b|\bp-(?=\d)"
    r"|\b(?:amd|intel|ampere|annapurna|nvidia|platinum|gold|silver|bronze|processor|cpu|class|\d{1,3}c)\b",
    re.IGNORECASE,
)
_GENERATION = re.compile(r"\b(E\d-\w*?\d+L?)\s?v(\d)\b", re.IGNORECASE)
_SERIES = re.compile(r"\b(E[357]) (?=\d{4})", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9+]+(?:-[a-z0-9]+)*")
_LETTERS = re.compile(r"^(\d{4})(?:[lmcv]|cl)$")
_BRANDS = frozenset({"xeon", "epyc", "ryzen", "opteron"})


def canonical(processor: str) -> str:
    """Name of a CPU as the table of processors spells it.

    "Intel(R) Xeon(R) Platinum 8480+ @ 2.0GHz" is "Xeon 8480+".
    """
    name = " ".join(_NOISE.sub(" ", processor).strip(" ,").split()).replace("Altra Max ", "Altra ")
    return _GENERATION.sub(r"\1 v\2", _SERIES.sub(r"\1-", name))


@cache
def cpu_models() -> Mapping[str, facts.Row]:
    """Rows of CPU models by their name in lower case."""
    return {
        row["name"].lower(): row for row in facts.rows("processors") if row["kind"] == "cpu model"
    }


@lru_cache(maxsize=4096)
def cpu_model(processor: str) -> facts.Row:
    """Row of a CPU model, as anybody spells its name; empty where the table has none."""
    models, name = cpu_models(), canonical(processor).lower()
    exact = models.get(processor.lower()) or models.get(name)
    return exact or _by_words(name, _words) or _by_words(name, _words_but_letters)


def _by_words(name: str, words_of: Callable[[str], frozenset[str]]) -> facts.Row:
    """The model most of whose words stand in a longer name: "2nd Gen Xeon 8275CL of AWS"."""
    words = words_of(name)
    told = {word for word in words if word in _BRANDS or re.fullmatch(r"v\d", word)}
    models = _models_by_words(words_of)
    fits = [known for known in models if known.least <= words and told <= known.words]
    return max(fits, key=lambda known: len(known.least)).row if fits else {}


class _Words(NamedTuple):
    """Words of a model's name, and those a name must say at least to be of it.

    The brand need not be said where the rest can be no other's.
    """

    words: frozenset[str]
    least: frozenset[str]
    row: facts.Row


@cache
def _models_by_words(words_of: Callable[[str], frozenset[str]]) -> tuple[_Words, ...]:
    known = []
    for name, row in cpu_models().items():
        words = words_of(name)
        certain = re.search(r"\d[a-z]|[a-z]-?\d", name)
        known.append(_Words(words, words - _BRANDS if certain else words, row))
    return tuple(known)


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name))


def _words_but_letters(name: str) -> frozenset[str]:
    """Without the letters of a number that say who bought it, or how much memory it takes."""
    return frozenset(_LETTERS.sub(r"\1", word) for word in _words(name))
