"""Reading utilisation: how many calls, what they bill, what becomes of gaps and failures."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import CountingMeter, spec
from tests.providers.aws.conftest import MakeClient

from cloud_carbon_exporter.model.types import Component, Location, Point, Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.spec import Metric, Read

pytestmark = pytest.mark.slow

NOW = 1_800_000_000.0  # a whole multiple of 300
CPU = spec("ec2/instance").metrics[0]
BYTES = spec("s3/bucket").metrics[0]
DAY = 86400.0


def instance(number: int, region: str = "eu-west-3") -> Resource:
    name = f"i-{number}"
    location = Location("aws", ACCOUNT, region)
    return Resource(
        name,
        "ec2/instance",
        name,
        location,
        (Component("vcpu", "Skylake", 2),),
        monitor={"InstanceId": name},
    )


def bucket(name: str, region: str = "eu-west-3") -> Resource:
    return Resource(
        name, "s3/bucket", name, Location("aws", ACCOUNT, region), (), monitor={"BucketName": name}
    )


def put_cpu(
    fake: AwsFake, number: int, values: Sequence[float], start: float, region: str = "eu-west-3"
) -> None:
    samples = {start + 300 * place: value for place, value in enumerate(values)}
    fake.cloudwatch.put(region, "AWS/EC2", "CPUUtilization", {"InstanceId": f"i-{number}"}, samples)


async def test_points_are_ratios_over_whole_periods_up_to_the_moment_asked_for(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [10, 20, 30, 40], NOW - 900)
    reading = await make_client().series([Read(instance(1), CPU, NOW - 850)], NOW + 120)
    assert reading.points["i-1", "cpu_ratio"] == (
        Point(NOW - 900, NOW - 600, 0.1),
        Point(NOW - 600, NOW - 300, 0.2),
        Point(NOW - 300, NOW, 0.3),
    ), "aligned to the period; the Point that has not ended is not there"
    assert not reading.failures


async def test_a_series_that_does_not_exist_is_absent_not_zero(
    fake: AwsFake, make_client: MakeClient
) -> None:
    reading = await make_client().series([Read(instance(1), CPU, NOW - 900)], NOW)
    assert reading.points == {}
    assert reading.failures == {}


def function(name: str) -> Resource:
    return Resource(
        name,
        "lambda/function",
        name,
        Location("aws", ACCOUNT, "eu-west-3"),
        (),
        monitor={"FunctionName": name},
    )


def values_of(points: Sequence[Point]) -> list[float]:
    return [point.value for point in points]


async def test_what_writes_nothing_while_it_sleeps_slept(
    fake: AwsFake, make_client: MakeClient
) -> None:
    (duration,) = spec("lambda/function").metrics
    called = {NOW - 600: 300_000.0}
    fake.cloudwatch.put("eu-west-3", "AWS/Lambda", "Duration", {"FunctionName": "called"}, called)
    reads = [Read(function(name), duration, NOW - 900) for name in ("called", "idle")]
    reading = await make_client().series(reads, NOW + 10 + duration.delay_seconds)
    values = {name: values_of(points) for (name, _), points in reading.points.items()}
    assert values == {"called": [0, pytest.approx(1), 0], "idle": [0, 0, 0]}
    starts = [point.start for point in reading.points["idle", "executions"]]
    assert starts == [NOW - 900, NOW - 600, NOW - 300], (
        "whole periods, up to the last that has ended"
    )


async def test_an_answer_that_is_incomplete_is_no_sleep(
    fake: AwsFake, make_client: MakeClient
) -> None:
    (duration,) = spec("lambda/function").metrics
    fake.cloudwatch.status["Duration"] = "InternalError"
    reading = await make_client().series([Read(function("idle"), duration, NOW - 2700)], NOW)
    assert reading.points == {}
    assert set(reading.failures) == {"lambda/function"}


async def test_tasks_of_a_service_share_its_series_and_it_is_asked_for_once(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    (metric,) = (metric for metric in spec("ecs/task").metrics if metric.namespace == "AWS/ECS")
    monitor = {"ClusterName": "shop", "ServiceName": "web"}
    here = Location("aws", ACCOUNT, "eu-west-3")
    tasks = [
        Resource(f"t{number}", "ecs/task", "web", here, (), monitor=monitor) for number in range(30)
    ]
    fake.cloudwatch.put(
        "eu-west-3", "AWS/ECS", "CPUUtilization", monitor, {NOW - 600: 10.0, NOW - 300: 40.0}
    )
    reads = [Read(task, metric, NOW - (300 if task.id == "t7" else 600)) for task in tasks]
    reading = await make_client().series(reads, NOW)
    assert {points[-1].value for points in reading.points.values()} == {0.4}
    assert len(reading.points) == 30
    assert len(reading.points["t7", "cpu_ratio"]) == 1, "each from its own moment on"
    assert len(reading.points["t8", "cpu_ratio"]) == 2
    assert meter.units["cloudwatch", "GetMetricData"] == 1


async def test_defect_14_more_than_500_series_are_all_read_500_a_call(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    for number in range(1203):
        put_cpu(fake, number, [number % 100], NOW - 300)
    reads = [Read(instance(number), CPU, NOW - 300) for number in range(1203)]
    reading = await make_client().series(reads, NOW)
    assert len(reading.points) == 1203
    assert reading.points["i-1202", "cpu_ratio"] == (Point(NOW - 300, NOW, 0.02),)
    assert sorted(len(params["MetricDataQueries"]) for _, params in fake.cloudwatch.requests) == [
        203,
        500,
        500,
    ]
    assert meter.units["cloudwatch", "GetMetricData"] == 1203
    assert meter.calls["cloudwatch", "GetMetricData", "success"] == 3


async def test_kinds_of_one_region_share_a_call_and_regions_do_not(
    fake: AwsFake, make_client: MakeClient
) -> None:
    database = Resource(
        "db",
        "rds/db_instance",
        "db",
        Location("aws", ACCOUNT, "eu-west-3"),
        (),
        monitor={"DBInstanceIdentifier": "db"},
    )
    fake.cloudwatch.put(
        "eu-west-3", "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "db"}, {NOW - 300: 50}
    )
    put_cpu(fake, 1, [10], NOW - 300)
    put_cpu(fake, 2, [20], NOW - 300, "us-east-1")
    reads = [
        Read(instance(1), CPU, NOW - 300),
        Read(database, spec("rds/db_instance").metrics[0], NOW - 300),
        Read(instance(2, "us-east-1"), CPU, NOW - 300),
    ]
    reading = await make_client().series(reads, NOW)
    assert {key[0]: points[0].value for key, points in reading.points.items()} == {
        "i-1": 0.1,
        "db": 0.5,
        "i-2": 0.2,
    }
    assert sorted(
        (region, len(params["MetricDataQueries"])) for region, params in fake.cloudwatch.requests
    ) == [
        ("eu-west-3", 2),
        ("us-east-1", 1),
    ]


async def test_a_call_reaches_back_for_its_oldest_series_and_gives_each_what_it_asked_for(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [1, 2, 3], NOW - 900)
    put_cpu(fake, 2, [1, 2, 3], NOW - 900)
    reading = await make_client().series(
        [Read(instance(1), CPU, NOW - 900), Read(instance(2), CPU, NOW - 300)], NOW
    )
    assert len(fake.cloudwatch.requests) == 1
    assert [point.start for point in reading.points["i-1", "cpu_ratio"]] == [
        NOW - 900,
        NOW - 600,
        NOW - 300,
    ]
    assert [point.start for point in reading.points["i-2", "cpu_ratio"]] == [NOW - 300]


async def test_nothing_is_asked_before_a_period_has_ended(
    fake: AwsFake, make_client: MakeClient
) -> None:
    reading = await make_client().series([Read(instance(1), CPU, NOW)], NOW + 299)
    assert reading.points == {}
    assert fake.cloudwatch.requests == []


async def test_an_answer_in_pages_is_put_together(fake: AwsFake, make_client: MakeClient) -> None:
    fake.cloudwatch.datapoints_per_page = 4
    for number in range(3):
        put_cpu(fake, number, [1, 2, 3], NOW - 900)
    reading = await make_client().series(
        [Read(instance(number), CPU, NOW - 900) for number in range(3)], NOW
    )
    for number in range(3):
        assert [point.value for point in reading.points[f"i-{number}", "cpu_ratio"]] == [
            0.01,
            0.02,
            0.03,
        ]
    assert len(fake.cloudwatch.requests) == 3


async def test_defect_08_every_storage_class_counts_in_the_region_of_the_bucket_in_one_call(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    yesterday = NOW // DAY * DAY - DAY
    classes = ("StandardStorage", "GlacierStorage", "DeepArchiveStorage")
    for number in range(40):
        region = "us-east-1" if number % 2 else "eu-west-3"
        for rank, storage in enumerate(classes[: 1 + number % 3]):
            dimensions = {"BucketName": f"b-{number}", "StorageType": storage}
            fake.cloudwatch.put(
                region, "AWS/S3", "BucketSizeBytes", dimensions, {yesterday: (rank + 1) * 2**30}
            )
    buckets = [
        bucket(f"b-{number}", "us-east-1" if number % 2 else "eu-west-3") for number in range(40)
    ]
    client = make_client()
    reading = await client.series([Read(bucket, BYTES, NOW - 3 * DAY) for bucket in buckets], NOW)
    two = yesterday, yesterday + DAY
    assert reading.points["b-2", "stored_gib:StandardStorage"] == (Point(*two, 1.0),)
    assert reading.points["b-2", "stored_gib:GlacierStorage"] == (Point(*two, 2.0),)
    assert reading.points["b-2", "stored_gib:DeepArchiveStorage"] == (Point(*two, 3.0),)
    assert ("b-0", "stored_gib:GlacierStorage") not in reading.points, (
        "only classes that exist are asked for"
    )
    assert meter.calls["cloudwatch", "ListMetrics", "success"] == 2
    assert meter.calls["cloudwatch", "GetMetricData", "success"] == 2
    assert meter.units["cloudwatch", "GetMetricData"] == len(reading.points)
    await client.series([Read(bucket, BYTES, NOW - 3 * DAY) for bucket in buckets], NOW)
    assert meter.calls["cloudwatch", "ListMetrics", "success"] == 2, "once a day"


async def test_list_metrics_is_read_to_its_last_page(
    fake: AwsFake, make_client: MakeClient
) -> None:
    yesterday = NOW // DAY * DAY - DAY
    for number in range(750):
        dimensions = {"BucketName": f"b-{number}", "StorageType": "StandardStorage"}
        fake.cloudwatch.put(
            "eu-west-3", "AWS/S3", "BucketSizeBytes", dimensions, {yesterday: 2**30}
        )
    reading = await make_client().series([Read(bucket("b-749"), BYTES, NOW - 3 * DAY)], NOW)
    assert reading.points["b-749", "stored_gib:StandardStorage"][0].value == 1


@pytest.mark.parametrize(
    ("status", "reason"), [("InternalError", "unreachable"), ("Forbidden", "permission_missing")]
)
async def test_a_series_that_could_not_be_read_fails_its_kind_and_keeps_what_came(
    fake: AwsFake, make_client: MakeClient, status: str, reason: str
) -> None:
    put_cpu(fake, 1, [10], NOW - 300)
    fake.cloudwatch.status["CPUUtilization"] = status
    reading = await make_client().series([Read(instance(1), CPU, NOW - 300)], NOW)
    assert reading.failures["ec2/instance"].reason == reason


async def test_a_failed_call_fails_the_kinds_in_it_and_no_others(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [10], NOW - 300)
    put_cpu(fake, 2, [20], NOW - 300, "us-east-1")
    fake.fault("GetMetricData", "throttle", region="us-east-1")
    reads = [Read(instance(1), CPU, NOW - 300)]
    reads.append(
        Read(
            bucket("far", "us-east-1"), Metric(into="requests", name="X", namespace="N"), NOW - 300
        )
    )
    reading = await make_client().series(reads, NOW)
    assert reading.failures.keys() == {"s3/bucket"}
    assert reading.failures["s3/bucket"].reason == "throttled"
    assert reading.points.keys() == {("i-1", "cpu_ratio")}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"MetricDataResults": [{"Id": "m7", "Timestamps": [], "Values": []}]},
        {"MetricDataResults": [{"Id": "m0", "Timestamps": [NOW - 300, NOW], "Values": [1.0]}]},
        {"MetricDataResults": [{"Id": "x", "Timestamps": [], "Values": []}]},
        {"MetricDataResults": [{"Timestamps": [], "Values": []}]},
    ],
)
async def test_an_answer_that_makes_no_sense_is_malformed(
    fake: AwsFake, make_client: MakeClient, answer: dict[str, object]
) -> None:
    fake.handlers["GetMetricData"] = answer
    reading = await make_client().series([Read(instance(1), CPU, NOW - 300)], NOW)
    assert reading.failures["ec2/instance"].reason == "malformed"


async def test_what_is_not_a_number_is_no_point(fake: AwsFake, make_client: MakeClient) -> None:
    fake.handlers["GetMetricData"] = {
        "MetricDataResults": [
            {
                "Id": "m0",
                "Timestamps": [NOW - 600, NOW - 300],
                "Values": [float("nan"), 50.0],
                "StatusCode": "Complete",
            }
        ]
    }
    reading = await make_client().series([Read(instance(1), CPU, NOW - 600)], NOW)
    assert reading.points["i-1", "cpu_ratio"] == (Point(NOW - 300, NOW, 0.5),)


async def test_a_resource_without_the_name_a_series_goes_by_has_no_such_series(
    fake: AwsFake, make_client: MakeClient
) -> None:
    nameless = Resource("x", "ec2/instance", "x", Location("aws", ACCOUNT, "eu-west-3"), ())
    reading = await make_client().series([Read(nameless, CPU, NOW - 300)], NOW)
    assert reading.points == {}
    assert fake.cloudwatch.requests == []


def test_reads_cost_and_settle_after_ten_minutes() -> None:
    assert PROVIDER.reads_cost
    assert PROVIDER.settle_seconds == 600
