"""Endings of series: those a receiver was sent before, and is not sent any more.

A scrape ends a series by leaving it out. Nobody who is pushed to knows whether what is left out
comes late or has gone: Prometheus shows it for five minutes more, and sums it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from cloud_carbon_exporter.exposition import Exposition
from cloud_carbon_exporter.push.samples import Sample, lines, sample


def ended(before: Exposition, after: Exposition | None) -> Iterator[Sample]:
    """Series of one rendering that the next lacks, without a value; all where there is no next."""
    if after is before:
        return
    # Both are read once and side by side, a family at a time: no more of them is in memory.
    following = _families(after.text.plain() if after else ())
    ahead: dict[str, list[str]] = {}
    for name, series in _families(before.text.plain()):
        now = _family(name, following, ahead)
        for text in series:
            if text not in now:
                yield sample(text, None)


def _family(
    name: str, following: Iterator[tuple[str, list[str]]], ahead: dict[str, list[str]]
) -> set[str]:
    """Series of a family. ahead: families read on the way to another, kept until asked for."""
    if name not in ahead:
        for other, series in following:
            ahead[other] = series
            if other == name:
                break
    return set(ahead.pop(name, ()))


def _families(text: Iterable[bytes]) -> Iterator[tuple[str, list[str]]]:
    """Families in the order of the text, each with its series as they are written there."""
    series = (line.rpartition(" ")[0] for line in lines(text))
    for name, members in groupby(series, lambda text: text.partition("{")[0]):
        yield name, list(members)
