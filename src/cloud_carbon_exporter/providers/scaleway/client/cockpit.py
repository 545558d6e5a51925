"""Utilisation from Cockpit, Scaleway's managed Prometheus: one source a project and region, read
free of charge.

Series names and labels as Scaleway documents them and as its own alert rules use them;
`resource_id` joins. A query is sent only where every name in it exists, so what a product does not
publish is not measured, and nothing fails.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
)
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.options import ScalewayOptions
from cloud_carbon_exporter.providers.scaleway.client.http import Call
from cloud_carbon_exporter.providers.scaleway.client.tokens import MadeTokens
from cloud_carbon_exporter.providers.spec import Metric, Read, Reading, TargetSettings

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

log = logging.getLogger(__name__)

SOURCES_SECONDS = 3600.0
NAMES_SECONDS = 3600.0
SELECTOR = re.compile(r'(?:\{__name__=~"([^"]+)"|([a-zA-Z_:][a-zA-Z0-9_:]*)\{)')
JOINED_BY = ("resource_id", "resource_name")

Points = dict[tuple[str, Signal], tuple[Point, ...]]


def names_in(query: str) -> tuple[re.Pattern[str], ...]:
    """The series names a query selects, as patterns. Every selector of ours carries its braces."""
    return tuple(
        re.compile(pattern or re.escape(name)) for pattern, name in SELECTOR.findall(query)
    )


def _published(query: str, names: frozenset[str]) -> bool:
    return all(any(map(wanted.fullmatch, names)) for wanted in names_in(query))


class Cockpit:
    """The Cockpit sources of one organisation."""

    def __init__(self, client: ScalewayClient, settings: TargetSettings) -> None:
        self._client = client
        options = settings.options_of(ScalewayOptions)
        self._token = options.cockpit_token
        self._tokens = dict(entry.split("=", 1) for entry in options.cockpit_tokens if "=" in entry)
        self.made = MadeTokens(client)
        self._makes = options.cockpit_create_tokens
        self._hinted = False

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """All reads, one query for each metric, project and region. A failure is that of the kinds
        it touches.
        """
        groups: dict[tuple[str, str], list[Read]] = defaultdict(list)
        for read in reads:
            groups[
                read.resource.monitor.get("project_id", ""), read.resource.location.region
            ].append(read)
        rounds = (
            self._source(project, region, group, until)
            for (project, region), group in groups.items()
        )
        return _together(await asyncio.gather(*rounds))

    async def _source(
        self, project: str, region: str, reads: Sequence[Read], until: float
    ) -> Reading:
        token = self._token_of(project, region)
        if not (token or (self._makes and project)):
            self._hint()
            return Reading()
        queries: dict[tuple[Signal, str], list[Read]] = defaultdict(list)
        for read in reads:
            queries[read.metric.into, read.metric.name].append(read)
        try:
            url = await self._url(project, region)
            if url and not token:
                token = await self.made.secret(project, region)
            names = await self._names(url, token, region) if url and token else frozenset()
        except CollectError as error:
            return Reading(failures={read.resource.kind: error for read in reads})
        known = [asked for (_, query), asked in queries.items() if _published(query, names)]
        return _together(
            await asyncio.gather(
                *(self._answer(url, token, region, asked, until) for asked in known)
            )
        )

    async def _answer(
        self, url: str, token: str, region: str, reads: Sequence[Read], until: float
    ) -> Reading:
        try:
            return await self._query(url, token, region, reads, until)
        except CollectError as error:
            return Reading(failures={read.resource.kind: error for read in reads})

    def _token_of(self, project: str, region: str) -> str:
        return self._tokens.get(f"{project}/{region}") or self._tokens.get(project) or self._token

    async def close(self) -> None:
        """Delete the tokens that were made."""
        await self.made.close()

    def _hint(self) -> None:
        if not self._hinted:
            self._hinted = True
            log.warning(
                "scaleway: no Cockpit token, so utilisation is not measured and stated default loads stand in; create "
                "one with the scope read_only_metrics for each project and region, and set SCW_COCKPIT_TOKEN, "
                "-cloud.scw.cockpit-token, or cockpit_tokens in the file; or let "
                "-cloud.scw.cockpit-create-tokens make them"
            )

    async def _url(self, project: str, region: str) -> str:
        """Where the metrics of Scaleway's own products lie; empty where the project has none in the
        region.
        """

        async def ask() -> str:
            try:
                document, _ = await self._client.ask(
                    "ListDataSources",
                    f"cockpit/v1/regions/{region}/data-sources",
                    permission="ObservabilityReadOnly",
                    params={"project_id": project, "origin": "scaleway", "types": "metrics"},
                )
            except NotThere:
                return ""
            urls = [str(source.get("url") or "") for source in document.get("data_sources") or ()]
            return next((url.rstrip("/") for url in urls if url), "")

        return await self._client.memory.get(("cockpit", project, region), SOURCES_SECONDS, ask)

    async def _names(self, url: str, token: str, region: str) -> frozenset[str]:
        async def ask() -> frozenset[str]:
            path = f"{url}/prometheus/api/v1/label/__name__/values"
            names = await self._data(path, "label/__name__/values", token, region, {})
            if not isinstance(names, list):
                raise self._malformed(region, "label/__name__/values", "the answer holds no names")
            return frozenset(str(name) for name in names)

        return await self._client.memory.get(("cockpit names", url), NAMES_SECONDS, ask)

    async def _query(
        self, url: str, token: str, region: str, reads: Sequence[Read], until: float
    ) -> Reading:
        """One query_range for all resources of a source. A value at t speaks for the period that
        ends at t.
        """
        metric = reads[0].metric
        step = metric.period_seconds
        first = (math.ceil(min(read.start for read in reads) / step) + 1) * step
        last = math.floor(until / step) * step
        if first > last:
            return Reading()
        params = {
            "query": metric.name,
            "start": str(int(first)),
            "end": str(int(last)),
            "step": str(int(step)),
        }
        data = await self._data(
            f"{url}/prometheus/api/v1/query_range", "query_range", token, region, params
        )
        rows = data.get("result") if isinstance(data, Mapping) else None
        if not isinstance(rows, list):
            raise self._malformed(region, "query_range", "the answer holds no result")
        points, skipped = _join(rows, metric, reads, last)
        if rows and skipped.total() == len(rows):
            raise self._malformed(region, "query_range", f"none of {len(rows)} series can be read")
        if (
            metric.absent is not None and not skipped
        ):  # else what is absent may be what could not be read
            ends = range(int(first), int(last) + 1, int(step))
            zeros = tuple(Point(end - step, end, metric.absent) for end in ends)
            for read in reads:
                points.setdefault((read.resource.id, metric.into), _within(zeros, read.start, last))
        kind = reads[0].resource.kind
        points = {key: found for key, found in points.items() if found}
        return Reading(points, skipped={(kind, reason): count for reason, count in skipped.items()})

    def _malformed(self, region: str, operation: str, text: str) -> Malformed:
        account = self._client.organization_id
        where = {
            "provider": "scaleway",
            "account_id": account,
            "region": region,
            "operation": operation,
        }
        return Malformed(f"cockpit: {text}", **where)

    async def _data(
        self, url: str, operation: str, token: str, region: str, params: Mapping[str, str]
    ) -> Any:
        call = Call(
            url,
            "cockpit",
            operation,
            params or None,
            {"X-Token": token},
            region,
            "read_only_metrics",
        )
        try:
            answer = await self._client.http.send(call)
        except (CredentialsRefused, PermissionMissing) as error:
            refused = PermissionMissing(
                "cockpit: the token is refused here",
                provider="scaleway",
                account_id=self._client.organization_id,
                region=region,
                operation=operation,
                hint="a token is good for one project and region; give each its own with cockpit_tokens in the file",
            )
            await self.made.rejected(token, refused)
            raise refused from error
        document = answer.document
        if not isinstance(document, dict) or "data" not in document:
            raise self._malformed(region, operation, "the answer holds no data")
        return document["data"]


def _together(readings: Iterable[Reading]) -> Reading:
    points: Points = {}
    failures: dict[str, CollectError] = {}
    skipped: Counter[tuple[str, str]] = Counter()
    for reading in readings:
        points.update(reading.points)
        failures.update(reading.failures)
        skipped.update(reading.skipped)
    return Reading(points, failures, skipped)


def _join(
    rows: Iterable[Mapping[str, Any]], metric: Metric, reads: Sequence[Read], until: float
) -> tuple[Points, Counter[str]]:
    """The rows of an answer, each given to the resource whose id or name its labels carry; and why
    others were not.
    """
    wanted = {read.resource.monitor["resource_id"]: read for read in reads}
    points: Points = {}
    skipped: Counter[str] = Counter()
    for row in rows:
        try:
            labels = row["metric"]
            read = next(
                (wanted[labels[name]] for name in JOINED_BY if labels.get(name) in wanted), None
            )
            if read is None:
                continue
            of_class = labels.get(metric.class_dimension, "") if metric.class_dimension else ""
            signal = f"{metric.into}:{of_class}" if of_class else metric.into
            found = _within(_points(row["values"], metric), read.start, until)
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
            skipped[type(error).__name__] += 1
            continue
        points[read.resource.id, signal] = found
    return points, skipped


def _points(values: Iterable[Sequence[Any]], metric: Metric) -> Iterable[Point]:
    for moment, text in values:
        value = float(text) * metric.scale
        if math.isfinite(value):
            yield Point(float(moment) - metric.period_seconds, float(moment), value)


def _within(points: Iterable[Point], start: float, until: float) -> tuple[Point, ...]:
    """Those that were asked for: a source may answer with others, as of yesterday or of tomorrow."""
    return tuple(point for point in points if start <= point.start and point.end <= until)


__all__ = ["Cockpit", "names_in"]
