"""Samples of the rendered text: pushed is what a scrape would have read, and rendered once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloud_carbon_exporter.exposition import FAMILIES, UPSTREAM, Family

Labels = tuple[tuple[str, str], ...]

_BY_NAME = {family.name: family for family in (*FAMILIES, *UPSTREAM)}
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
# A backslash and a quotation mark stand for themselves.
_MEANT = {"n": "\n"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One series and its value now; None: it has ended, which both protocols can say.

    labels: in the order of the text, the name apart.
    """

    family: Family
    labels: Labels
    value: float | None


def lines(text: Iterable[bytes]) -> Iterator[str]:
    """Every line of a sample in a rendered text of ours. text: in parts, each of whole lines."""
    for part in text:
        for line in part.decode().split("\n"):
            if line and not line.startswith("#"):
                yield line


def samples(text: Iterable[bytes]) -> Iterator[Sample]:
    """Every sample of a rendered text of ours. text: in parts, each of whole lines."""
    for line in lines(text):
        series, _, value = line.rpartition(" ")
        yield sample(series, float(value))


def sample(series: str, value: float | None) -> Sample:
    """Sample of a series as the text names it: `name{labels}`."""
    name, _, labels = series.partition("{")
    return Sample(_BY_NAME[name], _labels(labels), value)


def _labels(text: str) -> Labels:
    pairs = _PAIR.findall(text)
    if "\\" not in text:
        return tuple(pairs)
    return tuple((name, _ESCAPED.sub(_meant, value)) for name, value in pairs)


def _meant(escaped: re.Match[str]) -> str:
    """Character that an escape stands for."""
    return _MEANT.get(escaped[1], escaped[1])
