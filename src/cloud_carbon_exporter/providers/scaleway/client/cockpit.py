"""Cockpit, Scaleway's managed Prometheus: utilisation, one source a project and region.

It is read for free. Series names and labels are as Scaleway documents them and as its own alert
rules use them; `resource_id` joins. A query is sent only where every name in it exists, so what a
product does not publish is not measured, and nothing fails.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
)
from cloud_carbon_exporter.model.types import Signal
from cloud_carbon_exporter.providers.options import ScalewayOptions
from cloud_carbon_exporter.providers.scaleway.client import left_tokens
from cloud_carbon_exporter.providers.scaleway.client.account import projects_of
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.http import Call
from cloud_carbon_exporter.providers.scaleway.client.places import regions
from cloud_carbon_exporter.providers.scaleway.client.promql import (
    is_published,
    join,
    values_of,
    window_of,
)
from cloud_carbon_exporter.providers.scaleway.client.readings import failed, reading, together
from cloud_carbon_exporter.providers.scaleway.client.token_calls import SourceKey
from cloud_carbon_exporter.providers.scaleway.client.tokens import MadeTokens
from cloud_carbon_exporter.providers.spec import Read, Reading

log = logging.getLogger(__name__)

# A project gets its source of a region with its first product there.
SOURCES_SECONDS = 3600.0
NAMES_SECONDS = 3600.0
NAMES = "label/__name__/values"
HINT = (
    "scaleway: no Cockpit token, so utilisation is not measured and stated default loads stand in; "
    "create one with the scope read_only_metrics for each project and region, and set "
    "SCW_COCKPIT_TOKEN, -cloud.scw.cockpit-token, or cockpit_tokens in the file; or let "
    "-cloud.scw.cockpit-create-tokens make them"
)


class _Query(NamedTuple):
    into: Signal
    promql: str


@dataclass(frozen=True, slots=True)
class _Source:
    """Source that is open: where its series lie, and what opens it."""

    url: str
    region: str
    token: str = field(repr=False)


class Cockpit:
    """Cockpit sources of one organisation."""

    def __init__(self, api: Api) -> None:
        options = api.settings.options_of(ScalewayOptions)
        self._api = api
        self._token = options.cockpit_token
        self._tokens: dict[str, str] = {}
        for entry in options.cockpit_tokens:
            place, equals, token = entry.partition("=")
            if equals:
                self._tokens[place] = token
        self.made = MadeTokens(api)
        self._makes = options.cockpit_create_tokens
        self._reaping: asyncio.Task[None] | None = None
        self._hinted = False

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """All reads, one query for each metric, project and region.

        A failure is that of the kinds it touches.
        """
        by_source: dict[SourceKey, list[Read]] = defaultdict(list)
        for read in reads:
            resource = read.resource
            key = SourceKey(resource.monitor.get("project_id", ""), resource.location.region)
            by_source[key].append(read)
        readings = (self._of_source(key, group, until) for key, group in by_source.items())
        return together(await asyncio.gather(*readings))

    async def label_values(
        self, project_id: str, region: str, query: str, label: str
    ) -> Sequence[str]:
        """Values of a label in the rows that a query has now; none where nothing opens a source."""

        async def ask() -> Sequence[str]:
            source = await self._open(SourceKey(project_id, region))
            if source is None or not is_published(query, await self._names(source)):
                return ()
            data = await self._data(source, "query", {"query": query})
            rows = data.get("result") if isinstance(data, Mapping) else None
            if not isinstance(rows, list):
                raise self._malformed(source, "query", "the answer holds no result")
            return values_of(rows, label)

        key = ("cockpit labels", project_id, region, query, label)
        return await self._api.memory.get(key, NAMES_SECONDS, ask)

    async def close(self) -> None:
        """Delete the tokens that were made; then what is left of others, if that is under way."""
        await self.made.close()
        if self._reaping is not None:
            await self._reaping

    async def _of_source(self, key: SourceKey, reads: Sequence[Read], until: float) -> Reading:
        try:
            source = await self._open(key)
            names = await self._names(source) if source else frozenset()
        except CollectError as error:
            return failed(reads, error)
        if source is None:
            return Reading()
        by_query: dict[_Query, list[Read]] = defaultdict(list)
        for read in reads:
            by_query[_Query(read.metric.into, read.metric.name)].append(read)
        answers = []
        unpublished: dict[str, str] = {}
        for query, group in by_query.items():
            if is_published(query.promql, names):
                answers.append(self._answer(source, group, until))
            else:
                unpublished[group[0].resource.kind] = query.promql
        return together([*await asyncio.gather(*answers), Reading(unpublished=unpublished)])

    async def _open(self, key: SourceKey) -> _Source | None:
        """Source of a project and region; None where there is none, or nothing that opens it."""
        # Scaleway keeps what its products measure in their own region, and opens it to tokens of
        # that project and region alone: the secret key is none.
        token = self._token_of(key)
        if not (token or (self._makes and key.project_id)):
            self._hint()
            return None
        url = await self._url(key)
        if url and not token:
            if self._reaping is None:
                self._reaping = asyncio.create_task(self._reap())
            token = await self.made.secret(key)
        return _Source(url, key.region, token) if url and token else None

    async def _reap(self) -> None:
        """Delete, once, what killed processes left behind, wherever the organisation has them."""
        try:
            projects = (await projects_of(self._api)).known
        except CollectError as error:
            log.debug("scaleway: Cockpit tokens left behind are not looked for: %s", error)
            return
        everywhere = itertools.product(projects, regions(self._api.settings))
        sources = [SourceKey(project.id, region) for project, region in everywhere]
        await left_tokens.reap(self._api, sources, self.made.name)

    def _token_of(self, key: SourceKey) -> str:
        of_region = self._tokens.get(f"{key.project_id}/{key.region}")
        return of_region or self._tokens.get(key.project_id) or self._token

    def _hint(self) -> None:
        if not self._hinted:
            self._hinted = True
            log.warning(HINT)

    async def _url(self, key: SourceKey) -> str:
        """URL of the metrics of Scaleway's own products; empty where the source does not exist."""

        async def ask() -> str:
            try:
                document = await self._api.ask(
                    "ListDataSources",
                    f"cockpit/v1/regions/{key.region}/data-sources",
                    permission="ObservabilityReadOnly",
                    params={"project_id": key.project_id, "origin": "scaleway", "types": "metrics"},
                )
            except NotThere:
                return ""
            for source in document.fields.get("data_sources") or ():
                if source.get("url"):
                    return str(source["url"]).rstrip("/")
            return ""

        return await self._api.memory.get(("cockpit", *key), SOURCES_SECONDS, ask)

    async def _names(self, source: _Source) -> frozenset[str]:
        """Names of all series of a source."""

        async def ask() -> frozenset[str]:
            names = await self._data(source, NAMES, {})
            if not isinstance(names, list):
                raise self._malformed(source, NAMES, "the answer holds no names")
            return frozenset(str(name) for name in names)

        return await self._api.memory.get(("cockpit names", source.url), NAMES_SECONDS, ask)

    async def _answer(self, source: _Source, reads: Sequence[Read], until: float) -> Reading:
        try:
            return await self._query(source, reads, until)
        except CollectError as error:
            return failed(reads, error)

    async def _query(self, source: _Source, reads: Sequence[Read], until: float) -> Reading:
        """One query_range for all resources of a source, which share one metric.

        A value at t speaks for the period that ends at t.
        """
        metric = reads[0].metric
        window = window_of(metric, reads, until)
        if window is None:
            return Reading()
        params = {
            "query": metric.name,
            "start": str(window.first),
            "end": str(window.last),
            "step": str(window.step),
        }
        data = await self._data(source, "query_range", params)
        rows = data.get("result") if isinstance(data, Mapping) else None
        if not isinstance(rows, list):
            raise self._malformed(source, "query_range", "the answer holds no result")
        joined = join(rows, metric, reads, window.last)
        if rows and joined.skipped.total() == len(rows):
            text = f"none of {len(rows)} series can be read"
            raise self._malformed(source, "query_range", text)
        return reading(joined, metric, reads, window)

    def _malformed(self, source: _Source, operation: str, text: str) -> Malformed:
        return Malformed(
            f"cockpit: {text}",
            provider="scaleway",
            account_id=self._api.organization_id,
            region=source.region,
            operation=operation,
        )

    async def _data(self, source: _Source, operation: str, params: Mapping[str, str]) -> Any:
        """What Prometheus' API says under `data`."""
        call = Call(
            f"{source.url}/prometheus/api/v1/{operation}",
            "cockpit",
            operation,
            params or None,
            {"X-Token": source.token},
            source.region,
            "read_only_metrics",
        )
        try:
            answer = await self._api.http.send(call)
        except (CredentialsRefused, PermissionMissing) as error:
            # A 401 here says nothing of the API key, which the other calls use.
            refused = PermissionMissing(
                "cockpit: the token is refused here",
                provider="scaleway",
                account_id=self._api.organization_id,
                region=source.region,
                operation=operation,
                hint="a token is good for one project and region; give each its own with "
                "cockpit_tokens in the file",
            )
            await self.made.rejected(source.token, refused)
            raise refused from error
        document = answer.document
        if not isinstance(document, dict) or "data" not in document:
            raise self._malformed(source, operation, "the answer holds no data")
        return document["data"]
