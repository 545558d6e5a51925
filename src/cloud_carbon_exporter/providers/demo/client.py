"""Client of the made-up estate: no network, but the same manners as a cloud's."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.demo.day import UTC_OFFSET_HOURS, activity, noise, slot
from cloud_carbon_exporter.providers.demo.estate import Estate, ListedAt, build
from cloud_carbon_exporter.providers.demo.listings import DESCRIBE_REPOSITORIES, call_of
from cloud_carbon_exporter.providers.demo.places import FORBIDDEN_REGION, SPOTS
from cloud_carbon_exporter.providers.demo.series import Window, read_points, window
from cloud_carbon_exporter.providers.options import DemoOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope

# After each page the loop gets its turn, as it would while a cloud answers.
PAGE_SIZE = 1000
USERS_AT_NOON = 4000
"""Users connected in one region at the busiest hour of a working day."""

ACCOUNTS: Mapping[str, str] = {"aws": "demo-aws", "gcp": "demo-gcp", "scaleway": "demo-scaleway"}
"""Imitated cloud -> its account id."""


class DemoClient:
    """Client of the made-up estate. Which machines are there hangs on `now`, the clock."""

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
        """Places of the imitated cloud that this listing is called in."""
        provider = call_of(listing).provider
        account, spots = ACCOUNTS[provider], SPOTS[provider]
        if listing.scope == "project":
            return (Scope(provider, account),)
        if listing.scope == "global":
            return (Scope(provider, account, "global"),)
        if listing.scope == "zone":
            return [Scope(provider, account, spot.region, spot.zone) for spot in spots]
        regions = dict.fromkeys(spot.region for spot in spots)
        return [Scope(provider, account, region) for region in regions]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """Objects that are there now. One call is refused in one region, as a lesson."""
        call = call_of(listing)
        if call == DESCRIBE_REPOSITORIES and scope.region == FORBIDDEN_REGION:
            self._count(scope.account_id, listing, PermissionMissing.reason)
            raise _refused(listing, scope)
        where = scope.zone or scope.region or "global"
        objects = self._estate.objects(ListedAt(call, where), self._now())
        page = tuple(itertools.islice(objects, PAGE_SIZE))
        self._count(scope.account_id, listing, "success")  # an answer, though it may be empty
        while page:
            yield page
            await asyncio.sleep(0)
            if page := tuple(itertools.islice(objects, PAGE_SIZE)):
                self._count(scope.account_id, listing, "success")

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """Loads of resources from `read.start` up to `until`, without gap, cut to the window."""
        points: dict[tuple[str, Signal], tuple[Point, ...]] = {}
        windows: dict[float, Window] = {}
        for first in range(0, len(reads), PAGE_SIZE):
            for read in reads[first : first + PAGE_SIZE]:
                within = windows.get(read.start)
                if within is None:
                    within = windows[read.start] = window(read.start, until)
                for series in read_points(read, within, self._seed):
                    points[read.resource.id, series.signal] = series.points
            self._meter.call(account_id="", api="monitoring", operation="series")
            await asyncio.sleep(0)
        return Reading(points)

    async def extras(self, now: float) -> Extras:
        """Users connected now, and an inventory that counts what the refused call hides too."""
        listed, names = {}, {}
        for provider, account in ACCOUNTS.items():
            listed[provider, account, "demo"] = self._estate.count(provider)
            names[provider, account] = f"Demo {provider}"
        gauges = {"demo_connected_users": connected_users(self._seed, now)}
        return Extras(gauges=gauges, listed=listed, account_names=names)

    async def close(self) -> None:
        """Nothing to close."""

    def _count(self, account_id: str, listing: Listing, outcome: str) -> None:
        self._meter.call(
            account_id=account_id, api=listing.api, operation=listing.operation, outcome=outcome
        )


def _refused(listing: Listing, scope: Scope) -> PermissionMissing:
    # An organisation that forbids a region does it by such a policy, and AWS says so in these words
    # (IAM user guide, "Troubleshoot access denied error messages").
    return PermissionMissing(
        "AccessDeniedException: User: "
        f"arn:aws:sts::{scope.account_id}:assumed-role/carbon/exporter "
        "is not authorized to perform: ecr:DescribeRepositories on resource: "
        f"arn:aws:ecr:{scope.region}:{scope.account_id}:repository/* with an explicit deny in a "
        "service control policy",
        provider=scope.provider,
        account_id=scope.account_id,
        region=scope.region,
        operation=listing.operation,
        hint="grant ecr:DescribeRepositories; the demo estate fails here on purpose",
    )


def connected_users(seed: int, at: float) -> int:
    """Number of people who use what the estate runs, the world over.

    They follow the day curve that its load follows.
    """
    users = 0
    regions = [region for region in UTC_OFFSET_HOURS if region not in {"eu", "us"}]
    for number, region in enumerate(regions):
        awake = 0.03 + 0.97 * activity(at, region)
        users += round(USERS_AT_NOON * awake * (0.9 + 0.2 * noise(seed + number, slot(at))))
    return users
