"""Pages of Scaleway's list calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_carbon_exporter.errors import Malformed, NoList
from cloud_carbon_exporter.providers.scaleway.client.http import Call, Http, Success

# The most that Scaleway's lists give at once.
PAGE_SIZE = 100

# An end to lists that have none.
MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Page of a list. total: how many objects there are in all, None where the API does not say."""

    objects: Sequence[Any]
    total: int | None


async def pages(
    http: Http, call: Call, items: str, *, size_name: str = "page_size", size: int = PAGE_SIZE
) -> AsyncIterator[Sequence[Any]]:
    """Pages of one list call, until as many objects came as the API counts.

    Without a count the first page that is not full is the last. Raises NoList when an answer lacks
    its list, Malformed when that is none, or pages repeat themselves.
    """
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        page = _read(await http.send(_numbered(call, number, size_name, size)), call, items)
        marks = {_mark(listed) for listed in page.objects}
        if marks and marks <= seen:
            raise Malformed(
                f"{call.api}: page {number} repeats earlier pages",
                provider="scaleway",
                region=call.place,
                operation=call.operation,
            )
        seen |= marks
        if page.objects:
            yield page.objects
        if _is_last(page, len(seen), size):
            return


def _is_last(page: Page, seen: int, size: int) -> bool:
    if not page.objects:
        return True
    # Some lists of types are not counted, as Apple silicon's.
    return len(page.objects) < size if page.total is None else seen >= page.total


def _numbered(call: Call, number: int, size_name: str, size: int) -> Call:
    return replace(call, params={**(call.params or {}), size_name: size, "page": number})


def _read(answer: Success, call: Call, items: str) -> Page:
    """Page of an answer. An empty list may be left out of it, where its count is 0."""
    if not isinstance(answer.document, dict):
        raise _unlike_a_list(Malformed, call, items)
    document = answer.document
    objects = document.get(items)
    if objects is None and document.get("total_count") == 0:
        objects = []
    if not isinstance(objects, list):
        raise _unlike_a_list(NoList if objects is None else Malformed, call, items)
    # Instances count in a header, all other products in the body.
    return Page(objects, _whole(answer.headers.get("X-Total-Count", document.get("total_count"))))


def _unlike_a_list(kind: type[Malformed], call: Call, items: str) -> Malformed:
    return kind(
        f"{call.api}: the answer holds no list {items!r}",
        provider="scaleway",
        region=call.place,
        operation=call.operation,
    )


def _whole(count: Any) -> int | None:
    try:
        return int(count)
    except (TypeError, ValueError):
        return None


def _mark(listed: Any) -> str:
    """What tells an object from others: its id, or what a catalogue has in place of one."""
    if not isinstance(listed, dict):
        return repr(listed)
    identity = listed.get("id", listed.get("sku", listed.get("name")))
    return repr(listed) if identity is None else str(identity)
