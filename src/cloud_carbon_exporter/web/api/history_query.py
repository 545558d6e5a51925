"""Query of /api/v1/history: range, labels and step, as the query string says them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from multidict import MultiMapping

from cloud_carbon_exporter.exposition.labels import tag_label
from cloud_carbon_exporter.history.query import Query, whole_hours
from cloud_carbon_exporter.history.series import LABELS, By, tag_value
from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.web.api.measures import check_parameters
from cloud_carbon_exporter.web.api.resource_query import BadQuery

PARAMETERS = ("since", "until", "by", "step", "format")
FORMATS = ("json", "csv")
SINCE_DEFAULT = "24h"

_BACK_SECONDS = {"h": HOUR_SECONDS, "d": DAY_SECONDS, "w": 7 * DAY_SECONDS}
_BACK = re.compile(r"(\d{1,6})([hdw])")
_SECONDS = re.compile(r"\d{1,11}(\.\d{1,9})?")
_ALLOWED = "Unix seconds, 2026-10-01, 2026-10-01T12:00:00Z, or 24h, 7d, 4w back from now"


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """A parsed query. by: labels in the order they were asked for."""

    query: Query
    form: Literal["json", "csv"] = "json"

    @property
    def by(self) -> Sequence[str]:
        """Names of the labels."""
        return tuple(self.query.by)


def parse_history(parameters: MultiMapping[str], tags: Sequence[str], now: float) -> HistoryQuery:
    """Read the query string. Raises BadQuery that says what is allowed."""
    check_parameters(parameters, PARAMETERS)
    since = _moment("since", parameters.get("since", SINCE_DEFAULT), now)
    until = _moment("until", parameters["until"], now) if "until" in parameters else now
    if until <= since:
        raise BadQuery("until", "must lie behind `since`")
    step, form = parameters.get("step", ""), parameters.get("format", "json")
    if step and step not in STEPS:
        raise BadQuery("step", f"allowed are {', '.join(STEPS)}; without it the range is one")
    if form not in FORMATS:
        raise BadQuery("format", f"allowed are {', '.join(FORMATS)}")
    query = Query(*whole_hours(since, until), _by(parameters.get("by", ""), tags), step)
    return HistoryQuery(query, "csv" if form == "csv" else "json")


def _by(text: str, tags: Sequence[str]) -> Mapping[str, By]:
    known: dict[str, By] = {**LABELS}
    for key in tags:
        known.setdefault(tag_label(key), tag_value(key))
    chosen: dict[str, By] = {}
    for name in filter(None, text.split(",")):
        if name not in known:
            raise BadQuery("by", f"cannot sum by {name[:100]!r}; allowed are {', '.join(known)}")
        chosen[name] = known[name]
    return chosen


def _moment(name: str, text: str, now: float) -> float:
    if back := _BACK.fullmatch(text):
        return max(0.0, now - int(back[1]) * _BACK_SECONDS[back[2]])
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = datetime.fromisoformat(text)
        return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise BadQuery(name, f"cannot be read as a time; allowed are {_ALLOWED}") from None
