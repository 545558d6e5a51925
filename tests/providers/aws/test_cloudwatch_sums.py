"""Signals that several series make up: bytes in and out, boards, percentages over cores."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import CountingMeter, spec
from tests.providers.aws.conftest import MakeClient

from cloud_carbon_exporter.model.types import Component, Location, Point, Resource
from cloud_carbon_exporter.providers.aws.client.metric_data import SERIES_PER_CALL
from cloud_carbon_exporter.providers.spec import Read

NOW = 1_800_000_000.0  # a whole multiple of 3600
REGION = "eu-west-3"
NAT_IN, NAT_BACK = spec("ec2/nat_gateway").metrics
WATTS, BUSY = (metric for metric in spec("ec2/instance").metrics if metric.spread)


def resource(kind: str, name: str, **monitor: str) -> Resource:
    return Resource(name, kind, name, Location("aws", ACCOUNT, REGION), (), monitor=monitor)


def gateway(name: str = "nat-1") -> Resource:
    return resource("ec2/nat_gateway", name, NatGatewayId=name)


def gpu_machine(name: str = "i-1") -> Resource:
    held = (Component("gpu", "T4", 2, load="gpu_ratio"),)
    location = Location("aws", ACCOUNT, REGION)
    return Resource(name, "ec2/instance", name, location, held, monitor={"InstanceId": name})


def put_board(fake: AwsFake, metric: str, index: int, value: float, machine: str = "i-1") -> None:
    """Series of an agent of the usual configuration: one a board, with the machine's own names."""
    dimensions = {
        "InstanceId": machine,
        "ImageId": "ami-1",
        "InstanceType": "g4dn.12xlarge",
        "index": str(index),
        "name": "Tesla T4",
        "arch": "Turing",
    }
    fake.cloudwatch.put(REGION, "CWAgent", metric, dimensions, {NOW - 600: value, NOW - 300: value})


async def test_two_metrics_of_one_signal_add_up(fake: AwsFake, make_client: MakeClient) -> None:
    named = {"NatGatewayId": "nat-1"}
    fake.cloudwatch.put(
        REGION, "AWS/NATGateway", "BytesInFromSource", named, {NOW - 600: 300.0, NOW - 300: 600.0}
    )
    fake.cloudwatch.put(
        REGION, "AWS/NATGateway", "BytesInFromDestination", named, {NOW - 300: 3000.0}
    )
    reads = [Read(gateway(), metric, NOW - 900) for metric in (NAT_IN, NAT_BACK)]
    reading = await make_client().series(reads, NOW)
    assert reading.points["nat-1", "bytes"] == (
        Point(NOW - 900, NOW - 600, 0),
        Point(NOW - 600, NOW - 300, 1),
        Point(NOW - 300, NOW, 12),
    ), "bytes a second, either way; silence is nothing"


async def test_half_a_sum_is_no_sum(fake: AwsFake, make_client: MakeClient) -> None:
    """With more series than a call takes, a gateway's two directions come in different calls."""
    gateways = [gateway(f"nat-{number}") for number in range(SERIES_PER_CALL)]
    for nat in gateways:
        for metric in (NAT_IN, NAT_BACK):
            fake.cloudwatch.put(
                REGION, "AWS/NATGateway", metric.name, dict(nat.monitor), {NOW - 300: 300.0}
            )
    fake.fault("GetMetricData", "forbidden", times=1)
    reads = [Read(nat, metric, NOW - 300) for metric in (NAT_IN, NAT_BACK) for nat in gateways]
    reading = await make_client().series(reads, NOW)
    assert set(reading.failures) == {"ec2/nat_gateway"}
    assert reading.points == {}, "one direction alone would be too little"


async def test_boards_add_up_in_watts_and_average_in_load(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    for index, watts, busy in ((0, 30.0, 50.0), (1, 60.0, 100.0)):
        put_board(fake, "nvidia_smi_power_draw", index, watts)
        put_board(fake, "nvidia_smi_utilization_gpu", index, busy)
    put_board(fake, "nvidia_smi_power_draw", 0, 1000, machine="i-2")
    reading = await make_client().series(
        [Read(gpu_machine(), metric, NOW - 600) for metric in (WATTS, BUSY)], NOW
    )
    assert [point.value for point in reading.points["i-1", "gpu_watts"]] == [90, 90]
    assert [point.value for point in reading.points["i-1", "gpu_boards"]] == [2, 2]
    assert [point.value for point in reading.points["i-1", "gpu_ratio"]] == pytest.approx(
        [0.75, 0.75]
    )
    assert {name for name, _ in reading.points} == {"i-1"}
    assert meter.units["cloudwatch", "GetMetricData"] == 4, "a series a board, and a metric"


async def test_where_no_agent_reports_nothing_is_billed(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    client = make_client()
    for _ in range(3):
        reading = await client.series(
            [Read(gpu_machine(), metric, NOW - 600) for metric in (WATTS, BUSY)], NOW
        )
        assert (reading.points, reading.failures) == ({}, {})
    assert fake.count("GetMetricData") == 0
    assert meter.units["cloudwatch", "GetMetricData"] == 0
    assert fake.count("ListMetrics") == 2, "once each, not with every read"


async def test_a_series_of_the_machine_as_a_whole_is_no_board(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_board(fake, "nvidia_smi_power_draw", 0, 30)
    mean = {NOW - 600: 30.0, NOW - 300: 30.0}
    fake.cloudwatch.put(REGION, "CWAgent", "nvidia_smi_power_draw", {"InstanceId": "i-1"}, mean)
    reading = await make_client().series([Read(gpu_machine(), WATTS, NOW - 600)], NOW)
    assert [point.value for point in reading.points["i-1", "gpu_watts"]] == [30, 30]


async def test_a_percentage_summed_over_cores_is_divided_by_them(
    fake: AwsFake, make_client: MakeClient
) -> None:
    cpu, gpu = (metric for metric in spec("sagemaker/endpoint").metrics if metric.over)
    named = {"EndpointName": "ranker", "VariantName": "main"}
    endpoint = resource("sagemaker/endpoint", "ranker", **named, Cores="48", Boards="4")
    fake.cloudwatch.put(REGION, cpu.namespace, "CPUUtilization", named, {NOW - 300: 2400.0})
    fake.cloudwatch.put(REGION, gpu.namespace, "GPUUtilization", named, {NOW - 300: 100.0})
    reading = await make_client().series(
        [Read(endpoint, metric, NOW - 300) for metric in (cpu, gpu)], NOW
    )
    assert reading.points["ranker", "cpu_ratio"][0].value == pytest.approx(0.5)
    assert reading.points["ranker", "gpu_ratio"][0].value == pytest.approx(0.25)
