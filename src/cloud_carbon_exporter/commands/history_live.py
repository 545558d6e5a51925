"""Hardware that was counted, for `history -compare live`: of a file, a Prometheus, a demo."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.commands.report import collect
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.config import period_flags as period
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.config.flags import HISTORY_FILE
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.counted import CountedHardware, counted_hardware
from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.prometheus_hardware import hardware_of_prometheus
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from cloud_carbon_exporter.history.reader import Reader, day_of
from cloud_carbon_exporter.history.reading import reading
from cloud_carbon_exporter.masking import masked
from cloud_carbon_exporter.push.sending import read_headers
from cloud_carbon_exporter.service.demo_past import past_of
from cloud_carbon_exporter.service.signals import run_once


class Span(NamedTuple):
    """Days that are asked for: [since, until)."""

    since: float
    until: float


class Live(NamedTuple):
    """What was counted, and from where that is known."""

    source: str
    hardware: CountedHardware


def live(options: Values, span: Span, *, demo: bool) -> Live:
    """What was counted. Raises ConfigError where nothing says it; CollectError, sqlite3.Error."""
    url, file = options[period.FROM_PROMETHEUS], options[HISTORY_FILE]
    if url:
        return _of_prometheus(options, url, span)
    if file:
        with reading(Path(file)) as reader:
            return Live(f"the history file {Path(file).name}", _read(reader, span))
    if demo:
        with _demo() as reader:
            return Live("a past made up for the demo", _read(reader, span))
    raise ConfigError(
        "-compare: live needs what was counted: -history.file, which serve keeps, or "
        "-from.prometheus"
    )


def _read(reader: Reader, span: Span) -> CountedHardware:
    until = min(span.until, time.time())
    return counted_hardware(reader.held(day_of(span.since), int(until)), span.since, until)


@contextmanager
def _demo() -> Iterator[Reader]:
    """The past of the made-up estate, which is made up as its page does."""
    settings = load(["report", "-demo.enabled", "-log.level=error"], {}).settings
    logs.configure(settings.log_level, settings.log_format)
    store = in_memory()
    store.fill(past_of(settings)(run_once(collect(settings))))
    yield store.reader


def _of_prometheus(options: Values, url: str, span: Span) -> Live:
    if not re.match(r"https?://", url):
        raise ConfigError("-from.prometheus: what is given is no URL of http or https")
    headers = read_headers(options[period.FROM_HEADERS_FILE], "query")
    selector = options[period.FROM_SELECTOR].strip("{} ")
    web = PrometheusWeb(url, headers)
    until = min(span.until, time.time())
    with asyncio.Runner() as runner:
        try:
            found = runner.run(hardware_of_prometheus(web.samples, selector, span.since, until))
        finally:
            runner.run(web.close())
    return Live(f"Prometheus at {masked(url)}", found)
