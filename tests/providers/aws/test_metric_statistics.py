"""What a payer has free: a series a call, the same Points, and not a cent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fakes.aws import AwsFake
from tests.fakes.aws_replay import CountingMeter, spec
from tests.providers.aws.conftest import MakeClient
from tests.providers.aws.test_cloudwatch import CPU, NOW, function, instance, put_cpu

from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.spec import Read

FREE = Read(instance(1), CPU, NOW - 900, free=True)


async def test_free_and_paid_reads_bring_the_same_points(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    put_cpu(fake, 1, [10, 20, 30, 40, 50], NOW - 1200)
    client = make_client()
    paid = await client.series([replace(FREE, free=False)], NOW + 120)
    free = await client.series([FREE], NOW + 120)
    assert free == paid
    assert [point.value for point in free.points["i-1", "cpu_ratio"]] == [0.2, 0.3, 0.4]
    assert (
        meter.units["cloudwatch", "GetMetricData"]
        == meter.units["cloudwatch", "GetMetricStatistics"]
        == 1
    )


async def test_each_free_series_is_a_call_and_the_others_share_theirs(
    fake: AwsFake, make_client: MakeClient
) -> None:
    for number in range(6):
        put_cpu(fake, number, [number], NOW - 300)
    reads = [Read(instance(number), CPU, NOW - 300, free=number < 2) for number in range(6)]
    reading = await make_client().series(reads, NOW)
    assert {key[0]: points[0].value for key, points in reading.points.items()} == {
        f"i-{number}": number / 100 for number in range(6)
    }
    assert len(fake.cloudwatch.alone) == 2
    assert [len(params["MetricDataQueries"]) for _, params in fake.cloudwatch.requests] == [4]


@pytest.mark.slow
async def test_a_read_of_more_points_than_a_free_call_holds_is_paid(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [50] * 1441, NOW - 1441 * 300)
    client = make_client()
    whole = await client.series([replace(FREE, start=NOW - 1441 * 300)], NOW)
    assert len(whole.points["i-1", "cpu_ratio"]) == 1441
    assert not fake.cloudwatch.alone
    most = await client.series([replace(FREE, start=NOW - 1440 * 300)], NOW)
    assert len(most.points["i-1", "cpu_ratio"]) == 1440
    assert len(fake.cloudwatch.alone) == 1


async def test_silence_means_the_same(fake: AwsFake, make_client: MakeClient) -> None:
    (duration,) = spec("lambda/function").metrics
    reading = await make_client().series(
        [Read(function("idle"), duration, NOW - 600, free=True)], NOW + duration.delay_seconds
    )
    assert reading.points["idle", "executions"] == (
        Point(NOW - 600, NOW - 300, 0),
        Point(NOW - 300, NOW, 0),
    )
    nothing = await make_client().series([FREE], NOW)
    assert nothing.points == {}
    assert nothing.failures == {}


async def test_a_refused_call_names_the_permission_and_fails_its_kind_alone(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [10], NOW - 300)
    fake.fault("GetMetricStatistics", "forbidden")
    (duration,) = spec("lambda/function").metrics
    reading = await make_client().series([FREE, Read(function("paid"), duration, NOW - 2100)], NOW)
    assert reading.failures.keys() == {"ec2/instance"}
    assert "cloudwatch:GetMetricStatistics" in str(reading.failures["ec2/instance"])
    assert reading.points.keys() == {("paid", "executions")}


async def test_of_calls_that_fail_and_others_that_do_not_it_is_known_which_reads_were_made(
    fake: AwsFake, make_client: MakeClient
) -> None:
    """Else one bad series would have every other of its kind read and billed again."""
    for number in range(3):
        put_cpu(fake, number, [10], NOW - 300)
    fake.fault("GetMetricStatistics", "forbidden", times=1)
    reads = [Read(instance(number), CPU, NOW - 300, free=number < 2) for number in range(4)]
    reading = await make_client().series(reads, NOW)
    assert reading.failures.keys() == {"ec2/instance"}
    well_read = {read.resource.id for read in reads if reading.has_made(read)}
    assert well_read - {"i-3"} == {resource_id for resource_id, _ in reading.points}
    assert len(well_read) == 3
    assert "i-3" in well_read, "it was asked for, and has no datum"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Datapoints": [{"Timestamp": NOW}]},
        {"Datapoints": [{"Average": 1.0}]},
        {"Datapoints": None},
    ],
)
async def test_an_answer_that_makes_no_sense_is_malformed(
    fake: AwsFake, make_client: MakeClient, answer: dict[str, object]
) -> None:
    fake.handlers["GetMetricStatistics"] = answer
    reading = await make_client().series([FREE], NOW)
    assert reading.failures["ec2/instance"].reason == "malformed"
