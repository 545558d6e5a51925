"""BigQuery as a reader asks it: a trial run for what it reads, then the rows, as text.

jobs.query and tables.get of its REST API, version 2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from cloud_carbon_exporter.errors import CredentialsMissing, Malformed
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.stored import Uncounted
from cloud_carbon_exporter.providers.warehouse import Cells, Column

_SILENCE_SECONDS = 60
_WAITED_MILLISECONDS = 20_000
_PAGE_ROWS = 10_000
_RUN = ("bigquery.jobs.create", "bigquery.tables.getData")
# What REST calls types by their names of old: TableFieldSchema.type.
_OF_OLD = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}


class BigQuery:
    """See warehouse.Warehouse. A table is (project, dataset, name); the first may lack."""

    def __init__(self, rest: Rest, tokens: Tokens, project: str) -> None:
        self._rest = rest
        self._tokens = tokens
        self._project = project

    async def columns(self, table: Sequence[str]) -> Sequence[Column]:
        """See Warehouse."""
        *folders, name = table
        project = ".".join(folders[:-1]) or await self._home()
        path = f"projects/{quote(project)}/datasets/{quote(folders[-1], safe='')}"
        call = self._to(
            "tables.get", f"{path}/tables/{quote(name, safe='')}", ("bigquery.tables.get",)
        )
        told = await self._rest.fetch(call)
        fields = (told.get("schema") or {}).get("fields") or []
        return [Column(str(field["name"]), _type(field)) for field in fields]

    async def bytes_read(self, table: Sequence[str], statement: str) -> int:
        """See Warehouse: a trial run says it, and costs nothing."""
        call = await self._query({"query": statement, "dryRun": True})
        told = await self._rest.fetch(call)
        try:
            return int(told["totalBytesProcessed"])
        except (KeyError, TypeError, ValueError):
            raise call.named(Malformed("a trial run without the bytes it would read")) from None

    async def rows(self, statement: str, most_bytes: int) -> AsyncIterator[Cells]:
        """See Warehouse. BigQuery itself ends what would be charged for more."""
        asked = {
            "query": statement,
            "maxResults": _PAGE_ROWS,
            "timeoutMs": _WAITED_MILLISECONDS,
            "maximumBytesBilled": str(most_bytes),
        }
        call = await self._query(asked)
        answer = await self._rest.fetch(call)
        told_names = False
        while True:
            if answer.get("jobComplete", True):
                if not told_names:
                    fields = (answer.get("schema") or {}).get("fields") or []
                    yield [str(field["name"]) for field in fields]
                    told_names = True
                for row in answer.get("rows") or []:
                    yield [cell.get("v") for cell in row["f"]]
                if not answer.get("pageToken"):
                    return
            answer = await self._rest.fetch(self._more(call, answer))

    def _more(self, call: Call, answer: Mapping[str, Any]) -> Call:
        """Call for the next page, or for the first where the query has not ended yet."""
        job = answer.get("jobReference") or {}
        if not job.get("jobId"):
            raise call.named(Malformed("a query that goes on, without the name of its job"))
        params = [
            ("maxResults", str(_PAGE_ROWS)),
            ("timeoutMs", str(_WAITED_MILLISECONDS)),
            ("location", str(job.get("location") or "")),
            ("pageToken", str(answer.get("pageToken") or "")),
        ]
        path = f"projects/{quote(str(job.get('projectId') or call.account_id))}/queries"
        return self._to(
            "jobs.getQueryResults",
            f"{path}/{quote(str(job['jobId']), safe='')}",
            _RUN,
            params=[pair for pair in params if pair[1]],
        )

    async def _query(self, body: Mapping[str, Any]) -> Call:
        project = await self._home()
        path = f"projects/{quote(project)}/queries"
        asked = {"useLegacySql": False, **body}
        return self._to("jobs.query", path, _RUN, body=asked, account=project)

    def _to(
        self,
        operation: str,
        path: str,
        permissions: tuple[str, ...],
        *,
        params: Sequence[tuple[str, str]] = (),
        body: Mapping[str, Any] | None = None,
        account: str = "",
    ) -> Call:
        return Call(
            api="bigquery",
            operation=operation,
            path=f"bigquery/v2/{path}",
            account_id=account or self._project,
            params=params,
            permissions=permissions,
            body=body,
        )

    async def _home(self) -> str:
        """Project that runs queries, and pays: that of the credentials, else the table's."""
        home = await self._tokens.project() or self._project
        if not home:
            raise CredentialsMissing(
                "no project to run the query in",
                provider="gcp",
                hint="set GOOGLE_CLOUD_PROJECT, or name the table with its project",
            )
        return home


def _type(field: Mapping[str, Any]) -> str:
    """Type of a field in BigQuery's SQL; names are quoted, as many are words of it."""
    told = str(field.get("type", "STRING"))
    if told in {"RECORD", "STRUCT"}:
        fields = field.get("fields") or []
        parts = [f"`{inner['name']}` {_type(inner)}" for inner in fields]
        told = f"STRUCT<{', '.join(parts)}>"
    told = _OF_OLD.get(told, told)
    return f"ARRAY<{told}>" if field.get("mode") == "REPEATED" else told


@asynccontextmanager
async def opened(project: str) -> AsyncIterator[BigQuery]:
    """BigQuery with the Application Default Credentials. project: that of the table."""
    tokens = Tokens("", needed=False)
    rest = Rest(tokens, Uncounted(), _SILENCE_SECONDS)
    try:
        yield BigQuery(rest, tokens, project)
    finally:
        await rest.close()
