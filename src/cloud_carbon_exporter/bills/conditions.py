"""Conditions a row was used under: how hard a resource worked, and how clean the grid was.

Both become columns of a row that its shape is known by, in steps: an engine then joins a row with
the figures of its load and its hour, as it does with those of its kind. A row of an hour has the
grid of its hour and the load of its day, a longer one the mean of its day or month.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import ibis
import pyarrow as pa

from cloud_carbon_exporter.bills.rows import USAGE
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS

NO_LOAD = -1
NO_GRID = 10_000
COLUMNS = ("load", "grid")
"""Columns of rows whose conditions are known in part; NO_LOAD and NO_GRID where not."""

_LOAD_STEPS = 50
"""Steps of a load from 0 to 1: with 2 % no watt of a curve is off by more than 1 % of its reach."""
_GRID_STEP = 0.02
"""Step of the logarithm of a ratio of intensities: 1 % either way."""
_LEAST_RATIO = 0.01
_A_DAY_AND_AN_HOUR = DAY_SECONDS + HOUR_SECONDS

Place = tuple[str, str]
"""Provider and region, as a bill names them."""


class DayLoad(NamedTuple):
    """Mean CPU load of a resource on a day. name: the last part of its id, in lower case."""

    provider: str
    name: str
    day: int
    ratio: float


class HourGrid(NamedTuple):
    """Intensity of a place in an hour beside its annual figure."""

    provider: str
    region: str
    hour: int
    ratio: float


class BillFrame(NamedTuple):
    """What a bill is of: its time in seconds since 1970, and its places."""

    first: int
    last: int
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known of the time of a bill. Empty where nothing is."""

    loads: Sequence[DayLoad] = ()
    grid: Sequence[HourGrid] = ()


ConditionsOf = Callable[[BillFrame], Conditions]


def frame_of(rows: ibis.Table) -> BillFrame:
    """Frame of a bill's rows: the time of its usage, as what was bought may end in years."""
    used = rows.filter(rows.category == USAGE)
    times = used.agg(first=used.start.min(), last=ibis.coalesce(used.end, used.start).max())
    (span,) = times.to_pyarrow().to_pylist()
    places = rows.select("provider", "region").distinct().to_pyarrow().to_pylist()
    known = [(each["provider"], each["region"]) for each in places]
    if span["first"] is None:
        return BillFrame(0, 0, known)
    first, last = (span[name].replace(tzinfo=UTC).timestamp() for name in ("first", "last"))
    return BillFrame(int(first), math.ceil(last), known)


def load_of(step: int) -> float | None:
    """Load of a step; None where none is known."""
    return None if step == NO_LOAD else step / _LOAD_STEPS


def grid_ratio_of(step: int) -> float:
    """Ratio to the annual intensity of a step; 1 where none is known."""
    return 1.0 if step == NO_GRID else math.exp(step * _GRID_STEP)


def with_conditions(rows: ibis.Table, known: Conditions) -> ibis.Table:
    """Rows with columns of their conditions."""
    length = rows.end.epoch_seconds() - rows.start.epoch_seconds()
    longer = ibis.ifelse(ibis.coalesce(length, 0) <= _A_DAY_AND_AN_HOUR, "day", "month")
    grain = ibis.ifelse(ibis.coalesce(length, 0) <= HOUR_SECONDS, "hour", longer)
    timed = rows.mutate(
        load_grain=longer,
        load_at=_start_of(rows, longer),
        load_name=rows.resource.lower().re_extract(r"([^/:]+)$", 1),
        grid_grain=grain,
        grid_at=_start_of(rows, grain),
    )
    loads, grid = ibis.memtable(_load_table(known.loads)), ibis.memtable(_grid_table(known.grid))
    loaded = timed.join(
        loads,
        [
            timed.provider == loads.of_provider,
            timed.load_name == loads.of_name,
            timed.load_grain == loads.of_grain,
            timed.load_at == loads.of_at,
        ],
        how="left",
    ).select(*timed.columns, load=ibis.coalesce(loads.step, NO_LOAD))
    both = loaded.join(
        grid,
        [
            loaded.provider == grid.of_provider,
            loaded.region == grid.of_name,
            loaded.grid_grain == grid.of_grain,
            loaded.grid_at == grid.of_at,
        ],
        how="left",
    )
    known_both = both.select(*rows.columns, "load", grid=ibis.coalesce(grid.step, NO_GRID))
    return known_both.view()  # a join of a join would be flattened, and its columns lost


def _start_of(rows: ibis.Table, grain: ibis.Value) -> ibis.Value:
    return ibis.cases(
        (grain == "hour", rows.start.truncate("h")),
        (grain == "day", rows.start.truncate("D")),
        else_=rows.start.truncate("M"),
    ).epoch_seconds()


_TYPES = pa.schema(
    [
        ("of_provider", pa.string()),
        ("of_name", pa.string()),
        ("of_grain", pa.string()),
        ("of_at", pa.int64()),
        ("step", pa.int64()),
    ]
)
Keyed = Mapping[tuple[str, str, str, int], float]
"""Means by provider, name, grain and start."""


def _load_table(loads: Iterable[DayLoad]) -> pa.Table:
    means = _means((load, ("day", "month"), load.day) for load in loads)
    return _table(means, lambda ratio: round(min(max(ratio, 0.0), 1.0) * _LOAD_STEPS))


def _grid_table(grid: Iterable[HourGrid]) -> pa.Table:
    means = _means((hour, ("hour", "day", "month"), hour.hour) for hour in grid)
    return _table(means, lambda ratio: round(math.log(max(ratio, _LEAST_RATIO)) / _GRID_STEP))


def _means(told: Iterable[tuple[DayLoad | HourGrid, Sequence[str], int]]) -> Keyed:
    sums: defaultdict[tuple[str, str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (provider, name, _, ratio), grains, at in told:
        for grain in grains:
            of = sums[provider, name, grain, _STARTS[grain](at)]
            of[0] += ratio
            of[1] += 1
    return {key: total / count for key, (total, count) in sums.items()}


def _start_of_month(at: int) -> int:
    moment = datetime.fromtimestamp(at, UTC)
    return int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp())


_STARTS: Mapping[str, Callable[[int], int]] = {
    "hour": lambda at: at // HOUR_SECONDS * HOUR_SECONDS,
    "day": lambda at: at // DAY_SECONDS * DAY_SECONDS,
    "month": _start_of_month,
}


def _table(means: Keyed, step_of: Callable[[float], int]) -> pa.Table:
    def records() -> Iterator[dict[str, object]]:
        for key, ratio in means.items():
            yield dict(zip(_TYPES.names, (*key, step_of(ratio)), strict=True))

    return pa.Table.from_pylist(list(records()), _TYPES)
