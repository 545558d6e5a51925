"""MSK, Kinesis and Amazon MQ."""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import described, spec
from tests.providers.aws.parts import footprint, parts, read, watts


async def test_msk_brokers_and_their_volumes() -> None:
    resources = await described("msk/cluster", "msk_cluster")
    assert parts(resources["events"]) == {
        "vcpu": 6,
        "memory": 24,
        "block aws/gp2": 3000,
        "object aws/s3 per stored_gib": 1,
    }, "what is tiered lies in S3"
    assert resources["events"].tags == {"team": "data"}
    assert parts(resources["express"]) == {"vcpu": 6, "memory": 24}
    assert set(resources) == {"events", "express"}
    series = read(spec("msk/cluster"), resources["events"])
    assert set(series) == {"CpuUser", "CpuSystem", "RemoteLogSizeBytes"}
    express = read(spec("msk/cluster"), resources["express"])
    assert set(express) == {"CpuUser", "CpuSystem"}, "nothing is tiered there"
    assert all(metric.spread == "Broker ID" for metric, _ in series.values())
    assert series["CpuUser"][1] == {"Cluster Name": "events"}


async def test_msk_serverless_is_a_constant_and_says_so() -> None:
    elastic = (await described("msk/serverless_cluster", "msk_cluster"))["elastic"]
    assert parts(elastic) == {"fixed aws/msk-serverless": 1}
    assert footprint(elastic).basis == "assumed"
    assert read(spec("msk/serverless_cluster"), elastic) == {}


async def test_kinesis_shards_and_what_is_kept() -> None:
    clicks = (await described("kinesis/stream", "kinesis_stream"))["clicks"]
    assert parts(clicks)["fixed aws/kinesis-shard"] == 4
    day_of_a_mebibyte_a_second = 2**20 * parts(clicks)["block aws/kinesis per bytes"]
    assert day_of_a_mebibyte_a_second == pytest.approx(86400 / 1024), "GiB"
    metric, _ = read(spec("kinesis/stream"), clicks)["IncomingBytes"]
    assert metric.period_seconds * metric.scale == pytest.approx(1)
    assert metric.absent == 0
    assert watts(clicks, bytes=0) < watts(clicks, bytes=1e6)


async def test_brokers_by_deployment() -> None:
    resources = await described("amazonmq/broker", "amazonmq_broker")
    assert parts(resources["jobs"]) == {"vcpu": 4, "memory": 16, "block aws/gp3": 400}, (
        "active and standby"
    )
    assert parts(resources["mail"])["vcpu"] == 3
    assert parts(resources["try"])["block aws/gp3"] == 20
    assert set(resources) == {"jobs", "mail", "try"}
    known = spec("amazonmq/broker")
    assert {
        name: dimensions for name, (_, dimensions) in read(known, resources["jobs"]).items()
    } == {"CpuUtilization": {"Broker": "jobs-1"}}
    assert {
        name: dimensions for name, (_, dimensions) in read(known, resources["mail"]).items()
    } == {"SystemCpuUtilization": {"Broker": "mail"}}
