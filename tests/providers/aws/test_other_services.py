"""EMR, Glue, WorkSpaces, App Runner, Lightsail, hosts, Outposts, Timestream, Backup, DMS, DAX."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.providers.aws.services import (
    apprunner_service,
    ec2_host,
    emrserverless_application,
    glue_job,
    lightsail,
    timestream_influx_db_instance,
    timestream_table,
    workspaces_workspace,
)
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Scope

TEAM = TargetSettings(provider="aws", tags=("team",))


async def test_emr_serverless_by_what_its_workers_hold() -> None:
    resources = await described("emrserverless/application", "emrserverless_application", TEAM)
    assert resources["etl"].tags == {"team": "data"}
    assert parts(resources["etl"]) == {"vcpu per capacity_units": 1, "memory per memory_gib": 1}
    assert resources["etl"].components[0].part == "Graviton2"
    assert parts(resources["legacy"]) == {}, "stopped: no worker"
    assert set(resources) == {"etl", "legacy"}
    known = spec("emrserverless/application")
    series = read(known, resources["etl"])
    assert set(series) == {"CPUAllocated", "MemoryAllocated"}
    assert all(
        named == {"ApplicationId": "1", "ApplicationName": "etl"} for _, named in series.values()
    )
    assert read(known, resources["legacy"])["CPUAllocated"][1] == {"ApplicationId": "2"}, (
        "before release 7.10"
    )
    assert watts(resources["etl"], capacity_units=0, memory_gib=0) == 0


@pytest.mark.parametrize(
    ("label", "named"),
    [("emr-7.10.0", True), ("emr-7.9.0", False), ("emr-8.0.0", True), ("emr-spark-x", True)],
)
def test_emr_releases(label: str, named: bool) -> None:
    raw = {
        "id": "1",
        "name": "a",
        "arn": "arn:aws:x",
        "releaseLabel": label,
        "type": "SPARK",
        "state": "STARTED",
    }
    resource = emrserverless_application.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert ("ApplicationName" in resource.monitor) == named


async def test_glue_by_the_workers_of_each_run_under_way() -> None:
    resources = await described("glue/job", "glue_job", TEAM)
    assert {name: parts(resource) for name, resource in resources.items()} == {
        "nightly": {},
        "nightly/r3": {"vcpu": 5 * 8, "memory": 5 * 32},
        "nightly/r2": {"vcpu": 0.25, "memory": 1},
    }, "a run by workers, one by units; the job holds nothing of its own, nor does one that is over"
    assert resources["nightly"].info["state"] == "READY"
    run = resources["nightly/r3"]
    assert (run.id, run.tags) == (
        f"arn:aws:glue:eu-west-3:{ACCOUNT}:job/nightly/r3",
        {"team": "data"},
    )
    raw = {"Id": "r", "JobRunState": "RUNNING", "WorkerType": "Q.9X", "NumberOfWorkers": 2}
    unknown = glue_job.SPECS[0].resource({**raw, "Job": {"Name": "n"}}, PARIS)
    assert unknown is not None
    assert parts(unknown)["vcpu"] == 8, "a worker of a type nobody knows is a plain one"


async def test_capacity_held_open_for_sessions_and_queries() -> None:
    sessions = await described("glue/session", "glue_job")
    assert {name: parts(each) for name, each in sessions.items()} == {
        "notebook": {"vcpu": 20, "memory": 80}
    }
    reserved = await described("athena/capacity_reservation", "athena_work_group")
    assert {name: parts(each) for name, each in reserved.items()} == {
        "bi": {"vcpu": 96, "memory": 384}
    }, "as allocated"


async def test_desktops_by_bundle_and_state() -> None:
    resources = await described("workspaces/workspace", "workspaces_workspace", TEAM)
    assert parts(resources["anna"]) == {"vcpu": 4, "memory": 16, "block aws/gp3": 130}
    assert parts(resources["ben"]) == {"block aws/gp3": 130}
    assert parts(resources["cid"])["gpu T4"] == 1
    assert parts(resources["dot"])["vcpu"] == 16, "GRAPHICS_G6_4XLARGE is g6.4xlarge"
    assert set(resources) == {"anna", "ben", "cid", "dot"}
    assert resources["anna"].tags == {"team": "hr"}
    metric, dimensions = read(spec("workspaces/workspace"), resources["anna"])["CPUUsage"]
    assert (metric.scale, dimensions) == (0.01, {"WorkspaceId": "ws-1"})


@pytest.mark.parametrize("bundle", ["QUANTUM", "GRAPHICS_", "", "HOLODECK_9XXL"])
def test_a_bundle_nobody_knows_is_estimated_still(bundle: str) -> None:
    raw = {
        "WorkspaceId": "ws-9",
        "State": "AVAILABLE",
        "WorkspaceProperties": {"ComputeTypeName": bundle},
    }
    resource = workspaces_workspace.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert watts(resource) > 0
    assert footprint(resource, cpu_ratio=0.5).basis == "assumed"


async def test_app_runner_keeps_memory_ready_and_pays_for_work() -> None:
    resources = await described("apprunner/service", "apprunner_service", TEAM)
    assert parts(resources["shop"]) == {"vcpu per capacity_units": 1, "memory": 2}
    assert parts(resources["parked"]) == {}
    assert set(resources) == {"shop", "parked"}
    assert resources["shop"].tags == {"team": "shop"}
    assert watts(resources["shop"], capacity_units=0) > 0, "the memory stays"
    series = read(spec("apprunner/service"), resources["shop"])
    assert {name: metric.into for name, (metric, _) in series.items()} == {
        "ActiveInstances": "capacity_units",
        "CPUUtilization": "cpu_ratio",
    }
    assert set(series["CPUUtilization"][1]) == {"ServiceName", "ServiceID"}


@pytest.mark.parametrize(
    ("text", "amount"), [("256", 0.25), ("0.25 vCPU", 0.25), ("4096", 4), ("12 GB", 12)]
)
def test_app_runner_sizes(text: str, amount: float) -> None:
    assert apprunner_service.size(text) == amount


def test_an_app_runner_size_that_reads_otherwise_is_malformed() -> None:
    with pytest.raises(ValueError, match="plenty"):
        apprunner_service.size("plenty")


async def test_lightsail_instances_and_their_disks_are_counted_once() -> None:
    instances = await described("lightsail/instance", "lightsail")
    disks = await described("lightsail/disk", "lightsail")
    assert parts(instances["blog"]) == {"vcpu": 2, "memory": 2, "block aws/gp2": 60}, (
        "its system disk alone"
    )
    assert instances["blog"].components[0].share < 1, "burstable"
    assert parts(instances["off"]) == {"block aws/gp2": 20}
    assert parts(instances["huge"]) == {"vcpu": 32, "memory": 128}
    assert {name: parts(disk) for name, disk in disks.items()} == {"extra": {"block aws/gp2": 100}}
    assert instances["blog"].tags == {"team": "blog"}
    assert instances["blog"].location.zone == "eu-west-3a"
    assert footprint(instances["blog"]).basis == "assumed"


async def test_the_rest_of_lightsail() -> None:
    (db,) = (await described("lightsail/database", "lightsail")).values()
    assert parts(db) == {"vcpu": 4, "memory": 8, "block aws/gp2": 240}, "twice, with its standby"
    containers = await described("lightsail/container", "lightsail")
    assert parts(containers["api"]) == {"vcpu": 3, "memory": 12}
    assert (parts(containers["parked"]), containers["api"].location.zone) == ({}, "")
    assert parts((await described("lightsail/load_balancer", "lightsail"))["front"]) == {
        "fixed aws/load-balancer": 1
    }
    bucket = (await described("lightsail/bucket", "lightsail"))["media"]
    assert footprint(bucket).basis == "default", "what it holds is not told"
    assert {each.kind for each in lightsail.SPECS if each.metrics} == set(), (
        "none of it is in CloudWatch"
    )


async def test_a_host_is_what_no_instance_holds_at_rest() -> None:
    resources = await described("ec2/host", "ec2_host")
    licences = resources["licences"]
    assert parts(licences)["vcpu"] == pytest.approx(32)
    assert parts(licences)["memory"] == pytest.approx(128)
    assert {(part.load, part.per) for part in licences.components} == {("", "")}, (
        "it idles, so nothing is read"
    )
    assert parts(resources["h-2"]) == {}, "full: all of it is instances"
    assert set(resources) == {"licences", "h-2"}, (
        "released ones, and those of another account, are not ours"
    )
    assert licences.id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:dedicated-host/h-1"


def test_the_spare_part_of_a_host_draws_less_than_an_instance_of_its_size() -> None:
    free = ec2_host.spare("m5.metal", 96)
    idle = {part.kind: part.load for part in free}
    assert idle == {"vcpu": "", "memory": ""}
    assert sum(part.amount for part in free if part.kind == "vcpu") == pytest.approx(96)


def test_a_host_whose_free_capacity_is_not_told_is_what_its_instances_leave() -> None:
    scope = Scope("aws", ACCOUNT, "eu-west-3")
    empty = {"HostId": "h-1", "State": "available", "HostProperties": {"InstanceType": "m5.large"}}
    used = empty | {
        "Instances": [{"InstanceId": "i-1", "InstanceType": "m5.8xlarge", "OwnerId": ACCOUNT}]
    }
    told = used | {"HostProperties": {"InstanceFamily": "m5", "TotalVCpus": 48}}
    hosts = [ec2_host.SPEC.resource(raw, scope) for raw in (empty, used, told)]
    assert [parts(host)["vcpu"] for host in hosts if host] == [
        pytest.approx(each) for each in (96, 64, 16)
    ]
    assert all(footprint(host).basis == "assumed" for host in hosts if host)
    assert all("not told" in footprint(host).reason for host in hosts if host)


async def test_an_outpost_is_what_its_servers_draw_beyond_instances() -> None:
    resources = await described("outposts/outpost", "outposts_outpost")
    assert {name: parts(each) for name, each in resources.items()} == {
        "factory": {"fixed aws/outposts-server": 2}
    }
    power = footprint(resources["factory"]).power_watts
    assert (power.lower, resources["factory"].tags) == (0, {"team": "plant"})


async def test_timestream_tables_share_what_is_told_of_a_region() -> None:
    (points,) = (await described("timestream/table", "timestream_table", TEAM)).values()
    assert points.name == "iot/points"
    assert parts(points) == {"memory per memory_gib": 3, "block aws/timestream per stored_gib": 1}
    assert points.tags == {"team": "iot"}
    series = read(spec("timestream/table"), points)
    assert set(series) == {"MemoryCumulativeBytesMetered", "MagneticCumulativeBytesMetered"}
    assert all(named == {"Operation": "Storage"} for _, named in series.values())
    raw = {"Arn": points.id, "TableName": "points", "DatabaseName": "iot", "Tables": 4}
    quarter = timestream_table.SPEC.resource(raw, PARIS)
    assert quarter is not None
    loads = {"memory_gib": 8.0, "stored_gib": 100.0}
    assert 4 * watts(quarter, **loads) == pytest.approx(watts(points, **loads))


async def test_influx_instances_by_class() -> None:
    (metrics,) = (
        await described("timestream/influx_db_instance", "timestream_influx_db_instance", TEAM)
    ).values()
    assert parts(metrics) == {"vcpu": 16, "memory": 128, "block aws/gp3": 800}, "with its standby"
    sizes = {
        "db.influx.medium": 1,
        "db.influx.large": 2,
        "db.influx.xlarge": 4,
        "db.influx.16xlarge": 64,
    }
    assert {name: timestream_influx_db_instance.vcpus(name) for name in sizes} == sizes
    with pytest.raises(ValueError, match="enormous"):
        timestream_influx_db_instance.vcpus("db.influx.enormous")


async def test_a_vault_holds_what_is_no_snapshot_and_an_empty_one_costs_no_call() -> None:
    resources = await described("backup/backup_vault", "backup_backup_vault", TEAM)
    assert parts(resources["Default"]) == {"snapshot aws/backup": pytest.approx(120)}, (
        "all pages; no snapshot, no parent"
    )
    assert parts(resources["empty"]) == {}
    assert resources["Default"].tags == {"team": "ops"}
    client, known = ReplayClient(recording("backup_backup_vault")), spec("backup/backup_vault")
    for _ in range(3):
        await sweep(client, known.listing, [known], PARIS)
    assert client.operations()["ListRecoveryPointsByBackupVault"] == 1, (
        "one vault has any, and they change slowly"
    )


async def test_dms_instances_and_serverless_replications() -> None:
    instances = await described("dms/replication_instance", "dms_replication_instance", TEAM)
    assert parts(instances["move"]) == {"vcpu": 4, "memory": 32, "block aws/gp2": 200}, (
        "twice, with its standby"
    )
    assert (set(instances), instances["move"].tags) == ({"move"}, {"team": "data"})
    _, dimensions = read(spec("dms/replication_instance"), instances["move"])["CPUUtilization"]
    assert dimensions == {"ReplicationInstanceIdentifier": "move"}
    serverless = await described("dms/replication_config", "dms_replication_instance", TEAM)
    assert serverless["stream"].tags == {"team": "data"}
    assert parts(serverless["stream"]) == {"vcpu": 2, "memory": 16}
    assert parts(serverless["done"]) == {}, "deprovisioned"


async def test_dax_nodes() -> None:
    resources = await described("dax/cluster", "dax_cluster", TEAM)
    assert parts(resources["front"]) == {"vcpu": 6, "memory": 48}
    assert set(resources) == {"front"}
    assert resources["front"].location.zone == "", "its nodes stand in three"
    _, dimensions = read(spec("dax/cluster"), resources["front"])["CPUUtilization"]
    assert dimensions == {"ClusterId": "front"}
