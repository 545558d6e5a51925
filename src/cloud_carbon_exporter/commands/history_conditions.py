"""Conditions of a bill for `history`: CPU loads from a Prometheus, the grid's hours from tables."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cloud_carbon_exporter.bills.conditions import (
    BillFrame,
    Conditions,
    ConditionsOf,
    DayLoad,
    HourGrid,
)
from cloud_carbon_exporter.config import history_flags as flags
from cloud_carbon_exporter.config import period_flags as period
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.config.grid_flags import GRID_METHOD, GRID_SOURCE
from cloud_carbon_exporter.errors import CollectError, ConfigError
from cloud_carbon_exporter.grid.past import Hours, past_hours
from cloud_carbon_exporter.history.prometheus_loads import TooManyLoads, loads_of_prometheus
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.push.sending import read_headers

_PREFIX = "prometheus="
_HOURLY: tuple[Method, ...] = ("location", "direct")
"""Methods that tables of hours are of."""


def conditions_of(options: Values) -> ConditionsOf | None:
    """What tells the conditions of a bill; None where the usual and the annual are all.

    Raises ConfigError for a source that has no past here.
    """
    url, tables = _prometheus(options), _tables(options)
    if not url and not tables:
        return None

    def told(of: BillFrame) -> Conditions:
        loads = tuple(_loads(options, url, of)) if url else ()
        grid = tuple(_grid(options[GRID_METHOD], tables, of)) if tables else ()
        return Conditions(loads, grid)

    return told


def _prometheus(options: Values) -> str:
    asked = options[flags.UTILISATION]
    if asked == "default":
        return ""
    url = asked.removeprefix(_PREFIX)
    if url == asked or not url.startswith(("http://", "https://")):
        raise ConfigError("-utilisation: say default, or prometheus=URL of http or https")
    return url


def _tables(options: Values) -> Sequence[Path]:
    tables: list[Path] = []
    for word in options[GRID_SOURCE]:
        name, _, argument = word.partition(":")
        if name == "facts":
            continue
        if name != "file" or "://" in argument:
            raise ConfigError(
                "-grid.source: of the past only facts and file:PATH are read, a table or a folder "
                "of tables"
            )
        tables.append(Path(argument))
    if tables and options[GRID_METHOD] not in _HOURLY:
        raise ConfigError(f"-grid.source: tables of hours are by {' or '.join(_HOURLY)}")
    return tables


def _loads(options: Values, url: str, of: BillFrame) -> Iterator[DayLoad]:
    headers = read_headers(options[period.FROM_HEADERS_FILE], "query")
    selector = options[period.FROM_SELECTOR].strip("{} ")
    web = PrometheusWeb(url, headers)
    with asyncio.Runner() as runner:
        try:
            read = runner.run(loads_of_prometheus(web.samples, selector, of.first, of.last))
        except TooManyLoads as error:
            raise ConfigError(f"-utilisation: the bill is of {error}") from None
        finally:
            runner.run(web.close())
    for provider, resource_id, day, ratio in read:
        yield DayLoad(provider, _last_part(resource_id), day, ratio)


def _last_part(resource_id: str) -> str:
    """Last part of an id, by which bills and metrics both know a machine: i-0abc, of an ARN too."""
    return resource_id.replace(":", "/").rpartition("/")[2].lower()


def _grid(method: Method, tables: Sequence[Path], of: BillFrame) -> Iterator[HourGrid]:
    """Hours of every place of the bill that the tables know; the first table that does counts."""
    known: dict[str, Mapping[int, float]] = {}
    for table in tables:
        try:
            told = past_hours(table, method, of.first, of.last)
        except CollectError as error:
            raise ConfigError(f"-grid.source: file:{table}: {error.message}") from None
        known = {**told, **known}
    for provider, region in of.places:
        annual = annual_of(facts.place(provider, region), method) if region else None
        if annual is None:
            continue
        mean = annual.grams_per_kilowatt_hour.value
        for hour, grams in _hours(known, provider, region).items():
            yield HourGrid(provider, region, hour, grams / mean)


def _hours(known: Hours, provider: str, region: str) -> Mapping[int, float]:
    """Hours of a place: by its own name, or of its grid zones together."""
    for name in (f"{provider}:{region}", region):
        if name in known:
            return known[name]
    zones = facts.grid_zones(provider, region)
    if not zones or any(zone not in known for zone in zones):
        return {}
    first, *others = zones
    blended: dict[int, float] = {}
    for hour in known[first]:
        if all(hour in known[zone] for zone in others):
            blended[hour] = sum(known[zone][hour] * weight for zone, weight in zones.items())
    return blended
