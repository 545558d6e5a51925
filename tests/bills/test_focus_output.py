"""Rows of any export as FOCUS: in its format, and the same bill where they are read again."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from cloud_carbon_exporter.bills import written
from cloud_carbon_exporter.bills.history import Asked, history
from tests.bills.told import CUR, GOOGLE, told

pytestmark = pytest.mark.slow

# FOCUS, DateTimeFormat: ISO 8601 in UTC.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@pytest.mark.parametrize(
    ("bill", "provider"), [(CUR, "AWS"), (GOOGLE, "Google Cloud")], ids=["cur", "google"]
)
def test_rows_as_focus_are_the_same_bill(bill: Path, provider: str, tmp_path: Path) -> None:
    path = tmp_path / "focus.csv"
    with history(Asked(str(bill), ())) as of:
        written.write(written.focus_of(of), "csv", str(path))
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name in ("ChargePeriodStart", "ChargePeriodEnd"):
        assert all(MOMENT.fullmatch(row[name]) for row in rows)
    assert {row["ProviderName"] for row in rows} == {provider}
    assert [row["ServiceProviderName"] for row in rows] == [row["ProviderName"] for row in rows]
    again, before = told(path, "month"), told(bill, "month")
    assert again.sum_of("cost") == pytest.approx(before.sum_of("cost"))


def test_emissions_of_rows_as_focus_add_up_to_those_of_the_bill(tmp_path: Path) -> None:
    path = tmp_path / "focus.csv"
    with history(Asked(str(CUR), ())) as of:
        written.write(written.focus_of(of), "csv", str(path))
    assert told(path, "month").sum_of("emissions_grams") == pytest.approx(
        told(CUR, "month").sum_of("emissions_grams")
    )
