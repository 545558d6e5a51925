"""A listing that was empty rests for some refreshes; but not while it is shown as failed."""

from __future__ import annotations

from tests.collect.test_collector import EU, REFUSED, listing, new_collector
from tests.fakes.cloud import Clock, Cloud


async def test_an_empty_listing_marked_failed_is_well_within_two_refreshes_of_the_fault() -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.fail["connect"] = REFUSED
    await collector.refresh()
    assert "expired" in listing(collector.snapshot).error
    del cloud.fail["connect"]
    for _ in range(2):
        await collector.refresh()
    assert listing(collector.snapshot).error == ""
    await collector.close()


async def test_an_empty_listing_that_is_well_rests() -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    collector = new_collector(clock, cloud)
    for _ in range(3):
        await collector.refresh()
    assert cloud.sweeps == [EU]
    await collector.close()
