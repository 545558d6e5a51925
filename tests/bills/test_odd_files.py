"""Odd files of bills: what hands and other programs made of an export is read, or refused aloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_carbon_exporter.bills.bad_bill import BadBill
from tests.bills.test_exports import assert_same, rows_of, write
from tests.bills.told import CUR, GOOGLE, told

pytestmark = pytest.mark.slow


def cost_of(path: Path) -> float:
    return sum(total.cost for total in told(path).summary.totals)


def test_lines_that_do_not_fit_the_header_are_refused(tmp_path: Path) -> None:
    summed = tmp_path / "summed.csv"
    summed.write_text(CUR.read_text(encoding="utf-8") + "Total\n", encoding="utf-8")
    with pytest.raises(BadBill, match=r"do not fit the header of summed\.csv"):
        told(summed)


def test_one_such_file_among_others_loses_no_cost(tmp_path: Path) -> None:
    text = CUR.read_text(encoding="utf-8")
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    (tmp_path / "b.csv").write_text(text + "Total\n", encoding="utf-8")
    with pytest.raises(BadBill, match=r"b\.csv"):
        told(tmp_path)


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "bill.csv"
    empty.touch()
    with pytest.raises(BadBill, match="is empty"):
        told(empty)


@pytest.mark.parametrize("name", ["empty.csv", "empty.json", "empty.parquet"])
def test_an_empty_file_beside_a_bill_is_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "bill.csv").write_bytes(CUR.read_bytes())
    (tmp_path / name).touch()
    assert cost_of(tmp_path) == pytest.approx(cost_of(CUR))


def test_a_folder_of_empty_files_holds_no_bill(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(BadBill, match="is empty"):
        told(tmp_path)


@pytest.mark.parametrize("cost", ["1,234.56", "0,112", "$3.00"])
def test_a_cost_that_is_no_number_is_told(tmp_path: Path, cost: str) -> None:
    (row, *_) = rows_of(CUR)
    bill = write(tmp_path / "bill.csv", [{**row, "line_item_unblended_cost": cost}])
    (line,) = told(bill).summary.ledger
    assert (line.state, line.reason) == ("not understood", "a cost that is no number")


def google_csv(path: Path, written: Callable[[object], str]) -> Path:
    """Lines of JSON as pandas makes a CSV of them: structs apart, lists as text."""
    flat: list[dict[str, str]] = []
    for line in GOOGLE.read_text(encoding="utf-8").splitlines():
        row: dict[str, str] = {}
        for name, value in json.loads(line).items():
            for field, inner in value.items() if isinstance(value, dict) else ((None, value),):
                cell = written(inner) if isinstance(inner, list) else inner
                row[f"{name}.{field}" if field else name] = "" if cell is None else str(cell)
        flat.append(row)
    names = dict.fromkeys(name for row in flat for name in row)
    return write(path, [dict.fromkeys(names, "") | row for row in flat])


@pytest.mark.parametrize("written", [json.dumps, str])
def test_lists_that_a_csv_has_as_text_are_read(
    tmp_path: Path, written: Callable[[object], str]
) -> None:
    by = "month,tag:team"
    assert_same(told(google_csv(tmp_path / "bill.csv", written), by), told(GOOGLE, by))


def test_credits_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    bill = google_csv(tmp_path / "bill.csv", lambda _: "[{amount")
    reasons = {line.reason for line in told(bill).summary.ledger}
    assert "a cost that is no number" in reasons


def test_a_bill_is_of_the_time_of_its_usage(tmp_path: Path) -> None:
    (row, *_) = rows_of(CUR)
    fee = {"line_item_line_item_type": "Fee", "line_item_usage_end_date": "2029-01-01T00:00:00Z"}
    bill = write(tmp_path / "bill.csv", [row, {**row, **fee}])
    alone = write(tmp_path / "alone.csv", [row])
    of, expected = told(bill).summary, told(alone).summary
    assert (of.first, of.last) == (expected.first, expected.last)
    (fees,) = told(write(tmp_path / "fees.csv", [{**row, **fee}])).summary.totals
    assert fees.cost == pytest.approx(float(row["line_item_unblended_cost"]))
