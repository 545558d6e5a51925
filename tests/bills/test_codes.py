"""Codes of shapes: rows summed by them are the rows summed one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.codes import coded
from cloud_carbon_exporter.bills.engine import engine, hashed, table_of
from cloud_carbon_exporter.bills.exports import export_of
from cloud_carbon_exporter.bills.history import Asked, history
from tests.bills.told import CUR, FOCUS, GOOGLE

pytestmark = pytest.mark.slow

BILLS = pytest.mark.parametrize(
    ("bill", "form"), [(FOCUS, "csv"), (CUR, "csv"), (GOOGLE, "json")], ids=["focus", "cur", "gcp"]
)
BY = ("month", "account", "region", "kind", "tag:team")


@BILLS
@pytest.mark.parametrize("since", ["", "2026-02-02"])
def test_sums_by_codes_are_those_of_the_rows(bill: Path, form: str, since: str) -> None:
    with history(Asked(str(bill), BY, since=since)) as of:
        alone = of.connection.create_table("alone", query.used(of.rows, of.shapes, of.by))
        ours = of.connection.table("cloud_carbon_used")
        keys = [*of.by.columns, "currency", "shape_id"]
        there = alone.order_by(keys).to_pyarrow().to_pylist()
        here = ours.order_by(keys).to_pyarrow().to_pylist()
    assert len(here) == len(there)
    for one, other in zip(here, there, strict=True):
        for name, value in other.items():
            wanted = pytest.approx(value) if isinstance(value, float) else value
            assert one[name] == wanted, name


@BILLS
def test_a_shape_follows_from_no_amount_no_time_and_no_resource(bill: Path, form: str) -> None:
    """What differs in each row would make as many shapes as there are rows."""
    with engine() as connection:
        table = table_of(connection, form, [str(bill)])
        export = export_of(table, "auto")
        seen = coded(export.prepared(table), export, (), False, hashed).seen
    told = {name.lower().replace(".", "_") for name in seen.columns}
    assert told & {"consumedunit", "pricing_unit", "usage_unit"}
    for word in ("quantity", "amount", "billedcost", "resource", "period", "parent"):
        assert not [name for name in told if word in name], word
