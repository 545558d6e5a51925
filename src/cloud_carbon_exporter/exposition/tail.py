"""Tail of an answer, made at the scrape: the process, and what the answer says of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from cloud_carbon_exporter.exposition.families.answer import ANSWER
from cloud_carbon_exporter.exposition.family import AnswerFigures, ConfigReload, Family, FromAnswer
from cloud_carbon_exporter.exposition.render import Exposition, Format, metadata
from cloud_carbon_exporter.exposition.selection import only, samples_in

_EOF = "# EOF\n"


def tail(
    exposition: Exposition,
    format_: Format,
    process: bytes,
    reload: ConfigReload | None = None,
    names: Collection[str] | None = None,
) -> bytes:
    """What follows the body of one answer.

    process: families of the process in that format, complete lines.
    reload: how reading the configuration again went; None where it is not read again.
    names: of the families that were asked for; None: all were.
    """
    # prometheus_client ends its own OpenMetrics answer; ours goes on
    process = process.removesuffix(_EOF.encode())
    end = _EOF if format_ == "openmetrics" else ""
    if names is not None:
        process = only(process.decode(), names).encode()
    samples_of_process = samples_in(process.decode())
    own = [family for family in ANSWER if names is None or family.name in names]
    own_series = len(list(_written(own, AnswerFigures(0, 0, reload), format_)))
    series = exposition.series + samples_of_process + own_series
    before = exposition.stream(format_).size + len(process)
    size = 0
    while True:  # the size counts its own digits, so it grows until it is right
        text = "".join(_written(own, AnswerFigures(series, size, reload), format_)) + end
        if before + len(text) == size:
            return process + text.encode()
        size = before + len(text)


def _written(families: Iterable[Family], figures: AnswerFigures, format_: Format) -> Iterator[str]:
    """Each family of the answer that has a number now, whole."""
    for family in families:
        if isinstance(family.source, FromAnswer):
            number = family.source.number(figures)
            if number is not None:
                yield f"{metadata(family, format_)}{family.name} {number!r}\n"
