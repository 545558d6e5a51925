"""Carbon Footprint of Google, its own figure: the export in BigQuery, for the last year's months.

Columns: https://cloud.google.com/carbon-footprint/docs/data-schema
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cloud_carbon_exporter.errors import ConfigError, Malformed
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.optional import FOOTPRINT
from cloud_carbon_exporter.providers.spec import Raw

SOURCE = "Google Cloud Carbon Footprint"
_TABLE = re.compile(r"(?P<project>[a-z][\w:.-]*)\.\w+\.\w+$")
_GRAMS_PER_KILOGRAM = 1000
_PAGE_ROWS = 10_000
_MONTHS = 13
_QUERY = """
SELECT CAST(usage_month AS STRING), project.id, IFNULL(location.region, 'global'),
  service.description, SUM(carbon_footprint_total_kgCO2e.location_based),
  SUM(carbon_footprint_total_kgCO2e.market_based), SUM(carbon_footprint_kgCO2e.scope1),
  SUM(carbon_footprint_kgCO2e.scope2.location_based),
  SUM(carbon_footprint_kgCO2e.scope2.market_based), SUM(carbon_footprint_kgCO2e.scope3),
  CAST(MAX(carbon_model_version) AS STRING)
FROM `{table}`
WHERE usage_month >= DATE '{first}' AND usage_month < DATE '{month}' AND project.id IS NOT NULL
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
    month, project, region, service, *kilograms, version = (cell["v"] for cell in row["f"])
    grams = [None if kg is None else float(kg) * _GRAMS_PER_KILOGRAM for kg in kilograms]
    location, market, scope_1, location_2, market_2, scope_3 = grams
    start, end = _month(month)
    for method, total, scope_2 in (
        ("location", location, location_2),
        ("market", market, market_2),
    ):
        if total is not None:
            yield ReportedEmissions(
                "gcp",
                project,
                region,
                service or "",
                method,
                SOURCE,
                start,
                end,
                total,
                operational_grams=None if scope_2 is None else scope_2 + (scope_1 or 0),
                embodied_grams=scope_3,
                model_version=version or "",
            )


async def reported(rest: Rest, table: str, now: float) -> tuple[ReportedEmissions, ...]:
    """Emissions Google reports for the months of the last year that it has closed.

    By project, region and service, and by both methods. Raises CollectError when BigQuery
    refuses or its answer cannot be read.
    """
    project = project_of(table)
    call = Call(
        api="bigquery",
        operation="jobs.query",
        path=f"bigquery/v2/projects/{project}/queries",
        account_id=project,
        permissions=FOOTPRINT,
        body={
            "query": _query(table, datetime.fromtimestamp(now, UTC)),
            "useLegacySql": False,
            "timeoutMs": 20000,
            "maxResults": _PAGE_ROWS,
        },
    )
    reports: list[ReportedEmissions] = []
    with rest.refusals.asking(project, ", ".join(FOOTPRINT)):
        async for answer in _pages(rest, call, project):
            reports.extend(_read(answer, call))
    return tuple(reports)


def _query(table: str, now: datetime) -> str:
    months = now.year * 12 + now.month - 1 - _MONTHS
    first = f"{months // 12}-{months % 12 + 1:02}-01"
    return _QUERY.format(table=table, first=first, month=now.strftime("%Y-%m-01"))


async def _pages(rest: Rest, call: Call, project: str) -> AsyncIterator[Raw]:
    """Answer of a query, and its further pages: rows of a year go beyond one."""
    answer = await rest.fetch(call)
    if not answer.get("jobComplete", True):
        raise call.named(Malformed("the query did not end in time"))
    yield answer
    job, token = answer.get("jobReference") or {}, answer.get("pageToken")
    if not token:
        return
    params = [("maxResults", str(_PAGE_ROWS))]
    if job.get("location"):
        params.append(("location", job["location"]))
    more = Call(
        api="bigquery",
        operation="jobs.getQueryResults",
        path=f"bigquery/v2/projects/{project}/queries/{job.get('jobId')}",
        account_id=project,
        permissions=FOOTPRINT,
    )
    seen: set[str] = set()
    while token:
        if token in seen:
            raise more.named(Malformed("the same page token came twice"))
        seen.add(token)
        answer = await rest.fetch(replace(more, params=(*params, ("pageToken", token))))
        yield answer
        token = answer.get("pageToken")


def _read(answer: Raw, call: Call) -> Sequence[ReportedEmissions]:
    reports: list[ReportedEmissions] = []
    try:
        for row in answer.get("rows", ()):
            reports.extend(_emissions(row))
    except (KeyError, TypeError, ValueError) as error:
        raise call.named(Malformed(f"unreadable row: {type(error).__name__}")) from None
    return reports
