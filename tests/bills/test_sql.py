"""SQL for other engines: it parses there, and what it sums is what DuckDB sums of the rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import ibis
import pytest
import sqlglot
from sqlglot import expressions

from cloud_carbon_exporter.bills import written
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.elsewhere import Where, sums
from cloud_carbon_exporter.bills.history import Asked, history_of_sums
from cloud_carbon_exporter.bills.sql import compiled, statement
from tests.bills.told import CUR, FOCUS, GOOGLE, Told, told

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "golden"
BY = ("month", "account", "kind", "tag:team")
DIALECTS = {"athena": "athena", "bigquery": "bigquery", "spark": "spark"}


class Case(NamedTuple):
    """An engine, and an export that stands where it reads."""

    engine: str
    bill: Path

    @property
    def golden(self) -> Path:
        return GOLDEN / f"history_{self.bill.stem}.{self.engine}.sql"


# AWS' exports are no tables of BigQuery, and Google's is none of Athena.
CASES = [
    Case("athena", FOCUS),
    Case("athena", CUR),
    Case("bigquery", FOCUS),
    Case("bigquery", GOOGLE),
    Case("spark", FOCUS),
    Case("spark", CUR),
    Case("spark", GOOGLE),
]


def name_of(case: Case) -> str:
    return f"{case.engine}-{case.bill.stem}"


def text_of(case: Case, by: tuple[str, ...] = BY) -> str:
    return statement(Asked(str(case.bill), by), case.engine)


def selects(text: str, engine: str) -> list[str]:
    parsed = sqlglot.parse(text, dialect=DIALECTS[engine])
    return [type(each).__name__ for each in parsed]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_it_is_the_golden_one_and_parses_where_it_is_to_run(case: Case) -> None:
    text = text_of(case)
    assert text == case.golden.read_text(encoding="utf-8")
    assert selects(text, case.engine) == ["Select"]
    assert "Nothing was run" in text.partition("\n\n")[0]


def ledger_of(bill: Told) -> list[tuple[object, ...]]:
    return sorted(
        (line.state, line.reason, line.sku, line.kind, line.rows, round(line.cost, 6))
        for line in bill.summary.ledger
    )


def same(one: Told, other: Told) -> None:
    """The same groups, ledger and times, but for the order in which an engine adds up."""
    assert len(one.groups) == len(other.groups)
    for ours, theirs in zip(one.groups, other.groups, strict=True):
        for name, value in ours.items():
            numeric = isinstance(value, float)
            assert (pytest.approx(value, rel=1e-9) if numeric else value) == theirs[name], name
    assert ledger_of(one) == ledger_of(other)
    assert (one.summary.first, one.summary.last) == (other.summary.first, other.summary.last)


def summed(bill: Path, answer: Path) -> Path:
    """What Athena's statement sums of a bill, translated by sqlglot and run by DuckDB."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE bill AS SELECT * FROM read_csv(?, all_varchar=true, nullstr=['', 'NULL'])",
        [str(bill)],
    )
    (there,) = sqlglot.transpile(text_of(Case("athena", bill)), read="athena", write="duckdb")
    connection.execute(f"COPY ({there}) TO '{answer}' (FORMAT {answer.suffix[1:]})")
    return answer


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("bill", [FOCUS, CUR], ids=["focus", "cur"])
def test_the_sums_of_athena_are_those_of_the_rows(bill: Path, form: str, tmp_path: Path) -> None:
    """Its answer is read as a bill is, in whatever form it was saved."""
    answer = summed(bill, tmp_path / f"sums.{form}")
    same(told(answer, ",".join(BY)), told(bill, ",".join(BY)))


def test_sums_are_read_by_the_keys_they_were_made_by(tmp_path: Path) -> None:
    answer = summed(CUR, tmp_path / "sums.csv")
    assert told(answer, "service").sum_of("cost") == pytest.approx(told(CUR, "").sum_of("cost"))
    with pytest.raises(BadBill, match="was not summed by day, tag_owner"):
        told(answer, "day,tag:owner")


Tried = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    """Spark on this machine: runs a statement over a file, and writes its rows to another."""
    reason = "scripts/setup --spark brings PySpark, which needs Java 17 or newer"
    pyspark = pytest.importorskip("pyspark.sql", reason=reason)
    from tests.bills.spark import answers

    with answers(pyspark.SparkSession, tmp_path_factory.mktemp("spark")) as run:
        yield run


# py4j leaves the sockets of its threads to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("bill", [FOCUS, CUR, GOOGLE], ids=["focus", "cur", "google"])
def test_the_sums_of_spark_are_those_of_the_rows(spark: Tried, bill: Path) -> None:
    answer = spark(text_of(Case("spark", bill)), str(bill))
    same(told(answer, ",".join(BY)), told(bill, ",".join(BY)))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_table_of_spark_is_summed_where_it_is(spark: Tried) -> None:
    spark("SELECT 1 AS one", str(CUR))
    asked = Asked("", ("kind",))
    summed = sums(asked, Where("spark", ("global_temp", "bill"), 0))
    with history_of_sums(asked, summed.rows, summed.told) as of:
        there = written.groups_of(of).to_pyarrow().to_pylist()
    ours = told(CUR, "kind").groups
    assert [row["cost"] for row in there] == pytest.approx([row["cost"] for row in ours])
    with pytest.raises(BadBill, match="cannot be read by Spark"):
        sums(asked, Where("spark", ("nothing`; DROP TABLE bill",), 0))


ODD = [
    "a'); DROP TABLE bill; --",
    'a"; DROP TABLE bill; --',
    "a`; DROP TABLE bill; --",
    "a\\'; DROP TABLE bill; --",
    "a\n; DROP TABLE bill; --",
    "a*/; DROP TABLE bill; /*",
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("engine", DIALECTS)
def test_what_is_asked_stays_text(engine: str, odd: str) -> None:
    """A tag is a literal, and an alias where it names a column."""
    text = text_of(Case(engine, FOCUS), (f"tag:{odd}",))
    assert selects(text, engine) == ["Select"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("engine", DIALECTS)
def test_the_name_of_a_table_stays_a_name(engine: str, odd: str) -> None:
    asked = Asked("", ("month",), since="2026-01-01")
    with FOCUS.open(encoding="utf-8") as file:
        columns = next(csv.reader(file))
    schema = ibis.schema(dict.fromkeys(columns, "string"))
    text = compiled(schema, ("shop", odd), asked, engine)
    assert selects(text, engine) == ["Select"]
    parsed = sqlglot.parse_one(text, dialect=DIALECTS[engine])
    assert {(table.db, table.name) for table in parsed.find_all(expressions.Table)} == {
        ("shop", odd)
    }


def main() -> None:
    """Write the golden statements anew."""
    for case in CASES:
        case.golden.write_text(text_of(case), encoding="utf-8")


if __name__ == "__main__":
    main()
