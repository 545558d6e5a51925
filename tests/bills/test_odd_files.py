"""Odd files of bills: what hands and other programs made of an export is read, or refused aloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.bills.bad_bill import BadBill
from tests.bills.told import CUR, told

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
    with pytest.raises(BadBill, match="holds no file"):
        told(tmp_path)
