"""The questions /api/v1/resources answers: filter, search, sort, and a page at a time."""

from __future__ import annotations

import base64
import binascii
import heapq
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from multidict import MultiMapping

from cloud_carbon_exporter.exposition.families import RESOURCE
from cloud_carbon_exporter.model.types import Row
from cloud_carbon_exporter.web import documents

LIMIT_DEFAULT = 100
LIMIT_MOST = 1000
_PARAMETERS = ("limit", "cursor", "sort", "filter", "search")

Key = tuple[float | str, str]
"""What rows are ordered by: the value of the sort, then the id, so that the order is total."""

_NUMBERS: dict[str, Callable[[Row], float]] = {
    "power_watts": lambda row: row.footprint.power_watts.value,
    "operational_emissions_grams_per_second": lambda row: (
        row.footprint.operational_grams_per_second.value
        if row.footprint.operational_grams_per_second
        else 0.0
    ),
    "embodied_emissions_grams_per_second": lambda row: (
        row.footprint.embodied_grams_per_second.value
    ),
    "energy_joules_total": lambda row: row.totals.energy_joules if row.totals else 0.0,
    "measured_at": lambda row: row.measured_at or 0.0,
}
_WORDS: dict[str, Callable[[Row], str]] = {
    "cloud_provider": lambda row: row.resource.location.provider,
    "cloud_account_id": lambda row: row.resource.location.account_id,
    "cloud_region": lambda row: row.resource.location.region,
    "cloud_availability_zone": lambda row: row.resource.location.zone,
    "kind": lambda row: row.resource.kind,
    "cloud_resource_id": lambda row: row.resource.id,
    "cloud_resource_name": lambda row: row.resource.name,
    "basis": lambda row: row.footprint.basis,
}
SORTS = (*_NUMBERS, *_WORDS)
FILTERS = (*RESOURCE, "basis", "host_type", "architecture", "cpu")


class BadQuery(Exception):
    """A parameter that cannot be followed. parameter: its name."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question. after: the key of the last row of the page before; None for the first
    page.
    """

    limit: int = LIMIT_DEFAULT
    sort: str = "power_watts"
    descending: bool = True
    filters: tuple[tuple[str, str], ...] = ()
    search: str = ""
    after: Key | None = None


def parse(parameters: MultiMapping[str]) -> Query:
    """Read the query string. Raises BadQuery that says what is allowed."""
    for name in parameters:
        if name not in _PARAMETERS:
            raise BadQuery(name, f"unknown parameter; known are {', '.join(_PARAMETERS)}")
        if name != "filter" and len(parameters.getall(name)) > 1:
            raise BadQuery(name, "given more than once")
    sort = parameters.get("sort", "-power_watts")
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise BadQuery(
            "sort",
            f"cannot sort by {name!r}; allowed are {', '.join(SORTS)}, with - in front to descend",
        )
    cursor = parameters.get("cursor")
    return Query(
        _limit(parameters.get("limit", str(LIMIT_DEFAULT))),
        name,
        descending,
        tuple(_filter(text) for text in parameters.getall("filter", [])),
        parameters.get("search", "").casefold(),
        _after(cursor, sort) if cursor is not None else None,
    )


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LIMIT_MOST):
        raise BadQuery("limit", f"{text!r} is not a whole number from 1 to {LIMIT_MOST}")
    return int(text)


def _filter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not (name in FILTERS or name.startswith("tag_")):
        allowed = ", ".join((*FILTERS, "tag_*"))
        raise BadQuery("filter", f"{text!r} is not label=value with a label of {allowed}")
    return name, value


def _after(cursor: str, sort: str) -> Key:
    try:
        made_for, value, identity = json.loads(
            base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
        )
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadQuery("cursor", "not a cursor of ours") from error
    number = sort.removeprefix("-") in _NUMBERS
    if (
        made_for != sort
        or not isinstance(identity, str)
        or not isinstance(value, (int, float) if number else str)
    ):
        raise BadQuery("cursor", f"not a cursor of ours for sort={sort}")
    return value, identity


def cursor_after(key: Key, query: Query) -> str:
    """The cursor that continues behind a row."""
    sort = f"-{query.sort}" if query.descending else query.sort
    return base64.urlsafe_b64encode(json.dumps([sort, *key]).encode()).decode().rstrip("=")


def _matches(row: Row, query: Query, tags: tuple[str, ...]) -> bool:
    if query.filters:
        has: Mapping[str, str] = {
            **row.resource.info,
            **documents.labels(row.resource, tags),
            "basis": row.footprint.basis,
        }
        if any(has.get(name, "") != value for name, value in query.filters):
            return False
    if query.search:
        at = row.resource.location
        words = (
            row.resource.name,
            row.resource.id,
            row.resource.kind,
            at.region,
            row.resource.info.get("host_type", ""),
        )
        return any(query.search in word.casefold() for word in words)
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the answer. cursor: where the next begins; None on the last. matching: rows on
    all pages.
    """

    rows: tuple[Row, ...]
    cursor: str | None
    matching: int


def answer(rows: tuple[Row, ...], query: Query, tags: tuple[str, ...]) -> Page:
    """The page of rows a question asks for."""
    value: Callable[[Row], float | str] = _NUMBERS.get(query.sort) or _WORDS[query.sort]
    matching = [row for row in rows if _matches(row, query, tags)]

    def key(row: Row) -> Key:
        return value(row), row.resource.id

    def remaining() -> Iterator[Row]:
        for row in matching:
            if query.after is None or (
                key(row) < query.after if query.descending else key(row) > query.after
            ):
                yield row

    pick = heapq.nlargest if query.descending else heapq.nsmallest
    found = pick(query.limit + 1, remaining(), key=key)
    cursor = cursor_after(key(found[query.limit - 1]), query) if len(found) > query.limit else None
    return Page(tuple(found[: query.limit]), cursor, len(matching))
