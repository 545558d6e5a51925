"""Pages of resources: every row once, in order, whatever the question."""

from __future__ import annotations

import pytest
from bench.bench_exposition import snapshot
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from cloud_carbon_exporter.web.api.resource_query import (
    SORTS,
    BadQuery,
    ResourceQuery,
    page_of,
    parse,
)

ROWS = snapshot(57).rows


@given(st.sampled_from(SORTS), st.booleans(), st.integers(1, 60))
def test_pages_hold_every_row_once_and_in_order(sort: str, descending: bool, limit: int) -> None:
    asked = MultiDict({"sort": f"-{sort}" if descending else sort, "limit": str(limit)})
    paged: list[str] = []
    for _ in range(len(ROWS) + 1):
        page = page_of(ROWS, parse(asked), ())
        assert len(page.rows) <= limit
        assert page.matching == len(ROWS)
        paged += [row.resource.id for row in page.rows]
        if page.cursor is None:
            break
        asked["cursor"] = page.cursor
    assert sorted(paged) == sorted(row.resource.id for row in ROWS)
    everything = page_of(ROWS, ResourceQuery(1000, sort, descending), ())
    assert paged == [row.resource.id for row in everything.rows]


def test_the_largest_come_first_unless_asked_otherwise() -> None:
    page = page_of(ROWS, parse(MultiDict()), ())
    watts = [row.footprint.power_watts.value for row in page.rows]
    assert watts == sorted(watts, reverse=True)


def test_filters_and_search_narrow_the_answer() -> None:
    asked = parse(MultiDict([("filter", "cloud_region=eu-west-3"), ("filter", "tag_team=core")]))
    page = page_of(ROWS, asked, ("team",))
    expected = [
        row
        for row in ROWS
        if row.resource.location.region == "eu-west-3" and row.resource.tags["team"] == "core"
    ]
    assert 0 < page.matching == len(expected) < len(ROWS)
    assert page_of(ROWS, asked, ()).matching == 0  # a tag that is not exported cannot be asked for
    named = page_of(ROWS, parse(MultiDict(search="CORE-")), ())
    assert {row.resource.name.split("-")[0] for row in named.rows} == {"core"}
    machines = page_of(ROWS, parse(MultiDict(filter="host_type=c7g.xlarge")), ())
    assert {row.resource.info["host_type"] for row in machines.rows} == {"c7g.xlarge"}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("limit", "0", "from 1 to 1000"),
        ("limit", "1001", "from 1 to 1000"),
        ("limit", "ten", "from 1 to 1000"),
        ("limit", "-1", "from 1 to 1000"),
        ("limit", "9" * 40, "from 1 to 1000"),
        ("limit", "0" * 8 + "1001", "from 1 to 1000"),
        ("limit", "²", "from 1 to 1000"),
        ("sort", "colour", "power_watts"),
        ("sort", "--power_watts", "power_watts"),
        ("sort", "", "power_watts"),
        ("filter", "kind", "label=value"),
        ("filter", "secret=1", "label=value"),
        ("cursor", "é", "cursor"),
        ("cursor", "bm90IGpzb24", "cursor"),
        ("cursor", "", "cursor"),
        ("cursor", "WyItcG93ZXJfd2F0dHMiLCAieCIsICJpZCJd", "cursor"),
        ("page", "2", "unknown parameter"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(name: str, value: str, says: str) -> None:
    with pytest.raises(BadQuery, match=says) as raised:
        parse(MultiDict({name: value}))
    assert raised.value.parameter == name


def test_a_parameter_twice_and_a_cursor_of_another_sort_are_refused() -> None:
    with pytest.raises(BadQuery, match="more than once"):
        parse(MultiDict([("limit", "1"), ("limit", "2")]))
    cursor = page_of(ROWS, parse(MultiDict(limit="5")), ()).cursor
    assert cursor is not None
    with pytest.raises(BadQuery, match="sort=kind"):
        parse(MultiDict(cursor=cursor, sort="kind"))


@given(st.text(max_size=60))
def test_no_cursor_breaks_the_reader(cursor: str) -> None:
    try:
        parse(MultiDict(cursor=cursor))
    except BadQuery as bad:
        assert bad.parameter == "cursor"
