"""Carbon Footprint of Google, its own figure: the export in BigQuery, for the last closed month.

Columns: https://cloud.google.com/carbon-footprint/docs/data-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from cloud_carbon_exporter.errors import ConfigError, Malformed
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.optional import FOOTPRINT
from cloud_carbon_exporter.providers.spec import Raw

SOURCE = "Google Cloud Carbon Footprint"
_TABLE = re.compile(r"(?P<project>[a-z][\w:.-]*)\.\w+\.\w+$")
_GRAMS_PER_KILOGRAM = 1000
_QUERY = """
SELECT CAST(usage_month AS STRING), project.id, IFNULL(location.region, 'global'),
  service.description, SUM(carbon_footprint_total_kgCO2e.location_based),
  SUM(carbon_footprint_total_kgCO2e.market_based)
FROM `{table}`
WHERE usage_month = (SELECT MAX(usage_month) FROM `{table}` WHERE usage_month < DATE '{month}')
  AND project.id IS NOT NULL
GROUP BY 1, 2, 3, 4
"""


def project_of(table: str) -> str:
    """Project that holds a table, which also runs the query.

    Raises ConfigError for a name that is not qualified.
    """
    qualified = _TABLE.match(table)
    if qualified is None:
        raise ConfigError(f"carbon_footprint_table: {table!r} is not project.dataset.table")
    return qualified["project"]


def _month(first: str) -> tuple[float, float]:
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    after = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.timestamp(), after.timestamp()


def _emissions(row: Raw) -> Iterator[ReportedEmissions]:
    month, project, region, service, location_kg, market_kg = (cell["v"] for cell in row["f"])
    start, end = _month(month)
    for method, kilograms in (("location", location_kg), ("market", market_kg)):
        if kilograms is not None:
            grams = float(kilograms) * _GRAMS_PER_KILOGRAM
            yield ReportedEmissions(
                "gcp", project, region, service or "", method, SOURCE, start, end, grams
            )


async def reported(rest: Rest, table: str, now: float) -> tuple[ReportedEmissions, ...]:
    """Emissions Google reports for the last month it has closed.

    By project, region and service, and by both methods. Raises CollectError when BigQuery
    refuses or its answer cannot be read.
    """
    project = project_of(table)
    month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-01")
    query = _QUERY.format(table=table, month=month)
    call = Call(
        api="bigquery",
        operation="jobs.query",
        path=f"bigquery/v2/projects/{project}/queries",
        account_id=project,
        permissions=FOOTPRINT,
        body={"query": query, "useLegacySql": False, "timeoutMs": 20000, "maxResults": 10000},
    )
    with rest.refusals.asking(project, ", ".join(FOOTPRINT)):
        answer = await rest.fetch(call)
    if not answer.get("jobComplete", True):
        raise call.named(Malformed("the query did not end in time"))
    reports: list[ReportedEmissions] = []
    try:
        for row in answer.get("rows", ()):
            reports.extend(_emissions(row))
    except (KeyError, TypeError, ValueError) as error:
        raise call.named(Malformed(f"unreadable row: {type(error).__name__}")) from None
    return tuple(reports)
