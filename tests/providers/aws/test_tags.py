"""Tags that list calls do not bring: one pass a region, whose failure costs no resource."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call
from tests.fakes.aws_replay import CountingMeter
from tests.fakes.aws_shapes import checked
from tests.providers.aws.conftest import MakeClient
from tests.providers.aws.test_regions import Clock

from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.refusals import refused_to

TABLE = f"arn:aws:dynamodb:eu-west-3:{ACCOUNT}:table/orders"
TOPIC = f"arn:aws:sns:eu-west-3:{ACCOUNT}:alerts"
TAGS = [
    {"Key": "team", "Value": "shop"},
    {"Key": "cost-centre", "Value": "4711"},
    {"Key": "Name", "Value": "x"},
]


def pages(call: Call) -> Mapping[str, object]:
    """Two pages in Paris, nothing elsewhere."""
    if call.region != "eu-west-3":
        return checked("resourcegroupstaggingapi", "GetResources", {"ResourceTagMappingList": []})
    arn, token = (TOPIC, "") if call.params.get("PaginationToken") else (TABLE, "more")
    answer = {
        "ResourceTagMappingList": [{"ResourceARN": arn, "Tags": TAGS}],
        "PaginationToken": token,
    }
    return checked("resourcegroupstaggingapi", "GetResources", answer)


async def test_one_pass_an_hour_over_a_region_serves_every_service(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    fake.handlers["GetResources"] = pages
    clock = Clock()
    client = make_client(clock, tags=("team",))
    tables = await tagging.by_arn(client, ACCOUNT, {"eu-west-3"}, "dynamodb:table")
    assert tables[TABLE] == (TAGS[0], TAGS[2]), "what nobody asked to be exported is not kept"
    topics = await tagging.by_arn(client, ACCOUNT, {"eu-west-3", "us-east-1"}, "sns")
    assert topics[TOPIC] == (TAGS[0], TAGS[2])
    assert meter.calls["resourcegroupstaggingapi", "GetResources", "success"] == 3, (
        "two pages, and one of nothing"
    )
    clock.now += 3601
    await tagging.by_arn(client, ACCOUNT, {"eu-west-3"}, "sqs")
    assert fake.count("GetResources") == 5


async def test_tags_stay_while_they_cannot_be_read_and_the_reason_is_said_once(
    fake: AwsFake, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fake.handlers["GetResources"] = pages
    clock = Clock()
    client = make_client(clock, tags=("team",))
    await tagging.by_arn(client, ACCOUNT, {"eu-west-3"}, "sns")
    fake.fault("GetResources", "forbidden")
    for _ in range(2):
        clock.now += 3601
        assert TOPIC in await tagging.by_arn(client, ACCOUNT, {"eu-west-3"}, "sns")
    [refusal] = refused_to(client)
    assert "grant tag:GetResources" in refusal.error
    fake.faults.clear()
    fake.fault("GetResources", "server")
    for _ in range(2):
        clock.now += 3601
        assert TOPIC in await tagging.by_arn(client, ACCOUNT, {"eu-west-3"}, "sns")
    said = [record.message for record in caplog.records if "tags are missing" in record.message]
    assert len(said) == 1
    assert await tagging.by_arn(make_client(tags=("team",)), ACCOUNT, {"eu-west-3"}, "sns") == {}
