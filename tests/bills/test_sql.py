"""SQL for other engines: it parses there, and run by DuckDB it sums as DuckDB's own does."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import sqlglot

from cloud_carbon_exporter.bills.history import Asked
from cloud_carbon_exporter.bills.sql import statements
from tests.bills.told import FOCUS, told

pytestmark = pytest.mark.slow

BY = ("month", "kind", "tag:team")
DIALECTS = {"athena": "athena", "bigquery": "bigquery", "spark": "spark"}


def text_of(engine: str, by: tuple[str, ...] = BY) -> str:
    return "".join(statements(Asked(str(FOCUS), by), engine))


@pytest.mark.parametrize("engine", DIALECTS)
def test_every_statement_parses_where_it_is_to_run(engine: str) -> None:
    parsed = sqlglot.parse(text_of(engine), dialect=DIALECTS[engine])
    assert [type(statement).__name__ for statement in parsed] == [
        "Select",
        "Create",
        "Create",
        "Create",
        "Select",
    ]


@pytest.mark.parametrize("engine", DIALECTS)
def test_it_says_that_nothing_was_run(engine: str) -> None:
    head = text_of(engine).partition("\n\n")[0]
    assert f"for {engine}. Nothing was run" in head


def test_the_statements_of_athena_sum_as_duckdb_does() -> None:
    """Translated back by sqlglot, and run over the sample: the same kWh, grams and cost."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE bill AS SELECT * FROM read_csv(?, all_varchar=true, nullstr=['', 'NULL'])",
        [str(FOCUS)],
    )
    *_, sums = [
        connection.execute(statement).fetchall()
        for statement in sqlglot.transpile(text_of("athena"), read="athena", write="duckdb")
    ]
    ours = [tuple(row.values()) for row in told(FOCUS, ",".join(BY)).groups]
    assert len(sums) == len(ours)
    for there, here in zip(sums, ours, strict=True):
        for one, other in zip(there, here, strict=True):
            assert one == (pytest.approx(other) if isinstance(other, float) else other)


def test_what_is_asked_stays_text(tmp_path: Path) -> None:
    odd = "a'); DROP TABLE bill; --"
    for engine, dialect in DIALECTS.items():
        parsed = sqlglot.parse(text_of(engine, (f"tag:{odd}",)), dialect=dialect)
        assert {type(statement).__name__ for statement in parsed} == {"Select", "Create"}
