"""Models of Vertex AI that are paid for by the token, as Cloud Monitoring names those in use.

Nothing lists them: no API has an object for "this project calls that model". Their tokens are told
by the project, region, maker and model, so that the series of the last days are the list.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, NotThere
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.time_series_request import (
    time_series_call,
    timestamp,
)
from cloud_carbon_exporter.providers.spec import Raw

log = logging.getLogger(__name__)

METRIC = "aiplatform.googleapis.com/publisher/online_serving/token_count"
RESOURCE = "aiplatform.googleapis.com/PublisherModel"

_IN_USE_SECONDS = 7 * 86400.0
"""How long ago a model may have been called last to be in use."""

_EVERY_SECONDS = 3600.0
_PATIENCE_SECONDS = 60.0
"""Time the listing waits for them; what Asset Inventory listed must not be late for it."""

_LABELS = (
    "resource.label.location",
    "resource.label.publisher",
    "resource.label.model_user_id",
    "metric.label.type",
)


class PublisherModels:
    """Models in use by the projects of one Target, asked for once an hour."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._known: dict[str, Sequence[Raw]] = {}
        self._asked_again = 0.0

    async def pages(self, projects: Iterable[str], now: float) -> Sequence[Raw]:
        """The models in use, as assets; those known before of a project that cannot be asked.

        Never raises CollectError: a listing is not spoiled by what comes beside it.
        """
        if now >= self._asked_again:
            self._asked_again = now + _EVERY_SECONDS
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await asyncio.gather(*(self._ask(project, now) for project in projects))
            except TimeoutError:
                log.info("not all models of Vertex AI in use are known: no time to ask")
        return [raw for known in self._known.values() for raw in known]

    async def _ask(self, project: str, now: float) -> None:
        types: dict[tuple[str, str, str], list[str]] = {}
        call = _call(project, now)
        try:
            async for page in self._rest.pages(call):
                for series in call.listed(page, "timeSeries"):
                    *model, token_type = _labels(series)
                    location, publisher, name = model
                    types.setdefault((location, publisher, name), []).append(token_type)
        except NotThere:
            types = {}  # no model was ever called here
        except CollectError as error:
            log.info("models of Vertex AI in use are not known: %s", error)
            return
        self._known[project] = list(_assets(project, types))


def _labels(series: Any) -> tuple[str, ...]:
    """Values of the labels of a series; empty where it bears none."""
    values: list[str] = []
    for label in _LABELS:
        owner, _, name = label.partition(".label.")
        labels = series.get(owner, {}).get("labels", {}) if isinstance(series, dict) else {}
        values.append(str(labels.get(name, "")))
    return tuple(values)


def _assets(project: str, types: Mapping[tuple[str, str, str], Sequence[str]]) -> Iterator[Raw]:
    for (location, publisher, model), token_types in sorted(types.items()):
        if not (location and model):
            continue
        name = f"projects/{project}/locations/{location}/publishers/{publisher}/models/{model}"
        yield {
            "name": f"//aiplatform.googleapis.com/{name}",
            "assetType": RESOURCE,
            "ancestors": [f"projects/{project}"],
            "resource": {
                "location": location,
                "data": {"name": name, "publisher": publisher, "tokenTypes": sorted(token_types)},
            },
        }


def _call(project: str, now: float) -> Call:
    """One series for each kind of token of a model, of one point: what is billed is the series."""
    end = now - now % 60
    grouped = tuple(("aggregation.groupByFields", label) for label in _LABELS)
    return time_series_call(
        project,
        (
            ("filter", f'metric.type = "{METRIC}" AND resource.type = "{RESOURCE}"'),
            ("interval.startTime", timestamp(end - _IN_USE_SECONDS)),
            ("interval.endTime", timestamp(end)),
            ("aggregation.alignmentPeriod", f"{_IN_USE_SECONDS:.0f}s"),
            ("aggregation.perSeriesAligner", "ALIGN_DELTA"),
            ("aggregation.crossSeriesReducer", "REDUCE_SUM"),
            *grouped,
            ("view", "HEADERS"),
        ),
    )
