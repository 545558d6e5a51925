"""Tail of an answer, made at the scrape: the process, and what the answer says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_carbon_exporter.exposition.families.answer import ANSWER
from cloud_carbon_exporter.exposition.family import AnswerFigures, ConfigReload, FromAnswer
from cloud_carbon_exporter.exposition.render import Exposition, Format, metadata

_EOF = "# EOF\n"


def tail(
    exposition: Exposition,
    format_: Format,
    process: bytes,
    reload: ConfigReload | None = None,
) -> bytes:
    """What follows the body of one answer.

    process: families of the process in that format, complete lines.
    reload: how reading the configuration again went; None where it is not read again.
    """
    # prometheus_client ends its own OpenMetrics answer; ours goes on
    process = process.removesuffix(_EOF.encode())
    end = _EOF if format_ == "openmetrics" else ""
    samples_of_process = sum(not line.startswith(b"#") for line in process.splitlines())
    own_series = len(list(_written(AnswerFigures(0, 0, reload), format_)))
    series = exposition.series + samples_of_process + own_series
    before = exposition.stream(format_).size + len(process)
    size = 0
    while True:  # the size counts its own digits, so it grows until it is right
        text = "".join(_written(AnswerFigures(series, size, reload), format_)) + end
        if before + len(text) == size:
            return process + text.encode()
        size = before + len(text)


def _written(figures: AnswerFigures, format_: Format) -> Iterator[str]:
    """Each family of the answer that has a number now, whole."""
    for family in ANSWER:
        if isinstance(family.source, FromAnswer):
            number = family.source.number(figures)
            if number is not None:
                yield f"{metadata(family, format_)}{family.name} {number!r}\n"
