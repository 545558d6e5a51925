"""Where to look: enabled regions, chosen ones, those with costs; asked how often."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.aws import AwsFake, Call
from tests.fakes.aws_replay import CountingMeter, spec
from tests.providers.aws.conftest import INSTANCES, MakeClient

from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.providers.spec import Listing


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


async def regions(client: Any, listing: Listing = INSTANCES) -> list[str]:
    return [scope.region for scope in await client.scopes(listing)]


async def test_all_enabled_regions_are_swept_or_those_of_them_that_are_chosen(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.regions = ["us-east-1", "eu-west-3", "ap-south-1"]
    assert await regions(make_client()) == ["ap-south-1", "eu-west-3", "us-east-1"]
    assert await regions(make_client(regions=("eu-west-3", "xx-gone-1"))) == ["eu-west-3"]
    assert await regions(make_client(), spec("s3/bucket").listing) == ["global"]


async def test_a_chosen_region_that_is_not_there_is_said_once(
    fake: AwsFake, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    client = make_client(clock, regions=("eu-west-3", "mars-north-1"))
    for _ in range(2):
        assert await regions(client) == ["eu-west-3"]
        clock.now += 3601
    assert [
        line for line in caplog.messages if "mars-north-1 is not there or not enabled" in line
    ] == caplog.messages
    assert len(caplog.messages) == 1
    assert fake.count("DescribeRegions") == 2


async def test_defect_13_a_new_region_appears_without_a_restart(
    fake: AwsFake, make_client: MakeClient
) -> None:
    clock = Clock()
    client = make_client(clock)
    assert await regions(client) == ["eu-west-3", "us-east-1"]
    fake.regions.append("mx-central-1")
    assert await regions(client) == ["eu-west-3", "us-east-1"]
    assert fake.count("DescribeRegions") == 1, "asked once an hour"
    clock.now += 3601
    assert await regions(client) == ["eu-west-3", "mx-central-1", "us-east-1"]


async def test_regions_known_so_far_stay_when_they_cannot_be_asked_for(
    fake: AwsFake, make_client: MakeClient
) -> None:
    clock = Clock()
    client = make_client(clock)
    await client.scopes(INSTANCES)
    fake.fault("DescribeRegions", "server")
    clock.now += 3601
    assert await regions(client) == ["eu-west-3", "us-east-1"]


async def test_without_the_permission_to_list_regions_the_configured_ones_are_taken(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("DescribeRegions", "forbidden")
    assert await regions(make_client(regions=("eu-west-3",))) == ["eu-west-3"]
    with pytest.raises(PermissionMissing, match="ec2:DescribeRegions"):
        await make_client().scopes(INSTANCES)


def costs(*used: tuple[str, str]) -> dict[str, Any]:
    groups = [
        {"Keys": [region, service], "Metrics": {"UsageQuantity": {"Amount": "1"}}}
        for region, service in used
    ]
    return {"ResultsByTime": [{"Groups": groups}, {"Groups": []}]}


async def test_defect_13_volumes_are_looked_for_where_cost_explorer_tells_of_no_instance(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    fake.handlers["GetCostAndUsage"] = costs(
        ("eu-west-3", "EC2 - Other"),
        ("us-east-1", "Amazon Relational Database Service"),
        ("ap-south-1", "AWS Key Management Service"),
        ("global", "Amazon Route 53"),
        ("NoRegion", "Tax"),
    )
    clock = Clock()
    client = make_client(clock, discovery="cost-explorer")
    assert await regions(client, spec("ec2/volume").listing) == ["eu-west-3"]
    assert await regions(client, spec("rds/db_instance").listing) == ["us-east-1"]
    assert meter.units["ce", "GetCostAndUsage"] == 1
    fake.handlers["GetCostAndUsage"] = costs(
        ("il-central-1", "Amazon Elastic Compute Cloud - Compute")
    )
    clock.now += 86_000
    assert await regions(client) == ["eu-west-3"]
    assert meter.units["ce", "GetCostAndUsage"] == 1, "at most once a day: each request costs money"
    clock.now += 500
    assert await regions(client) == ["il-central-1"]
    assert meter.units["ce", "GetCostAndUsage"] == 2
    assert fake.count("DescribeRegions") == 0


async def test_what_cost_explorer_said_last_stays_while_it_cannot_be_asked(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["GetCostAndUsage"] = costs(("eu-west-3", "EC2 - Other"))
    clock = Clock()
    client = make_client(clock, discovery="cost-explorer")
    await client.scopes(INSTANCES)
    fake.fault("GetCostAndUsage", "throttle")
    clock.now += 90_000
    assert await regions(client) == ["eu-west-3"]
    with pytest.raises(CollectError):
        await make_client(clock, discovery="cost-explorer").scopes(INSTANCES)


async def test_cost_explorer_pages_are_read_and_each_is_billed(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    def page(call: Call) -> dict[str, Any]:
        if "NextPageToken" in call.params:
            return costs(("us-east-1", "EC2 - Other"))
        return {**costs(("eu-west-3", "EC2 - Other")), "NextPageToken": "more"}

    fake.handlers["GetCostAndUsage"] = page
    assert await regions(make_client(discovery="cost-explorer")) == ["eu-west-3", "us-east-1"]
    assert meter.units["ce", "GetCostAndUsage"] == 2
