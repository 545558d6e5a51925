"""Quotas of Google: a listing of more pages than a minute allows is read to its end, once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import web
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.conftest import Explore, VirtualClock

from cloud_carbon_exporter.errors import Throttled
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING

ALLOWED = 100
"""Calls of assets.list in a minute (https://docs.cloud.google.com/asset-inventory/docs/quota)."""

PAGES = 120
PAGE_SIZE = 1000
REFUSAL = {
    "error": {
        "code": 429,
        "status": "RESOURCE_EXHAUSTED",
        "message": "Quota exceeded for quota metric 'ListAssets Requests'",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
            }
        ],
    }
}


class LargeEstate(GoogleCloud):
    """An Asset Inventory of 120 full pages, with its quota kept by a virtual clock.

    others: moments at which somebody else's calls weigh on the same quota.
    """

    def __init__(self, clock: VirtualClock, others: Iterable[float] = ()) -> None:
        super().__init__(assets=())
        self.clock = clock
        self.others = deque(others)
        self.begun: deque[float] = deque()
        self.refused = 0
        self.checked = False  # 120,000 objects against their schemas take minutes

    def _assets(self, path: str, query: Any) -> dict[str, Any] | web.Response:
        while self.others and self.others[0] <= self.clock.now:
            self.begun.append(self.others.popleft())
        recent = [at for at in self.begun if at > self.clock.now - 60]
        if len(recent) >= ALLOWED:
            self.refused += 1
            return web.json_response(REFUSAL, status=429)
        self.begun.append(self.clock.now)
        number = int(dict(query).get("pageToken", "0"))
        answer: dict[str, Any] = {"readTime": "2026-11-24T12:00:00Z", "assets": _page(number)}
        if number + 1 < PAGES:
            answer["nextPageToken"] = str(number + 1)
        return answer


def _page(number: int) -> list[dict[str, Any]]:
    assets: list[dict[str, Any]] = []
    for rank in range(PAGE_SIZE):
        name = f"bucket-{number}-{rank}"
        data = {"name": name, "location": "EU"}
        assets.append(
            {
                "name": f"//storage.googleapis.com/{name}",
                "assetType": "storage.googleapis.com/Bucket",
                "ancestors": ["projects/418263905127"],
                "resource": {"location": "eu", "data": data},
            }
        )
    return assets


async def _names(client: GcpClient) -> list[str]:
    await client.connect()
    [scope] = await client.scopes(LISTING)
    names: list[str] = []
    async for page in client.pages(LISTING, scope):
        names += [raw["name"] for raw in page]
    return names


@pytest.fixture
async def large(
    cloud: GoogleCloud, pace_clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """The large estate in place of the small one; it takes the tokens that the small one gives."""
    estate = LargeEstate(pace_clock)
    estate.tokens = cloud.tokens
    async with estate.running():
        for name, value in estate.environment().items():
            monkeypatch.setenv(name, value)
        yield estate


@pytest.mark.slow
async def test_more_pages_than_a_minute_allows_are_read_to_the_end(
    large: LargeEstate, explore: Explore
) -> None:
    """21: the listing was abandoned after 4 tries in 6 s, and never completed."""
    names = await _names(explore())
    assert len(set(names)) == len(names) == PAGES * PAGE_SIZE
    assert large.refused == 0
    assert large.clock.now < 300  # before the next refresh


@pytest.mark.slow
async def test_what_others_use_of_the_quota_is_waited_out_and_no_page_is_read_twice(
    large: LargeEstate, explore: Explore
) -> None:
    large.others = deque([0.0] * 80 + [61.0] * 90)
    names = await _names(explore())
    assert len(set(names)) == len(names) == PAGES * PAGE_SIZE
    assert 0 < large.refused <= 5


@pytest.mark.slow
async def test_a_quota_that_is_never_whole_again_ends(large: LargeEstate, explore: Explore) -> None:
    large.others = deque(second / 2 for second in range(10_000))
    with pytest.raises(Throttled, match="ListAssets Requests"):
        await _names(explore())
