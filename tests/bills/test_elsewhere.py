"""Bills that stay where they are: Athena on moto, BigQuery as recorded, and what they may cost."""

from __future__ import annotations

import csv
import json
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest
import sqlglot
from botocore.session import Session

from cloud_carbon_exporter.bills import elsewhere, summary, written
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.elsewhere import Where, schema_of, sums, table_of
from cloud_carbon_exporter.bills.history import Asked, history_of_sums
from cloud_carbon_exporter.bills.sql import compiled
from cloud_carbon_exporter.providers.aws.client.athena import Athena
from cloud_carbon_exporter.providers.warehouse import Column
from tests.bills.google import Google
from tests.bills.told import CUR, FOCUS, told

pytestmark = pytest.mark.slow

BY = ("month", "kind", "tag:team")
ASKED = Asked("", BY)
ATHENA = Where("athena", ("shop", "cur"), 1.0, "primary", "s3://bills/answers")
BIGQUERY = Where("bigquery", ("shop-billing", "export", "focus"), 1.0)


def answer_over(bill: Path, statement: str, dialect: str) -> list[list[str | None]]:
    """What a statement answers over a bill, as text: DuckDB runs it, translated by sqlglot."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE bill AS SELECT * FROM read_csv(?, all_varchar=true, nullstr=['', 'NULL'])",
        [str(bill)],
    )
    tree = sqlglot.parse_one(statement, dialect=dialect)
    for table in tree.find_all(sqlglot.exp.Table):
        table.replace(sqlglot.exp.to_table("bill", alias=table.alias))
    cursor = connection.execute(tree.sql(dialect="duckdb"))
    names: list[str | None] = [told[0] for told in cursor.description or ()]
    return [names, *map(texts, cursor.fetchall())]


def texts(row: Sequence[object]) -> list[str | None]:
    return [None if cell is None else str(cell) for cell in row]


def columns_of(bill: Path) -> list[str]:
    with bill.open(encoding="utf-8") as file:
        return next(csv.reader(file))


def assert_is_bill(summed: elsewhere.Sums, bill: Path) -> None:
    """The groups of sums are those of the rows."""
    ours = told(bill, ",".join(BY)).groups
    with history_of_sums(ASKED, summed.rows, summed.told) as of:
        there = written.groups_of(of).to_pyarrow().to_pylist()
        assert summary.summary(of).absent == summed.told
        with pytest.raises(BadBill, match="its rows, which this needs, stayed"):
            written.focus_of(of)
    assert len(there) == len(ours)
    for one, other in zip(there, ours, strict=True):
        for name, value in one.items():
            assert (pytest.approx(value) if isinstance(value, float) else value) == other[name]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


Client = Callable[[str], Any]


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Client:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    def client(api: str) -> Any:
        return Session().create_client(api, region_name="us-east-1", endpoint_url=moto)

    return client


@pytest.fixture
def catalogue(aws: Client) -> Iterator[Any]:
    """A table of a bill of 4,000 bytes in the catalogue, partitioned by month."""
    aws("s3").create_bucket(Bucket="bills")
    aws("s3").put_object(Bucket="bills", Key="cur/a.parquet", Body=b"x" * 4000)
    glue = aws("glue")
    glue.create_database(DatabaseInput={"Name": "shop"})
    *columns, last = columns_of(CUR)
    described = {
        "Columns": [{"Name": name.lower(), "Type": "string"} for name in columns],
        "Location": "s3://bills/cur/",
    }
    keys = [{"Name": last.lower(), "Type": "string"}]
    glue.create_table(
        DatabaseName="shop",
        TableInput={"Name": "cur", "StorageDescriptor": described, "PartitionKeys": keys},
    )
    yield glue
    glue.delete_table(DatabaseName="shop", Name="cur")
    glue.delete_database(Name="shop")


def data_of(row: Sequence[str | None]) -> dict[str, Any]:
    """A row as Athena has it: a cell without a value is an empty one."""
    return {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]}


def fields_of(row: Sequence[str | None]) -> dict[str, Any]:
    """A row as BigQuery has it."""
    return {"f": [{"v": cell} for cell in row]}


def lay_answer(moto: str, rows: Sequence[Sequence[str | None]]) -> None:
    """Let moto's Athena answer the next query with these rows."""
    answer = {"rows": list(map(data_of, rows)), "column_info": []}
    body = json.dumps({"region": "us-east-1", "results": [answer]}).encode()
    request = urllib.request.Request(
        f"{moto}/moto-api/static/athena/query-results",
        body,
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()


def test_athena_sums_a_table(moto: str, aws: Client, catalogue: Any) -> None:
    schema = schema_of("athena", [Column(name.lower(), "string") for name in columns_of(CUR)])
    statement = compiled(schema, ATHENA.table, ASKED, "athena")
    lay_answer(moto, answer_over(CUR, statement, "athena"))
    summed = sums(ASKED, ATHENA)
    assert summed.told == ("athena reads 0.0 GB, for 0.00 USD at most by its list price",)
    assert_is_bill(summed, CUR)
    athena = aws("athena")
    (begun,) = athena.list_query_executions()["QueryExecutionIds"]
    ran = athena.get_query_execution(QueryExecutionId=begun)["QueryExecution"]
    assert ran["Query"] == statement
    assert ran["WorkGroup"] == "primary"
    assert ran["ResultConfiguration"]["OutputLocation"].startswith("s3://bills/answers")


def test_athena_is_not_asked_where_it_may_cost_more(aws: Client, catalogue: Any) -> None:
    before = len(aws("athena").list_query_executions()["QueryExecutionIds"])
    dear = r"0.00 USD at most by its list price: more than -engine\.most=0 allows"
    with pytest.raises(BadBill, match=dear):
        sums(ASKED, replace(ATHENA, most_dollars=0.0))
    assert len(aws("athena").list_query_executions()["QueryExecutionIds"]) == before


def test_a_table_that_is_not_there_is_told(aws: Client, catalogue: Any) -> None:
    with pytest.raises(BadBill, match=r"aws us-east-1 GetTable: .*EntityNotFound"):
        sums(ASKED, Where("athena", ("shop", "nothing"), 1.0, "primary"))


def test_athena_says_why_a_query_failed(
    moto: str, aws: Client, catalogue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = Athena._call

    async def call(asked: Athena, method: str, **parameters: Any) -> Any:
        answer = await stock(asked, method, **parameters)
        if method == "get_query_execution":
            status = {"State": "FAILED", "StateChangeReason": "COLUMN_NOT_FOUND: line 3"}
            answer["QueryExecution"]["Status"] = status
        return answer

    monkeypatch.setattr(Athena, "_call", call)
    with pytest.raises(BadBill, match="COLUMN_NOT_FOUND: line 3"):
        sums(ASKED, ATHENA)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Google]:
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    with Google().running() as fake:
        for name, value in fake.environment(tmp_path).items():
            monkeypatch.setenv(name, value)
        yield fake


FIELDS = [{"name": name, "type": "STRING", "mode": "NULLABLE"} for name in columns_of(FOCUS)]
TABLE = {"kind": "bigquery#table", "schema": {"fields": FIELDS}}


def trial(size: int) -> dict[str, Any]:
    return {"jobComplete": True, "totalBytesProcessed": str(size)}


def pages(rows: list[list[str | None]]) -> list[dict[str, Any]]:
    """Answers of jobs.query and jobs.getQueryResults: not yet, then two pages."""
    names, *cells = rows
    job = {"projectId": "shop", "jobId": "job_1", "location": "EU"}
    schema = {"fields": [{"name": name, "type": "STRING"} for name in names]}
    told_rows = list(map(fields_of, cells))
    half = len(told_rows) // 2
    first = {"jobComplete": True, "jobReference": job, "schema": schema, "pageToken": "next"}
    return [
        {"jobComplete": False, "jobReference": job},
        {**first, "rows": told_rows[:half]},
        {"jobComplete": True, "jobReference": job, "schema": schema, "rows": told_rows[half:]},
    ]


def test_bigquery_sums_a_table(google: Google) -> None:
    schema = schema_of("bigquery", [Column(name, "STRING") for name in columns_of(FOCUS)])
    statement = compiled(schema, BIGQUERY.table, ASKED, "bigquery")
    rows = answer_over(FOCUS, statement, "bigquery")
    google.answers = [TABLE, trial(30_000_000_000), *pages(rows)]
    summed = sums(ASKED, BIGQUERY)
    assert summed.told == ("bigquery reads 30.0 GB, for 0.17 USD at most by its list price",)
    assert_is_bill(summed, FOCUS)
    asked = dict(google.asked[2:3])
    assert asked["/bigquery/v2/projects/shop/queries"] == {
        "useLegacySql": False,
        "query": statement,
        "maxResults": 10_000,
        "timeoutMs": 20_000,
        "maximumBytesBilled": str(round(1 / 5.68 * 1e12)),
    }
    assert google.asked[1][1]["dryRun"] is True


def test_bigquery_is_not_asked_where_it_costs_more(google: Google) -> None:
    google.answers = [TABLE, trial(200_000_000_000)]
    with pytest.raises(BadBill, match=r"for 1.14 USD at most .* more than -engine\.most=1 allows"):
        sums(ASKED, BIGQUERY)
    assert len(google.asked) == 2


def test_a_permission_of_bigquery_that_lacks_is_named(google: Google) -> None:
    google.refuses = "/queries"
    google.answers = [TABLE]
    with pytest.raises(BadBill, match=r"bigquery\.jobs\.create"):
        sums(ASKED, BIGQUERY)


def test_what_nests_in_bigquery_is_known() -> None:
    """labels, credits and service, as the detailed export of Google has them."""
    pairs = "ARRAY<STRUCT<`key` STRING, `value` STRING>>"
    schema = schema_of("bigquery", [Column("labels", pairs), Column("cost", "FLOAT64")])
    assert schema["labels"] == ibis.dtype("array<struct<key: string, value: string>>")
    odd = schema_of("bigquery", [Column("a", "interval"), Column("b", "NOTHING")])
    assert [dtype.is_unknown() for dtype in odd.types] == [True, True]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("shop.cur", ("shop", "cur")),
        ("shop-1.export.focus", ("shop-1", "export", "focus")),
        ("example.com:shop.export.focus", ("example.com:shop", "export", "focus")),
    ],
)
def test_names_of_tables(name: str, parts: tuple[str, ...]) -> None:
    assert table_of(name) == parts


@pytest.mark.parametrize("name", [".", "a..b", "a.b."])
def test_names_of_no_table(name: str) -> None:
    with pytest.raises(BadBill, match="is no name of a table"):
        table_of(name)


def test_a_table_without_a_database_is_refused() -> None:
    with pytest.raises(BadBill, match=r"DATABASE\.TABLE"):
        sums(ASKED, Where("athena", ("cur",), 1.0))
