"""Pages of a list: in one or in many, what is described is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, ReplayClient, recording, recordings, spec
from tests.over_all import over_all
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.expand import batches
from cloud_carbon_exporter.providers.spec import Listing, Scope


# Objects are told apart by the listing; a recording may hold the answers of several.
def _lists() -> Iterator[tuple[str, Listing]]:
    for module in recordings():
        seen: list[Listing] = []
        for own in module_specs(module):
            if not any(own.listing is listing for listing in seen):
                seen.append(own.listing)
                yield module, own.listing


LISTS = list(_lists())


def in_pages_of(answer: Any, items: str, size: int) -> list[Any]:
    """An answer cut into several, each with so many of the objects at `items`."""
    step, _, rest = items.partition(".")
    name = step.removesuffix("[]")
    if not step.endswith("[]"):
        return [{**answer, name: part} for part in in_pages_of(answer[name], rest, size)]
    objects = answer.get(name) or []
    cut = [{**answer, name: part} for part in batches(objects, size)]
    return cut or [answer]


async def listed(answers: Mapping[str, Any], listing: Listing) -> Swept:
    scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
    specs = [service for service in PROVIDER.services if service.listing is listing]
    return await sweep(ReplayClient(answers), listing, specs, scope)


def by_id(swept: Swept) -> dict[str, Resource]:
    return {resource.id: resource for resource in swept.resources}


@over_all(("module", "listing"), LISTS, ids=[f"{module} {own.operation}" for module, own in LISTS])
async def test_a_recording_reads_alike_in_one_page_and_in_many(
    module: str, listing: Listing
) -> None:
    answers = recording(module)
    cut: list[Any] = []
    for answer in answers[listing.operation]:
        cut += in_pages_of(answer, listing.items, 1)
    whole = await listed(answers, listing)
    paged = await listed({**answers, listing.operation: cut}, listing)
    assert by_id(paged) == by_id(whole)
    assert {ended.resource.id for ended in paged.endings} == {
        ended.resource.id for ended in whole.endings
    }
    assert paged.skipped == whole.skipped == {}


VOLUMES, DAYS = 50, 40


def volume_snapshots() -> list[Any]:
    """Snapshots of each volume on each day, in an order of chance."""
    snapshots = [_of_volume(volume, day) for volume in range(VOLUMES) for day in range(DAYS)]
    random.Random(1).shuffle(snapshots)
    return snapshots


def _of_volume(volume: int, day: int) -> dict[str, Any]:
    return {
        "SnapshotId": f"snap-{volume:04d}{day:04d}",
        "VolumeId": f"vol-{volume:04d}",
        "VolumeSize": 100,
        "State": "completed",
        "StorageTier": "standard",
        "StartTime": f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T00:00:00Z",
    }


def database_snapshots() -> list[Any]:
    """Snapshots of each database on each day, day by day."""
    snapshots: list[Any] = []
    for day in range(DAYS):
        for database in range(VOLUMES):
            name = f"rds:db{database:03d}-{day:02d}"
            snapshots.append(
                {
                    "DBSnapshotIdentifier": name,
                    "DBSnapshotArn": f"arn:aws:rds:eu-west-3:{ACCOUNT}:snapshot:{name}",
                    "DBInstanceIdentifier": f"db{database:03d}",
                    "AllocatedStorage": 100,
                    "Status": "available",
                    "SnapshotCreateTime": f"2026-11-{1 + day:02d}",
                }
            )
    return snapshots


def in_full(resources: Sequence[Resource]) -> int:
    return sum("incremental" not in resource.components[0].part for resource in resources)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
@pytest.mark.parametrize("kind", ["ec2/snapshot", "rds/db_snapshot"])
async def test_the_oldest_snapshot_counts_in_full_once_however_they_are_paged(
    kind: str, size: int
) -> None:
    listing = spec(kind).listing
    everything = volume_snapshots() if kind == "ec2/snapshot" else database_snapshots()
    name = listing.items.removesuffix("[]")
    pages = in_pages_of({name: everything}, listing.items, size)
    swept = await listed({listing.operation: pages}, listing)
    assert len(swept.resources) == VOLUMES * DAYS
    assert in_full(swept.resources) == VOLUMES


@pytest.mark.parametrize("size", [1, 3, 100])
async def test_what_namesakes_and_collections_share_is_shared_by_all_pages(size: int) -> None:
    apis = [{"id": f"a{number}", "name": "shop"} for number in range(10)]
    listing = spec("apigateway/rest_api").listing
    pages = in_pages_of({"items": apis}, listing.items, size)
    swept = await listed({listing.operation: pages}, listing)
    assert sum(resource.components[0].amount for resource in swept.resources) == pytest.approx(1)
    listing = spec("opensearchserverless/collection").listing
    names = [{"arn": f"arn:aws:aoss:x:1:{n}", "name": n, "status": "ACTIVE"} for n in "abcdefgh"]
    pages = in_pages_of({"collectionSummaries": names}, listing.items, size)
    swept = await listed({listing.operation: pages}, listing)
    shares = [resource.components[0].amount for resource in swept.resources]
    alone = await listed({listing.operation: [{"collectionSummaries": names[:1]}]}, listing)
    assert sum(shares) == pytest.approx(alone.resources[0].components[0].amount)
