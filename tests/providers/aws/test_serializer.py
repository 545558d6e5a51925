"""Requests and answers of GetMetricData, not walked member by member: as botocore has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import serialize
from botocore.session import Session

from cloud_carbon_exporter.providers.aws.client.parsers import AS_WRITTEN, ParserFactory
from cloud_carbon_exporter.providers.aws.client.serializer import QueriesAsGiven

CLOUDWATCH = Session().get_service_model("cloudwatch")
PARAMETERS = {
    "MetricDataQueries": [
        {
            "Id": "m0",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/EC2",
                    "MetricName": "CPUUtilization",
                    "Dimensions": [{"Name": "InstanceId", "Value": "i-0é☃"}],
                },
                "Period": 300,
                "Stat": "Average",
            },
        }
    ],
    "StartTime": 1_700_000_000.0,
    "EndTime": 1_700_000_300.0,
    "ScanBy": "TimestampAscending",
}
ANSWER = {
    "MetricDataResults": [
        {
            "Id": "m0",
            "Label": "CPU",
            "Timestamps": [1.7e9, 1700000300],
            "Values": [1.5, 2],
            "StatusCode": "Complete",
            "Messages": [{"Code": "c", "Value": "v"}],
        }
    ],
    "Messages": [],
    "NextToken": "next",
}


def members(shape: Any) -> Iterator[tuple[str, Any]]:
    """Members of a shape at any depth, lists seen through."""
    for name, member in shape.members.items():
        inner = member
        while inner.type_name == "list":
            inner = inner.member
        yield name, inner
        if inner.type_name == "structure":
            yield from members(inner)


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
@pytest.mark.parametrize("name", ["GetMetricData", "ListMetrics"])
def test_requests_say_what_those_of_botocore_say(protocol: str, name: str) -> None:
    operation = CLOUDWATCH.operation_model(name)
    parameters = PARAMETERS if name == "GetMetricData" else {"Namespace": "AWS/EC2"}
    stock = serialize.create_serializer(protocol, include_validation=False)
    wanted = stock.serialize_to_request(parameters, operation)
    sent = QueriesAsGiven(stock).serialize_to_request(parameters, operation)
    if protocol == "json":
        assert json.loads(sent.pop("body")) == json.loads(wanted.pop("body"))
    assert sent == wanted


def test_of_queries_no_member_is_converted_or_named_otherwise() -> None:
    shape = CLOUDWATCH.operation_model("GetMetricData").input_shape.members["MetricDataQueries"]
    for name, member in members(shape.member):
        assert "name" not in member.serialization, name
        assert member.type_name in {"string", "integer", "boolean", "structure"}, name


def test_of_answers_as_written_no_member_is_converted_or_named_otherwise() -> None:
    shapes = [CLOUDWATCH.operation_model("GetMetricData").output_shape]
    assert {shape.name for shape in shapes} == AS_WRITTEN
    for shape in shapes:
        for name, member in members(shape):
            assert "name" not in member.serialization, name
            kinds = {"string", "double", "timestamp", "structure"}  # timestamps stay as they come
            assert member.type_name in kinds, name


@pytest.mark.parametrize(
    "told",
    [ANSWER, {**ANSWER, "NextToken": None}, {**ANSWER, "ResponseMetadata": "", "More": 1}],
    ids=["whole", "null", "more"],
)
async def test_answers_say_what_those_of_botocore_say(told: dict[str, Any]) -> None:
    from aiobotocore.parsers import AioResponseParserFactory

    stock = AioResponseParserFactory()
    stock.set_parser_defaults(timestamp_parser=lambda value: value)
    response = {
        "status_code": 200,
        "headers": {"x-amzn-requestid": "id"},
        "body": json.dumps(told).encode(),
        "context": {"operation_name": "GetMetricData"},
    }
    shape = CLOUDWATCH.operation_model("GetMetricData").output_shape
    ours = await ParserFactory().create_parser("json").parse(response, shape)
    assert ours == await stock.create_parser("json").parse(response, shape)
    assert ours["MetricDataResults"]
