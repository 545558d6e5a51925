"""A listing that was empty rests for some refreshes; but not while it is shown as failed."""

from __future__ import annotations

from tests.collect.test_collector import EU, REFUSED, collector, listing
from tests.fakes.cloud import Clock, Cloud


async def test_an_empty_listing_marked_failed_is_well_within_two_refreshes_of_the_fault() -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    of = collector(clock, cloud)
    await of.refresh()
    cloud.fail["connect"] = REFUSED
    await of.refresh()
    assert "expired" in listing(of.snapshot).error
    del cloud.fail["connect"]
    for _ in range(2):
        await of.refresh()
    assert listing(of.snapshot).error == ""
    await of.close()


async def test_an_empty_listing_that_is_well_rests() -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    of = collector(clock, cloud)
    for _ in range(3):
        await of.refresh()
    assert cloud.sweeps == [EU]
    await of.close()
