"""Athena as a reader asks it: a statement started, waited for, and its rows as text.

Statements go to a workgroup, which may have a limit of bytes and a place for results of its own.
Columns of a table are those of the catalogue of Glue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.providers.aws.client.bucket import S3Bucket
from cloud_carbon_exporter.providers.aws.client.clients import Clients
from cloud_carbon_exporter.providers.aws.client.errors import one_line, translate
from cloud_carbon_exporter.providers.aws.client.session import on_its_own, open_session
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.warehouse import Cells, Column

LONGEST_STATEMENT = 262_144
"""Bytes of a statement: the service model's QueryString."""
_SETTINGS = TargetSettings(provider="aws", options=AwsOptions())
_CATALOG = "AwsDataCatalog"
_PAUSES = (0.2, 0.5, 1.0, 2.0)


class Athena:
    """See warehouse.Warehouse. A table is (catalog, database, name); the first may lack."""

    def __init__(self, clients: Clients, region: str, workgroup: str, output: str) -> None:
        self._clients = clients
        self._region = region
        self._workgroup = workgroup
        self._output = output

    async def columns(self, table: Sequence[str]) -> Sequence[Column]:
        """See Warehouse. Those that are partitioned by are columns too."""
        told = await self._described(table)
        stored = told.get("StorageDescriptor", {})
        listed = [*stored.get("Columns", []), *told.get("PartitionKeys", [])]
        return [Column(each["Name"], each.get("Type", "string")) for each in listed]

    async def bytes_read(self, table: Sequence[str], statement: str) -> int:
        """See Warehouse: all that lies where the table is, of which Parquet needs a part.

        Athena says what a query reads after it, and has no trial run.
        """
        place = (await self._described(table)).get("StorageDescriptor", {}).get("Location", "")
        parts = urlsplit(place)
        if parts.scheme not in {"s3", "s3a", "s3n"}:
            raise NotThere(
                "where the table lies is not told, so that what it costs is not known",
                provider="aws",
                operation="GetTable",
            )
        whole = 0
        bucket = S3Bucket(parts.netloc, self._clients, self._region)
        async for each in bucket.below(parts.path.lstrip("/")):
            whole += each.size
        return whole

    async def rows(self, statement: str, most_bytes: int) -> AsyncIterator[Cells]:
        """See Warehouse. What a query reads only its workgroup can bound."""
        if len(statement.encode()) > LONGEST_STATEMENT:
            raise Malformed(
                f"the statement is longer than the {LONGEST_STATEMENT} bytes that Athena takes",
                provider="aws",
                operation="StartQueryExecution",
            )
        begun = await self._call("start_query_execution", QueryString=statement, **self._where())
        execution = begun["QueryExecutionId"]
        try:
            await self._done(execution)
        except BaseException:
            await self._call("stop_query_execution", QueryExecutionId=execution)
            raise
        more: dict[str, str] = {}
        while True:
            page = await self._call("get_query_results", QueryExecutionId=execution, **more)
            for row in page["ResultSet"]["Rows"]:
                yield [cell.get("VarCharValue") for cell in row["Data"]]
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def _where(self) -> Mapping[str, Any]:
        where: dict[str, Any] = {"WorkGroup": self._workgroup}
        if self._output:
            where["ResultConfiguration"] = {"OutputLocation": self._output}
        return where

    async def _done(self, execution: str) -> None:
        """Wait until a query has ended. Raises Malformed where it failed, with what Athena says."""
        pauses = iter(_PAUSES)
        while True:
            told = await self._call("get_query_execution", QueryExecutionId=execution)
            status = told["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in {"FAILED", "CANCELLED"}:
                why = one_line(status.get("StateChangeReason", status["State"]))
                raise Malformed(why, provider="aws", operation="StartQueryExecution")
            await asyncio.sleep(next(pauses, _PAUSES[-1]))

    async def _described(self, table: Sequence[str]) -> Mapping[str, Any]:
        """Table as the catalogue has it, that of Glue, which Athena reads too."""
        *folders, name = table
        catalog = {"CatalogId": folders[0]} if folders[:-1] and folders[0] != _CATALOG else {}
        told = await self._call(
            "get_table", api="glue", DatabaseName=folders[-1], Name=name, **catalog
        )
        described: Mapping[str, Any] = told["Table"]
        return described

    async def _call(self, method: str, *, api: str = "athena", **parameters: Any) -> Any:
        operation = "".join(map(str.capitalize, method.split("_")))
        try:
            async with self._clients.using(api, self._region) as client:
                return await getattr(client, method)(**parameters)
        except Exception as error:
            raise translate(
                error, account_id="", region=self._region, api=api, operation=operation
            ) from None


@asynccontextmanager
async def opened(workgroup: str, output: str) -> AsyncIterator[Athena]:
    """Athena with the credentials and the region of the environment."""
    region = AwsOptions().default_region
    session = on_its_own(open_session(), region)
    clients = Clients(session, _SETTINGS)
    try:
        yield Athena(clients, session.get_config_variable("region") or region, workgroup, output)
    finally:
        await clients.close()
