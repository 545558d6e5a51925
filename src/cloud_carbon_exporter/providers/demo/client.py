"""The client of the made-up estate: no network, but the same manners as a cloud's."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.demo import blueprints as made
from cloud_carbon_exporter.providers.demo.day import UTC_OFFSET_HOURS, activity, noise, slot
from cloud_carbon_exporter.providers.demo.estate import Estate, build
from cloud_carbon_exporter.providers.demo.series import Window, read_points, window
from cloud_carbon_exporter.providers.options import DemoOptions
from cloud_carbon_exporter.providers.spec import (
    Extras,
    Listing,
    Meter,
    Raw,
    Read,
    Reading,
    Scope,
    TargetSettings,
)

PAGE_SIZE = 1000
USERS_AT_NOON = 4000
"""Users connected in one region at the busiest hour of a working day."""

ACCOUNTS: Mapping[str, str] = {"aws": "demo-aws", "gcp": "demo-gcp", "scaleway": "demo-scaleway"}

_APIS: Mapping[str, frozenset[str]] = {
    "aws": frozenset({"ec2", "rds", "s3", "efs", "eks", "ecr"}),
    "gcp": frozenset({"cloudasset"}),
    "scaleway": frozenset({"instance", "baremetal", "block", "rdb", "object", "k8s", "registry"}),
}
_PLACES: Mapping[str, tuple[made.Place, ...]] = {
    "aws": made.AWS,
    "gcp": made.GCP,
    "scaleway": made.SCALEWAY,
}


class DemoClient:
    """A spec.Client. `now` is the clock: which machines are there, and how many users, hang on it
    and on the seed.
    """

    def __init__(
        self, settings: TargetSettings, meter: Meter, now: Callable[[], float] = time.time
    ) -> None:
        options = settings.options_of(DemoOptions)
        self._seed = options.seed
        self._resources = options.resources
        self._meter = meter
        self._now = now
        self._built: Estate | None = None

    @property
    def _estate(self) -> Estate:
        if self._built is None:
            self._built = build(self._seed, self._resources)
        return self._built

    async def connect(self) -> Sequence[str]:
        """Nobody to ask."""
        return tuple(ACCOUNTS.values())

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """The places of the imitated cloud that this listing is called in."""
        provider = _provider(listing)
        account = ACCOUNTS[provider]
        if listing.scope == "project":
            return (Scope(provider, account),)
        if listing.scope == "zone":
            return tuple(
                Scope(provider, account, region, zone) for region, zone in _PLACES[provider]
            )
        return tuple(
            Scope(provider, account, region)
            for region in dict.fromkeys(r for r, _ in _PLACES[provider])
        )

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """What is there now. ListBuckets is refused in one region, as a lesson in reading
        collector_up.
        """
        key = (listing.api, listing.operation)
        if key == made.LIST_BUCKETS and scope.region == made.FORBIDDEN_REGION:
            self._count(scope.account_id, key, PermissionMissing.reason)
            raise PermissionMissing(
                "AccessDenied: not authorized to perform s3:ListAllMyBuckets",
                provider=scope.provider,
                account_id=scope.account_id,
                region=scope.region,
                operation=listing.operation,
                hint="grant s3:ListAllMyBuckets; the demo estate fails here on purpose",
            )
        objects = self._estate.objects((key, scope.zone or scope.region), self._now())
        for page in _in_pages(objects):
            self._count(scope.account_id, key, "success")
            yield page
            await asyncio.sleep(0)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """The load of each resource from `read.start` up to `until`: Points without gap, cut to the
        window.
        """
        points: dict[tuple[str, Signal], tuple[Point, ...]] = {}
        windows: dict[float, Window] = {}
        for first in range(0, len(reads), PAGE_SIZE):
            for read in reads[first : first + PAGE_SIZE]:
                within = windows.get(read.start)
                if within is None:
                    within = windows[read.start] = window(read.start, until)
                for signal, found in read_points(read, within, self._seed):
                    points[read.resource.id, signal] = found
            self._count("", ("monitoring", "series"), "success")
            await asyncio.sleep(0)
        return Reading(points)

    async def extras(self, now: float) -> Extras:
        """Users connected now, and an inventory that counts what lies behind the refused call too."""
        listed = {
            (provider, account, "demo"): self._estate.count(
                frozenset(key for key in made.SCOPE_OF if key[0] in _APIS[provider])
            )
            for provider, account in ACCOUNTS.items()
        }
        return Extras(
            gauges={"demo_connected_users": connected_users(self._seed, now)},
            listed=listed,
            account_names={
                (provider, account): f"Demo {account[5:]}" for provider, account in ACCOUNTS.items()
            },
        )

    async def close(self) -> None:
        """Nothing to close."""

    def _count(self, account_id: str, key: made.ListingKey, outcome: str) -> None:
        self._meter.call(account_id=account_id, api=key[0], operation=key[1], outcome=outcome)


def connected_users(seed: int, at: float) -> int:
    """How many people use what the estate runs, the world over: the day curve that its load
    follows.
    """
    regions = [region for region in UTC_OFFSET_HOURS if region not in {"eu", "us"}]
    return sum(
        round(
            USERS_AT_NOON
            * (0.03 + 0.97 * activity(at, region))
            * (0.9 + 0.2 * noise(seed + number, slot(at)))
        )
        for number, region in enumerate(regions)
    )


def _provider(listing: Listing) -> str:
    return next(provider for provider, apis in _APIS.items() if listing.api in apis)


def _in_pages(objects: Iterator[Raw]) -> Iterator[Sequence[Raw]]:
    while page := tuple(itertools.islice(objects, PAGE_SIZE)):
        yield page
