"""OpenMetrics text of a bill's history, with timestamps, for blocks of a Prometheus.

    promtool tsdb create-blocks-from openmetrics history.om data/

Sums run from the beginning of the bill: energy and emissions are counters, so that increase() tells
a month; cost, which credits take back, is a gauge. A sample stands at the end of its time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.engine import records
from cloud_carbon_exporter.bills.history import History
from cloud_carbon_exporter.bills.shapes import ESTIMATED
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR

_LABELS = {
    "provider": "cloud_provider",
    "account": "cloud_account_id",
    "region": "cloud_region",
    "service": "service",
    "kind": "kind",
}
_DAYS_PAST_ANY_MONTH = 32
_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")


class BillFamily(NamedTuple):
    """Family of a bill, from one column of its sums, times a factor."""

    name: str
    type: str
    unit: str
    help: str
    column: str
    factor: float = 1

    @property
    def sample_name(self) -> str:
        """Name of its samples: OpenMetrics ends those of counters in _total."""
        return f"{self.name}_total" if self.type == "counter" else self.name


FAMILIES = (
    BillFamily(
        "cloud_carbon_history_energy_joules",
        "counter",
        "joules",
        "Energy of what was billed, PUE included.",
        "energy",
        JOULES_PER_KILOWATT_HOUR,
    ),
    BillFamily(
        "cloud_carbon_history_operational_emissions_grams",
        "counter",
        "grams",
        "CO2eq of that energy.",
        "operational",
    ),
    BillFamily(
        "cloud_carbon_history_embodied_emissions_grams",
        "counter",
        "grams",
        "CO2eq of manufacture, spread over its lifetime.",
        "embodied",
    ),
    BillFamily(
        "cloud_carbon_history_water_liters",
        "counter",
        "liters",
        "Water that cooling on site and power stations took for that energy.",
        "water",
    ),
    BillFamily(
        "cloud_carbon_history_cost",
        "gauge",
        "",
        "Cost of what was billed, in its currency, by what became of it.",
        "cost",
    ),
)


def time_of(by: query.By) -> str:
    """Length of time rows are summed by. Raises BadBill where there is none, or more than one."""
    times = [name for name in by.names if name in query.TIMES]
    if len(times) != 1:
        raise BadBill("OpenMetrics needs one of month, day and hour in -by")
    return times[0]


def lines_of(of: History) -> Iterator[str]:
    """Lines of the text, family by family, each series in the order of time."""
    time = time_of(of.by)
    for family in FAMILIES:
        yield f"# TYPE {family.name} {family.type}\n"
        if family.unit:
            yield f"# UNIT {family.name} {family.unit}\n"
        yield f"# HELP {family.name} {family.help}\n"
        yield from _samples(of, family, time)
    yield "# EOF\n"


def _samples(of: History, family: BillFamily, time: str) -> Iterator[str]:
    """Samples of one family: a 0 where each series begins, then its running sum."""
    labels = [name for name in of.by.columns if name != time]
    keys = [*labels, *(("state", "currency") if family.column == "cost" else ())]
    told = of.sums.filter(of.sums[time].notnull())
    if family.column != "cost":
        told = told.filter(told.state == ESTIMATED)
    grouped = told.group_by([*keys, time]).agg(value=told[family.column].sum())
    names = dict(zip(of.by.columns, of.by.names, strict=True))
    series, running, shown = "", 0.0, 0.0
    for record in records(of.connection, grouped.order_by([*keys, time])):
        this = f"{family.sample_name}{_label_text(record, keys, names)}"
        if this != series:
            series, running, shown = this, 0.0, 0.0
            yield f"{series} 0 {_seconds(record[time])}\n"
        running += record["value"] * family.factor
        # A correction may take back more than its time had: a counter waits, and never falls.
        shown = max(shown, running) if family.type == "counter" else running
        yield f"{series} {shown!r} {_seconds(_end(record[time], time))}\n"


def _label_text(record: Mapping[str, object], keys: list[str], names: Mapping[str, str]) -> str:
    pairs: list[str] = []
    for key in keys:
        value = str(record[key] or "")
        if value:
            name = names.get(key, key)
            label = _LABELS.get(name, query.key_name(name))
            pairs.append(f'{_inert(label)}="{_escaped(value)}"')
    return "{" + ",".join(pairs) + "}"


def _inert(label: str) -> str:
    return "".join(
        char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in label
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _end(start: datetime, time: str) -> datetime:
    if time == "hour":
        return start + timedelta(hours=1)
    if time == "day":
        return start + timedelta(days=1)
    return (start + timedelta(days=_DAYS_PAST_ANY_MONTH)).replace(day=1)


def _seconds(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp())
