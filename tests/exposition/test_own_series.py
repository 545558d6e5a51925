"""Own series: no more than what exists and what fails, however much is asked for."""

from __future__ import annotations

from itertools import product

from tests.exposition.reading import read

from cloud_carbon_exporter.exposition import Settings, render
from cloud_carbon_exporter.exposition.families import OF_EXPORTER
from cloud_carbon_exporter.model.snapshot import ApiUse, Outcome, Snapshot, TargetState
from cloud_carbon_exporter.providers.aws import SERVICES

BUDGET = 300
ACCOUNT = "111111111111"
REGIONS = [f"region-{number}" for number in range(17)]


def account(kinds_found: int, regions: int) -> Snapshot:
    """A whole AWS account: asked for every kind in every region, and so many were found."""
    kinds = [service.kind for service in SERVICES]
    found = set(product(kinds[:kinds_found], REGIONS[:regions]))
    listings = [
        Outcome("aws", ACCOUNT, region, kind, "", 0.1, 1, 1e9, (kind, region) in found)
        for kind, region in product(kinds, REGIONS)
    ]
    measured = [Outcome("aws", ACCOUNT, region, kind, found=True) for kind, region in sorted(found)]
    requests = {("aws", kind.partition("/")[0], f"List{kind}", "success"): 17 for kind in kinds}
    return Snapshot(
        1e9,
        targets=(TargetState("aws", "aws", True, "", (ACCOUNT,)),),
        listings=tuple(listings),
        measurements=tuple(measured),
        api=ApiUse(requests=requests, dollars={("aws", ACCOUNT, "cloudwatch"): 1.0}),
    )


def own_series(snapshot: Snapshot) -> int:
    scrape = read(render(snapshot, Settings(version="1", interval_seconds=300)))
    own = {family.name for family in OF_EXPORTER}
    return sum(series.name in own for series in scrape)


def test_twenty_kinds_in_four_regions_have_three_hundred_own_series_at_most() -> None:
    count = own_series(account(20, 4))
    print(f"{count} own series for 20 kinds in 4 regions")
    assert 80 < count <= BUDGET


def test_own_series_grow_with_what_is_found_and_not_with_what_is_asked() -> None:
    nothing, one, two = (own_series(account(20, regions)) for regions in (0, 1, 2))
    assert two - one == 20  # each region more is one series a kind
    assert one - nothing <= 100
