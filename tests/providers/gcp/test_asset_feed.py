"""Feed of Asset Inventory: what it makes be listed again, and what it tells of an end."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_feed import GREETING
from tests.patience import PATIENCE_SECONDS
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.test_departures import HISTORY, gone, listed, running

from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import Malformed, PermissionMissing, Unreachable
from cloud_carbon_exporter.providers.changes import Change
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client import asset_feed
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.options import GcpOptions

pytestmark = pytest.mark.slow

SUBSCRIPTION = "projects/shop-prod/subscriptions/carbon"
PULL = "pubsub.projects.subscriptions.pull"
EVERYTHING = Change("shop-prod", "global", "cloudasset", "assets.list")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asset_feed, "_PAUSE_SECONDS", 0.01)


def machine(name: str = "web-1", status: str = "RUNNING", **data: Any) -> dict[str, Any]:
    """A machine as the feed shows it, with resources."""
    asset = running()
    asset["name"] = asset["name"].replace("/web-1", f"/{name}")
    asset["resource"]["data"] |= {"name": name, "status": status, **data}
    return asset


def bare(asset: dict[str, Any]) -> dict[str, Any]:
    return {key: asset[key] for key in ("name", "assetType", "ancestors")}


def rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def deletion(asset: dict[str, Any], at: float) -> dict[str, Any]:
    return {
        "asset": bare(asset),
        "priorAsset": asset,
        "priorAssetState": "PRESENT",
        "deleted": True,
        "window": {"startTime": rfc3339(at)},
    }


def creation(asset: dict[str, Any]) -> dict[str, Any]:
    return {"asset": asset, "priorAssetState": "DOES_NOT_EXIST", "window": {}}


def change(asset: dict[str, Any], prior: dict[str, Any]) -> dict[str, Any]:
    return {"asset": asset, "priorAsset": prior, "priorAssetState": "PRESENT", "window": {}}


async def first(client: GcpClient) -> Sequence[Change]:
    """What is told first, by way of the provider, as the collector asks."""
    assert PROVIDER.changes is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await anext(PROVIDER.changes(client))


async def nothing(client: GcpClient, cloud: GoogleCloud) -> None:
    """Nothing is told, though all messages were taken."""
    told = asyncio.ensure_future(anext(client.changes()))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while cloud.feed.waiting:
            await asyncio.sleep(0.05)
    await asyncio.wait({told}, timeout=0.2)
    assert not told.done()
    told.cancel()
    await asyncio.gather(told, return_exceptions=True)
    assert cloud.feed.violations == []


@pytest.mark.parametrize(
    "told",
    [
        creation(machine("runner")),
        deletion(machine("runner"), time.time()),
        change(machine(status="TERMINATED"), machine()),
        # a feed that does not send resources
        {"asset": bare(machine()), "window": {}},
        {"asset": bare(machine()), "deleted": True, "window": {}},
    ],
    ids=["created", "deleted", "stopped", "changed", "deleted, nothing told of it"],
)
async def test_what_begins_ends_or_changes_its_state_is_to_be_listed_again(
    explore: Explore, cloud: GoogleCloud, told: dict[str, Any]
) -> None:
    cloud.feed.put(GREETING, told)
    assert await first(explore(asset_feed_subscription=SUBSCRIPTION)) == (EVERYTHING,)
    assert len(cloud.feed.acknowledged) == 2, "whatever else is told is taken out of it"
    assert cloud.feed.violations == []


async def test_what_changes_no_watt_is_passed_over(explore: Explore, cloud: GoogleCloud) -> None:
    other = machine()
    other["name"] = other["name"].replace("/shop-prod/", "/another/")
    other["ancestors"] = ["projects/99", "organizations/7"]
    cloud.feed.put(change(machine(labels={"team": "ci"}), machine()), creation(other))
    cloud.feed.put({"asset": {"name": "//x/y", "assetType": "x.googleapis.com/Y"}, "window": {}})
    await nothing(explore(asset_feed_subscription=SUBSCRIPTION), cloud)


async def test_messages_that_are_no_changes_are_passed_over(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.feed.put("[]", "null", '{"asset": 3}', '{"asset": {"name": 3}}', "[" * 100_000, "\x00")
    cloud.feed.put_raw({"data": "no base64!"})
    cloud.feed.put_raw({"attributes": {"without": "data"}})
    await nothing(explore(asset_feed_subscription=SUBSCRIPTION), cloud)


async def test_an_answer_without_a_list_is_malformed(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.checked = False
    cloud.answers[PULL] = {"receivedMessages": "none"}
    with pytest.raises(Malformed, match="receivedMessages"):
        await first(explore(asset_feed_subscription=SUBSCRIPTION))


async def test_without_a_subscription_nothing_is_asked(
    explore: Explore, cloud: GoogleCloud
) -> None:
    assert [told async for told in explore().changes()] == []
    assert cloud.requests == []


async def test_a_subscription_that_may_not_be_read_names_the_permission(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("pubsub", "permission")
    with pytest.raises(PermissionMissing) as raised:
        await first(explore(asset_feed_subscription=SUBSCRIPTION))
    assert raised.value.hint == "grant pubsub.subscriptions.consume"


async def test_a_service_that_is_down_is_no_quiet_feed(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("pubsub", "unavailable")
    with pytest.raises(Unreachable):
        await first(explore(asset_feed_subscription=SUBSCRIPTION))


async def test_a_wait_that_brings_nothing_is_no_failure(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """Pub/Sub holds a pull until there is something to tell; a connection that is silent breaks."""
    cloud.break_("pubsub", "hang", times=2)
    cloud.feed.put(creation(machine("runner")))
    client = explore(asset_feed_subscription=SUBSCRIPTION, timeout_seconds=0.6)
    assert await first(client) == (EVERYTHING,)
    assert cloud.calls[PULL] == 3


async def test_a_deletion_that_was_told_needs_no_history(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, asset, at = explore(asset_feed_subscription=SUBSCRIPTION), running(), time.time() - 100
    await listed(client)
    gone(cloud, asset, at - 7)
    cloud.feed.put(deletion(asset, at))
    await first(client)
    [ending] = (await listed(client)).endings
    assert ending.resource.id == asset["name"].removeprefix("//")
    assert ending.at == pytest.approx(at, abs=0.001)
    assert ending.left is None
    assert cloud.calls[HISTORY] == 0
    assert (await listed(client)).endings == (), "once"


async def test_a_machine_that_no_listing_had_is_told_whole(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now = explore(asset_feed_subscription=SUBSCRIPTION), time.time()
    await listed(client)
    runner = machine("runner", id="77", lastStartTimestamp=rfc3339(now - 90))
    cloud.feed.put(deletion(runner, now - 20))
    await first(client)
    [ending] = (await listed(client)).endings
    assert ending.resource.name == "runner"
    assert ending.resource.started == pytest.approx(now - 90, abs=0.001)
    assert ending.at == pytest.approx(now - 20, abs=0.001)
    assert ending.resource.components


async def test_a_deletion_waits_for_a_list_that_is_late(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, asset, at = explore(asset_feed_subscription=SUBSCRIPTION), running(), time.time() - 10
    await listed(client)
    cloud.feed.put(deletion(asset, at))
    await first(client)
    assert (await listed(client)).endings == (), "it is listed still"
    gone(cloud, asset, at - 7)
    [ending] = (await listed(client)).endings
    assert ending.at == pytest.approx(at, abs=0.001)


async def test_one_made_again_under_its_name_is_not_taken_for_the_one_deleted(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, old, at = explore(asset_feed_subscription=SUBSCRIPTION), running(), time.time() - 10
    before = await listed(client)
    new = copy.deepcopy(old)
    new["resource"]["data"]["id"] = "78"
    cloud.assets = [new if asset["name"] == old["name"] else asset for asset in cloud.assets]
    cloud.feed.put(deletion(old, at))
    await first(client)
    after = await listed(client)
    assert len(after.resources) == len(before.resources)
    assert [ending.at for ending in after.endings] == [pytest.approx(at, abs=0.001)]


async def test_a_deletion_whose_time_nobody_can_read_shows_no_machine(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client = explore(asset_feed_subscription=SUBSCRIPTION)
    before = await listed(client)
    told = deletion(machine("runner", id="77"), 0) | {"window": {}}
    cloud.feed.put(told)
    assert await first(client) == (EVERYTHING,)
    after = await listed(client)
    assert (after.resources, after.endings) == (before.resources, ())


@pytest.mark.parametrize(
    ("account_id", "projects", "is_below"),
    [
        ("shop-prod", {}, True),
        ("another", {}, False),
        ("organizations/7", {"99": "shop-prod"}, True),
        ("organizations/7", {}, True),
        ("folders/8", {"98": "another"}, False),
        ("99", {}, True),
    ],
)
def test_a_feed_may_tell_of_more_than_the_target(
    account_id: str, projects: dict[str, str], is_below: bool
) -> None:
    asset = {**machine(), "ancestors": ["projects/99", "folders/9", "organizations/7"]}
    assert asset_feed.is_below(asset, account_id, projects) is is_below


def test_a_subscription_is_named_by_a_target(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"targets: [{{provider: gcp, asset_feed_subscription: {SUBSCRIPTION}}}]")
    (target,) = load(["-config.file", str(file)], {}).settings.targets
    options = target.options_of(GcpOptions)
    assert options.asset_feed_subscription == SUBSCRIPTION
    assert options.explored() == GcpOptions().explored(), "it makes no other target"
