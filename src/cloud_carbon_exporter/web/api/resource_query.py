"""Query of /api/v1/resources: filter, search, sort, and a page at a time."""

from __future__ import annotations

import base64
import binascii
import heapq
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from multidict import MultiMapping

from cloud_carbon_exporter.exposition.label_names import HARDWARE_LABELS, RESOURCE_LABELS
from cloud_carbon_exporter.exposition.labels import tag_pairs
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.web.api import json_objects

LIMIT_DEFAULT = 100
LIMIT_MOST = 1000
_LIMIT_DIGITS = 9
_CURSOR_MOST = 16_384  # of characters; the longest id of a cloud is a tenth of it
SORT_DEFAULT = "-power_watts"
PARAMETERS = ("limit", "cursor", "sort", "filter", "search")


# A cursor says behind which row the next page begins, not how many rows to pass over: a Snapshot
# swapped between two pages then neither repeats nor skips what stayed.
class SortKey(NamedTuple):
    """What rows are ordered by; the id behind the value makes the order total."""

    value: float | str
    resource_id: str


def _operational(row: Row) -> float:
    emissions = row.footprint.operational_grams_per_second
    return emissions.value if emissions else 0.0


NUMBERS: dict[str, Callable[[Row], float]] = {
    "power_watts": lambda row: row.footprint.power_watts.value,
    "emissions_grams_per_second": lambda row: (
        _operational(row) + row.footprint.embodied_grams_per_second.value
    ),
    "operational_emissions_grams_per_second": _operational,
    "embodied_emissions_grams_per_second": lambda row: (
        row.footprint.embodied_grams_per_second.value
    ),
    "energy_joules_total": lambda row: row.totals.energy_joules if row.totals else 0.0,
    "measured_at": lambda row: row.measured_at or 0.0,
}
WORDS: dict[str, Callable[[Row], str]] = {
    "cloud_provider": lambda row: row.resource.location.provider,
    "cloud_account_id": lambda row: row.resource.location.account_id,
    "cloud_region": lambda row: row.resource.location.region,
    "cloud_availability_zone": lambda row: row.resource.location.zone,
    "kind": lambda row: row.resource.kind,
    "cloud_resource_id": lambda row: row.resource.id,
    "cloud_resource_name": lambda row: row.resource.name,
    "basis": lambda row: row.footprint.basis,
}
SORTS = (*NUMBERS, *WORDS)
FILTERS = (*RESOURCE_LABELS, "basis", *HARDWARE_LABELS)


class BadQuery(Exception):
    """A parameter that cannot be followed. parameter: its name."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class ResourceQuery:
    """A parsed query. after: the last row of the page before; None for the first page."""

    limit: int = LIMIT_DEFAULT
    sort: str = SORT_DEFAULT.removeprefix("-")
    descending: bool = True
    filters: tuple[tuple[str, str], ...] = ()
    search: str = ""
    after: SortKey | None = None


def parse(parameters: MultiMapping[str]) -> ResourceQuery:
    """Read the query string. Raises BadQuery that says what is allowed."""
    for name in parameters:
        if name not in PARAMETERS:
            raise BadQuery(name, f"unknown parameter; known are {', '.join(PARAMETERS)}")
        if name != "filter" and len(parameters.getall(name)) > 1:
            raise BadQuery(name, "given more than once")
    sort = parameters.get("sort", SORT_DEFAULT)
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise BadQuery(
            "sort",
            f"cannot sort by {name!r}; allowed are {', '.join(SORTS)}, with - in front to descend",
        )
    cursor = parameters.get("cursor")
    return ResourceQuery(
        _limit(parameters.get("limit", str(LIMIT_DEFAULT))),
        name,
        descending,
        tuple(map(_filter, parameters.getall("filter", []))),
        parameters.get("search", "").casefold(),
        _after(cursor, sort) if cursor is not None else None,
    )


def _limit(text: str) -> int:
    # the length first: Python is slow to read a number of a megabyte
    is_number = len(text) <= _LIMIT_DIGITS and text.isascii() and text.isdigit()
    if not (is_number and 1 <= int(text) <= LIMIT_MOST):
        raise BadQuery("limit", f"{text!r} is not a whole number from 1 to {LIMIT_MOST}")
    return int(text)


def _filter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not (name in FILTERS or name.startswith("tag_")):
        allowed = ", ".join((*FILTERS, "tag_*"))
        raise BadQuery("filter", f"{text!r} is not label=value with a label of {allowed}")
    return name, value


def _after(cursor: str, sort: str) -> SortKey:
    if len(cursor) > _CURSOR_MOST:
        raise BadQuery("cursor", "not a cursor of ours")
    try:
        made_for, value, resource_id = json.loads(
            base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
        )
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise BadQuery("cursor", "not a cursor of ours") from error
    value_type = (int, float) if sort.removeprefix("-") in NUMBERS else str
    if made_for != sort or not isinstance(resource_id, str) or not isinstance(value, value_type):
        raise BadQuery("cursor", f"not a cursor of ours for sort={sort}")
    return SortKey(value, resource_id)


def cursor_after(key: SortKey, query: ResourceQuery) -> str:
    """The cursor that continues behind a row."""
    sort = f"-{query.sort}" if query.descending else query.sort
    return base64.urlsafe_b64encode(json.dumps([sort, *key]).encode()).decode().rstrip("=")


def _matches(row: Row, query: ResourceQuery, tags: tuple[str, ...]) -> bool:
    if query.filters and not _passes(row, query.filters, tags):
        return False
    return not query.search or _mentions(row, query.search, tags)


def _passes(row: Row, filters: tuple[tuple[str, str], ...], tags: tuple[str, ...]) -> bool:
    values: Mapping[str, str] = {
        **row.resource.info,
        **json_objects.labels(row.resource, tags),
        "basis": row.footprint.basis,
    }
    return all(values.get(name, "") == wanted for name, wanted in filters)


def _mentions(row: Row, words: str, tags: tuple[str, ...]) -> bool:
    resource = row.resource
    # tags that are shown alone: what the operator did not allow out is not to be guessed at
    shown = [value for _, value in tag_pairs(resource.tags, tags)] if tags else []
    texts = (
        resource.name,
        resource.id,
        resource.kind,
        resource.location.region,
        resource.info.get("host_type", ""),
        *shown,
    )
    return any(words in text.casefold() for text in texts)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the answer.

    cursor: where the next begins; None on the last. matching: rows on all pages.
    """

    rows: tuple[Row, ...]
    cursor: str | None
    matching: int


def page_of(rows: tuple[Row, ...], query: ResourceQuery, tags: tuple[str, ...]) -> Page:
    """The page of rows a query asks for."""
    value: Callable[[Row], float | str] = NUMBERS.get(query.sort) or WORDS[query.sort]
    matching = [row for row in rows if _matches(row, query, tags)]

    def key(row: Row) -> SortKey:
        return SortKey(value(row), row.resource.id)

    def comes_after(row: Row) -> bool:
        if query.after is None:
            return True
        return key(row) < query.after if query.descending else key(row) > query.after

    # a page is short and an estate is long: no need to sort it all
    pick = heapq.nlargest if query.descending else heapq.nsmallest
    picked = pick(query.limit + 1, filter(comes_after, matching), key=key)
    more = len(picked) > query.limit
    cursor = cursor_after(key(picked[query.limit - 1]), query) if more else None
    return Page(tuple(picked[: query.limit]), cursor, len(matching))
