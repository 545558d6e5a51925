"""Table of Scaleway's lists: complete by what the SDK brings, and one with what is estimated."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.describing.lists import DRAWS, LISTS, list_calls

KINDS = {spec.kind for spec in PROVIDER.services}
LIST = re.compile(r"def list_([a-z0-9_]+)\(")
# No products: what all share, and an API to try the SDK with.
NO_PRODUCTS = {"std", "test"}


@cache
def listed_by_the_sdk() -> frozenset[tuple[str, str]]:
    """Product and things of every list call of the SDK."""
    sdk = importlib.util.find_spec("scaleway")
    assert sdk is not None and sdk.origin is not None
    calls: set[tuple[str, str]] = set()
    for source in Path(sdk.origin).parent.glob("*/v*/api.py"):
        product = source.parent.parent.name
        for things in LIST.findall(source.read_text(encoding="utf-8")):
            # each has a second one, that goes through all pages
            if not things.endswith("_all") and product not in NO_PRODUCTS:
                calls.add((product, things))
    return frozenset(calls)


def test_every_list_of_the_sdk_is_in_the_table() -> None:
    assert len(listed_by_the_sdk()) > 200
    new = sorted(listed_by_the_sdk() - {(call.product, call.things) for call in list_calls()})
    assert not new, (
        f"the SDK has brought {new}: look whether they draw power, and write them into {LISTS} "
        f"(draws: {', '.join(DRAWS)})"
    )


def test_every_kind_is_what_a_list_counts() -> None:
    counted = Counter(call.counted_as for call in list_calls() if call.draws == "yes")
    del counted[""]
    # Buckets are listed over S3.
    assert set(counted) == KINDS - {"object/bucket"}
    assert set(counted.values()) == {1}


def test_a_part_is_of_a_kind_and_nothing_else_is_counted() -> None:
    for call in list_calls():
        if call.draws == "part":
            assert call.counted_as in KINDS, call
        elif call.draws != "yes":
            assert call.counted_as == "", call


@pytest.mark.parametrize("draws", DRAWS)
def test_every_word_of_the_table_is_used(draws: str) -> None:
    assert [call for call in list_calls() if call.draws == draws]


def test_a_list_stands_once_and_in_order() -> None:
    names = [(call.product, call.things) for call in list_calls()]
    assert names == sorted(set(names))
