"""From the rendered text back to samples: pushed is what a scrape would have read, without a second
rendering.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloud_carbon_exporter.exposition import FAMILIES, UPSTREAM, Family

Labels = tuple[tuple[str, str], ...]

_BY_NAME = {family.name: family for family in (*FAMILIES, *UPSTREAM)}
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"n": "\n"}  # a backslash and a quotation mark stand for themselves


@dataclass(frozen=True, slots=True)
class Sample:
    """One series and its value now. labels: in the order of the text, the name apart."""

    family: Family
    labels: Labels
    value: float


def samples(text: Iterable[bytes]) -> Iterator[Sample]:
    """Every sample of a rendered text of ours. text: its pieces, each of whole lines."""
    for piece in text:
        for line in piece.decode().split("\n"):
            if line.startswith("#") or not line:
                continue
            series, _, value = line.rpartition(" ")
            name, _, labels = series.partition("{")
            yield Sample(_BY_NAME[name], _labels(labels), float(value))


def _labels(text: str) -> Labels:
    found = _PAIR.findall(text)
    if "\\" in text:
        found = [
            (name, _ESCAPED.sub(lambda match: _MEANT.get(match[1], match[1]), value))
            for name, value in found
        ]
    return tuple(found)
