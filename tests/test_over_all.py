"""A law over many members as one test: it holds for all, and each that breaks it is named."""

from __future__ import annotations

import inspect

import pytest

from tests.over_all import over_all


@over_all("number", range(3))
def test_a_law_is_asserted_of_each_beside_fixtures(number: int, tmp_path_factory: object) -> None:
    assert number in range(3)
    assert tmp_path_factory


@over_all("letter", "ab")
@over_all(("number", "double"), [(1, 2), (2, 4)])
async def test_one_stands_on_another_and_waits(letter: str, number: int, double: int) -> None:
    assert f"{letter * number}{letter * number}" == letter * double


def test_each_that_breaks_it_is_named() -> None:
    @over_all(("name", "size"), [("small", 1), ("odd", 3), ("huge", 9)])
    def law(name: str, size: int) -> None:
        if size == 3:
            pytest.skip("one that is skipped would skip all others")
        assert size < 2, name

    with pytest.raises(AssertionError, match=r"^2 of 3 break the law\nodd 3: Skipped.*\nhuge 9: "):
        law()


async def test_each_that_breaks_it_is_named_where_it_waits() -> None:
    heard: list[int] = []

    @over_all("number", range(100), ids=lambda number: f"<{number}>")
    async def law(number: int) -> None:
        heard.append(number)
        pytest.fail("no number is good")

    made = law()
    assert inspect.isawaitable(made)
    with pytest.raises(AssertionError, match=r"^100 of 100 break the law\n<0>: Failed(.|\n)*<99>$"):
        await made
    assert heard == [*range(100)]


def test_a_law_over_nothing_is_refused() -> None:
    with pytest.raises(AssertionError, match="there is none of size"):
        over_all("size", [])


def test_a_law_takes_what_it_is_asserted_of() -> None:
    with pytest.raises(AssertionError, match="takes what it is asserted of"):

        @over_all("size", [1])
        def law(length: int) -> None:
            assert length
