"""History of a bill as it is written to files: groups as CSV or Parquet, rows as FOCUS."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

import ibis

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.exports import EXPORTS
from cloud_carbon_exporter.bills.history import History
from cloud_carbon_exporter.bills.rows import SHAPE, month_hours

_OURS = "cloud_carbon_"
_FIGURES = {
    "energy": "x_EnergyKilowattHours",
    "operational": "x_OperationalEmissionsGrams",
    "embodied": "x_EmbodiedEmissionsGrams",
    "water": "x_WaterLiters",
}
_PROVIDERS = (("aws", "AWS"), ("gcp", "Google Cloud"))
_FOCUS = {
    "start": "ChargePeriodStart",
    "end": "ChargePeriodEnd",
    "provider": "ProviderName",
    "account": "SubAccountId",
    "region": "RegionId",
    "service": "ServiceName",
    "usage": "SkuMeter",
    "resource": "ResourceId",
    "amount": "ConsumedQuantity",
    "unit": "ConsumedUnit",
    "cost": "BilledCost",
    "currency": "BillingCurrency",
}


def groups_of(of: History) -> ibis.Table:
    """Groups of a history, a row for each state of each."""
    return query.shown(of.sums, of.by)


def focus_of(of: History) -> ibis.Table:
    """Rows of a bill with what each draws and emits, as columns x_... of FOCUS.

    A bill in FOCUS keeps all its columns; of others the columns that FOCUS has for them are made.
    Raises BadBill where the rows are not here.
    """
    of.need_rows()
    if len(of.sources) == 1 and of.sources[0].export is EXPORTS["focus"]:
        return _with_figures(of, of.sources[0].kept)
    renamed = of.rows.select(
        **{name: _told(of.rows[ours]) for ours, name in _FOCUS.items()},
        ServiceProviderName=_told(of.rows.provider),
        ChargeCategory=of.rows.category.capitalize(),
        **{f"{_OURS}{ours}": of.rows[ours] for ours in (*SHAPE, "start", "amount")},
    )
    return _with_figures(of, renamed)


def _told(value: ibis.Value) -> ibis.Value:
    """Value as FOCUS writes it: a moment in UTC with its Z, no text where that is empty."""
    if value.type().is_timestamp():
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if not value.type().is_string():
        return value
    return value.cases(("", ibis.null("string")), *_PROVIDERS, else_=value)


def _with_figures(of: History, rows: ibis.Table) -> ibis.Table:
    """Rows beside their figures; the shape of each stands in columns of ours, which are dropped."""
    own = [name for name in rows.columns if not name.startswith(_OURS)]
    shapes = of.shapes.rename(lambda name: f"of_{name}")
    same = [rows[f"{_OURS}{name}"] == shapes[f"of_{name}"] for name in SHAPE]
    read = rows.join(shapes, same, how="left")
    figures = of.figures.rename(lambda name: f"unit_{name}")
    both = read.join(figures, read.of_figure_id == figures.unit_figure_id, how="left")
    hours = ibis.ifelse(both.of_monthly, month_hours(both[f"{_OURS}start"]), 1)
    units = both[f"{_OURS}amount"] * both.of_factor * hours
    figured = {name: units * both[f"unit_{quantity}"] for quantity, name in _FIGURES.items()}
    return both.select(
        *own,
        x_CarbonState=both.of_state,
        x_CarbonReason=both.of_reason,
        x_CarbonKind=both.of_kind,
        **figured,
    )


def write(table: ibis.Table, form: str, path: str) -> None:
    """Write a table to a file, as csv or parquet; the engine does it, row by row."""
    if form == "parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, header=True)


def write_to(table: ibis.Table, stream: BinaryIO) -> None:
    """Write a table as CSV to a stream."""
    with tempfile.TemporaryDirectory(prefix="cloud-carbon-bill-") as folder:
        file = Path(folder) / "table.csv"
        write(table, "csv", str(file))
        with file.open("rb") as written:
            shutil.copyfileobj(written, stream)
