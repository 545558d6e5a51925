"""Rows of what is compared with providers' reports: our months by service, and their reports.

["own", provider, account, region, service, method, start, operational grams, embodied grams]
["report", provider, account, source, start, end, version of its model, restated, [1 row, ...]]
1 row: [region, service, method, grams, litres, operational grams, embodied grams], null: not told
restated: how often that month's figures were changed after they were first seen
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.model.months import ServiceMonth
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.storage.rows import Row


@dataclass(frozen=True, slots=True)
class SavedReport:
    """Report of a provider on one month of an account. rows: one at least, all of that month."""

    rows: tuple[ReportedEmissions, ...]
    restated: int = 0

    def row(self) -> Row:
        """As the file has it."""
        one = self.rows[0]
        of_month = (one.start, one.end, one.model_version, self.restated)
        figures = [_figures(row) for row in self.rows]
        return ["report", one.provider, one.account_id, one.source, *of_month, figures]


def own_row(month: ServiceMonth) -> Row:
    """Row of our own month, as the file has it."""
    return ["own", *month]


def read_comparison(rows: Iterable[Row]) -> Iterator[ServiceMonth | SavedReport]:
    """What the rows of an earlier process say. Raises ValueError or TypeError for anything else."""
    for name, *values in rows:
        if name == "own":
            *at, start, operational, embodied = values
            provider, account_id, region, service, method = map(str, at)
            grams = float(operational), float(embodied)
            yield ServiceMonth(provider, account_id, region, service, method, float(start), *grams)
        elif name == "report":
            yield _report(values)
        else:
            raise ValueError(f"a row {name!r}")


def _figures(row: ReportedEmissions) -> list[Any]:
    grams = (row.grams, row.water_liters, row.operational_grams, row.embodied_grams)
    return [row.region, row.service, row.method, *grams]


def _report(values: Sequence[Any]) -> SavedReport:
    provider, account_id, source, start, end, version, restated, figures = values
    rows: list[ReportedEmissions] = []
    for region, service, method, grams, liters, operational, embodied in figures:
        rows.append(
            ReportedEmissions(
                str(provider),
                str(account_id),
                str(region),
                str(service),
                str(method),
                str(source),
                float(start),
                float(end),
                float(grams),
                _number(liters),
                _number(operational),
                _number(embodied),
                str(version),
            )
        )
    if not rows:
        raise ValueError("a report without rows")
    return SavedReport(tuple(rows), int(restated))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
