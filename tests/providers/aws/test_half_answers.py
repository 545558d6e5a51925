"""Half an answer is no answer: 200 with nothing in it, with an error, or with part of the series.

Each is put on the wire, as a proxy or a broken back end would.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.aws import AwsFake, query_answer
from tests.fakes.aws_replay import spec
from tests.providers.aws.conftest import MakeClient, objects
from tests.providers.aws.test_cloudwatch import CPU, NOW, function, instance

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.aws.client.silence import BELIEVED_AFTER_SECONDS, Silence
from cloud_carbon_exporter.providers.spec import Read, Reading

TABLES = {"TableNames": ["orders"]}
FUNCTIONS = {"Functions": [{"FunctionName": "f"}]}
BUSES = {"EventBuses": [{"Name": "default"}]}
# kind -> what the fake calls its list (REST: by its path), and an answer with one object
LISTS: dict[str, tuple[str, Any]] = {
    "dynamodb/table": ("ListTables", TABLES),
    "lambda/function": ("/2015-03-31/functions", FUNCTIONS),
    "events/event_bus": ("ListEventBuses", BUSES),
    "eks/cluster": ("/clusters", {"clusters": ["c"]}),
}
ERRORS = (
    b"",
    b" \n",
    b'{"message": null}',
    b'{"Message": "ok"}',
    b'{"__type": "InternalFailure"}',
    b'{"Error": {"Code": "Busy"}, "message": "later"}',
    b'{"status": "a gateway that works"}',
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("body", ERRORS, ids=range(len(ERRORS)))
async def test_what_tells_no_member_of_the_list_is_an_error_from_the_first(
    fake: AwsFake, make_client: MakeClient, kind: str, body: bytes
) -> None:
    operation, answer = LISTS[kind]
    client, listing = make_client(), spec(kind).listing
    fake.handlers[operation] = body
    with pytest.raises(Malformed):
        await objects(client, listing)
    fake.handlers[operation] = answer
    assert len(await objects(client, listing)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Error><Code>InternalError</Code></Error>",
        b'<?xml version="1.0"?>\n<Error><Code>SlowDown</Code></Error>',
    ],
)
async def test_an_error_of_s3_under_status_200_is_no_empty_list(
    fake: AwsFake, make_client: MakeClient, body: bytes
) -> None:
    fake.handlers["ListBuckets"] = body
    with pytest.raises(Exception, match="ListBuckets"):
        await objects(make_client(), spec("s3/bucket").listing)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LISTS)
async def test_a_list_that_had_objects_is_believed_empty_once_it_said_so_for_long(
    fake: AwsFake, make_client: MakeClient, kind: str
) -> None:
    operation, answer = LISTS[kind]
    now = [NOW]
    client, listing = make_client(clock=lambda: now[0]), spec(kind).listing
    fake.handlers[operation] = {}
    assert await objects(client, listing) == [], "SQS says so where there is nothing"
    fake.handlers[operation] = answer
    assert len(await objects(client, listing)) == 1
    fake.handlers[operation] = {}
    for passed in (0, 60, BELIEVED_AFTER_SECONDS - 1):
        now[0] = NOW + passed
        with pytest.raises(Malformed, match="no list"):
            await objects(client, listing)
    now[0] = NOW + BELIEVED_AFTER_SECONDS
    assert await objects(client, listing) == []
    assert await objects(client, listing) == []


async def test_a_list_that_says_it_is_empty_is_believed_at_once(
    fake: AwsFake, make_client: MakeClient
) -> None:
    client, listing = make_client(), spec("dynamodb/table").listing
    fake.handlers["ListTables"] = TABLES
    assert len(await objects(client, listing)) == 1
    fake.handlers["ListTables"] = {"TableNames": []}
    assert await objects(client, listing) == []


async def test_an_empty_element_is_an_empty_list_in_xml(
    fake: AwsFake, make_client: MakeClient
) -> None:
    client, listing = make_client(), spec("rds/db_instance").listing
    one = "<DBInstances><DBInstance><Engine>mysql</Engine></DBInstance></DBInstances>"
    fake.handlers["DescribeDBInstances"] = query_answer("DescribeDBInstances", one)
    assert len(await objects(client, listing)) == 1
    fake.handlers["DescribeDBInstances"] = query_answer("DescribeDBInstances", "<DBInstances/>")
    assert await objects(client, listing) == []


def result(number: int, status: str, values: dict[float, float]) -> dict[str, Any]:
    return {
        "Id": f"m{number}",
        "StatusCode": status,
        "Timestamps": list(values),
        "Values": list(values.values()),
    }


TWO = {NOW - 900: 300_000.0, NOW - 600: 300_000.0}


async def read_functions(client: Any, count: int) -> Reading:
    (duration,) = spec("lambda/function").metrics
    reads = [Read(function(f"f{number}"), duration, NOW - 900) for number in range(count)]
    reading: Reading = await client.series(reads, NOW + duration.delay_seconds)
    return reading


def made(reading: Reading) -> list[str]:
    return sorted(name for name, _ in reading.made)


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden", "Throttled"])
async def test_a_series_that_does_not_end_complete_is_not_filled(
    fake: AwsFake, make_client: MakeClient, status: str
) -> None:
    fake.handlers["GetMetricData"] = {
        "MetricDataResults": [result(0, status, TWO), result(1, "Complete", TWO)]
    }
    reading = await read_functions(make_client(), 2)
    assert status in str(reading.failures["lambda/function"])
    assert made(reading) == ["f1"]
    assert [point.start for point in reading.points["f0", "executions"]] == [NOW - 900, NOW - 600]
    assert len(reading.points["f1", "executions"]) == 3


async def test_a_result_that_is_missing_says_nothing_of_its_series(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["GetMetricData"] = {
        "MetricDataResults": [result(0, "Complete", TWO)],
        "Messages": [{"Code": "X", "Value": "Maximum number of allowed metrics exceeded"}],
    }
    reading = await read_functions(make_client(), 3)
    assert "allowed metrics exceeded" in str(reading.failures["lambda/function"])
    assert made(reading) == ["f0"]
    assert reading.points.keys() == {("f0", "executions")}


def pages(*answers: dict[str, Any]) -> Any:
    """Handler of GetMetricData that gives one page after the other."""

    def handler(call: Any) -> dict[str, Any]:
        place = int(call.params.get("NextToken") or 0)
        more = {"NextToken": str(place + 1)} if place + 1 < len(answers) else {}
        return {**answers[place], **more}

    return handler


async def test_the_last_page_that_tells_of_a_series_decides(
    fake: AwsFake, make_client: MakeClient
) -> None:
    late = {NOW - 300: 10.0}
    fake.handlers["GetMetricData"] = pages(
        {"MetricDataResults": [result(0, "PartialData", TWO), result(1, "InternalError", {})]},
        {"MetricDataResults": [result(0, "Complete", late), result(1, "Complete", late)]},
    )
    reads = [Read(instance(number), CPU, NOW - 900) for number in range(2)]
    reading = await make_client().series(reads, NOW)
    assert not reading.failures
    assert len(reading.points["i-0", "cpu_ratio"]) == 3
    assert reading.points["i-1", "cpu_ratio"] == (Point(NOW - 300, NOW, 0.1),)


async def test_what_was_told_before_a_page_failed_is_kept(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["GetMetricData"] = pages(
        {"MetricDataResults": [result(0, "Complete", TWO), result(1, "PartialData", TWO)]},
        {"MetricDataResults": []},
    )
    fake.fault("GetMetricData", "throttle", when=lambda call: "NextToken" in call.params)
    reading = await read_functions(make_client(), 3)
    assert reading.failures["lambda/function"].reason == "throttled"
    assert made(reading) == ["f0"]
    assert len(reading.points["f0", "executions"]) == 3
    assert len(reading.points["f1", "executions"]) == 2
    assert ("f2", "executions") not in reading.points


async def test_questions_of_a_time_are_not_remembered_for_ever(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered: set[Any] = set()
    monkeypatch.setattr(Silence, "judge", lambda self, key, *_: remembered.add(key))
    client = make_client()
    fake.handlers["ListTables"] = TABLES
    for turn in range(3):
        reads = [Read(instance(number), CPU, NOW + 300 * turn - 900) for number in range(5)]
        await client.series(reads, NOW + 300 * turn)
        await objects(client, spec("dynamodb/table").listing)
    assert len(fake.cloudwatch.requests) == 3
    assert [operation for _, _, _, operation, _ in remembered] == ["ListTables"]
