"""Answers of success that hold no list: nothing vanishes for them, and every kind says so."""

from __future__ import annotations

import json
import logging

import pytest
from tests.fakes.scaleway import FakeScaleway, Fault
from tests.providers.scaleway.support import OF_COCKPIT
from tests.providers.scaleway.test_refresh import collecting

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.scaleway import PROVIDER

BODIES = (
    "",
    "{}",
    "null",
    '{"message": null}',
    '{"Message": "ok"}',
    '{"__type": "Busy"}',
    '{"Error": {"Code": "Busy"}}',
    '{"total_count": 3}',
)
SERVICES = [spec for spec in PROVIDER.services if spec.kind not in OF_COCKPIT]
LISTINGS = {id(spec.listing): spec.listing for spec in SERVICES}.values()
# The last word of each path; the look-ups beside the lists are remembered.
PIECES = {f"/{listing.path.rsplit('/', 1)[-1]}" for listing in LISTINGS if listing.path} | {"s3/"}


def spoil(fake: FakeScaleway, body: str) -> None:
    for piece in PIECES:
        fake.faults[piece] = Fault(status=200, body=body)


def ids(snapshot: Snapshot) -> set[str]:
    return {row.resource.id for row in snapshot.rows}


@pytest.mark.slow
@pytest.mark.parametrize("body", BODIES)
async def test_law_an_answer_of_success_without_its_list_costs_nothing_that_was_seen(
    body: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeScaleway() as fake, collecting(fake) as collector:
        await collector.refresh()
        before = collector.snapshot
        held = {row.resource.kind for row in before.rows}
        assert held == {spec.kind for spec in SERVICES}
        spoil(fake, body)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            await collector.refresh()
        after = collector.snapshot
        assert ids(after) == ids(before)
        failing = {outcome.kind for outcome in after.listings if outcome.error}
        assert failing >= held
        for listing in LISTINGS:
            assert listing.operation in caplog.text
        fake.faults.clear()
        await collector.refresh()
        assert not any(outcome.error for outcome in collector.snapshot.listings)
        assert ids(collector.snapshot) == ids(before)


@pytest.mark.slow
async def test_a_list_that_is_empty_is_believed_at_once() -> None:
    async with FakeScaleway() as fake, collecting(fake) as collector:
        await collector.refresh()
        for listing in LISTINGS:
            if listing.path:
                for place in fake.route(listing.path).places:
                    fake.route(listing.path).places[place] = []
        fake.buckets.clear()
        await collector.refresh()
        assert ids(collector.snapshot) == set()
        assert not any(outcome.error for outcome in collector.snapshot.listings)


@pytest.mark.slow
async def test_a_list_beside_a_word_of_warning_is_a_list() -> None:
    async with FakeScaleway() as fake, collecting(fake) as collector:
        await collector.refresh()
        body = json.dumps({"lbs": [], "total_count": 0, "message": "all is well"})
        fake.faults["/lbs"] = Fault(status=200, body=body)
        await collector.refresh()
        assert "lb/lb" not in {row.resource.kind for row in collector.snapshot.rows}
        assert not any(outcome.error for outcome in collector.snapshot.listings)
