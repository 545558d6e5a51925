"""How each kind reads as hardware, from recorded answers; and what odd and hostile objects come to."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient, described, recording, spec

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws import ec2_instance, ec2_volume, rds_db_cluster, rds_db_instance, s3_bucket
from cloud_carbon_exporter.providers.aws._names import arn, tags
from cloud_carbon_exporter.providers.spec import Scope, TargetSettings

PARIS = Scope("aws", ACCOUNT, "eu-west-3")


def amounts(resource: Resource) -> dict[str, float]:
    return {
        f"{held.kind} {held.part}" if held.kind == "block" else held.kind: held.amount for held in resource.components
    }


async def test_ec2_instance() -> None:
    found = await described("ec2/instance", "ec2_instance")
    web = found["web-1"]
    assert web.id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:instance/i-0aaa0000000000001"
    assert (web.location.region, web.location.zone) == ("eu-west-3", "eu-west-3a")
    assert amounts(web) == {"vcpu": 8, "memory": 32}
    assert web.monitor == {"InstanceId": "i-0aaa0000000000001"}
    assert web.tags == {"Name": "web-1", "team": "shop"}
    assert web.info["host_type"] == "m5.2xlarge"
    assert web.info["architecture"] == "x86_64"
    assert set(found) == {"web-1", "i-0aaa0000000000002", "training", "i-0aaa0000000000004"}, "terminated is gone"


async def test_a_stopped_instance_is_there_and_draws_nothing() -> None:
    stopped = (await described("ec2/instance", "ec2_instance"))["i-0aaa0000000000002"]
    assert stopped.components == ()
    assert estimate(stopped, {}, place("aws", "eu-west-3"), None).power_watts.value == 0


async def test_defect_09_gpus_and_every_local_disk_of_an_instance_count() -> None:
    training = (await described("ec2/instance", "ec2_instance"))["training"]
    held = {component.kind: component for component in training.components}
    assert (held["gpu"].part, held["gpu"].amount, held["gpu"].load) == ("A100 SXM4 40GB", 8, "gpu_ratio")
    assert held["ssd"].amount == pytest.approx(8 * 1000 * 1e9 / 2**30)
    assert (training.info["tenancy"], training.info["lifecycle"]) == ("dedicated", "spot")


async def test_defect_04_a_type_nobody_knows_still_yields_a_number_and_says_why() -> None:
    unknown = (await described("ec2/instance", "ec2_instance"))["i-0aaa0000000000004"]
    assert amounts(unknown)["vcpu"] == 16, "CpuOptions say how many"
    assert amounts(unknown)["memory"] > 0
    assert all("m9q" in component.assumed for component in unknown.components)
    footprint = estimate(unknown, {"cpu_ratio": 0.5}, place("aws", "eu-west-3"), None)
    assert footprint.basis == "assumed"
    assert footprint.power_watts.value > 0


def test_a_new_type_reads_as_what_the_api_says_of_it() -> None:
    raw = {
        "InstanceId": "i-1",
        "InstanceType": "x99z.huge",
        "Architecture": "arm64",
        "State": {"Name": "running"},
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 1},
    }
    api = {
        "VCpuInfo": {"DefaultVCpus": 48, "DefaultCores": 48, "DefaultThreadsPerCore": 1},
        "MemoryInfo": {"SizeInMiB": 96 * 1024},
        "NeuronInfo": {"NeuronDevices": [{"Count": 2, "Name": "Inferentia2"}]},
        "InstanceStorageInfo": {"Disks": [{"SizeInGB": 500, "Count": 2, "Type": "hdd"}]},
    }
    scope = Scope("aws", ACCOUNT, "eu-west-3", catalogue={"x99z.huge": api})
    found = ec2_instance.describe(raw, scope)
    assert found is not None
    held = {component.kind: component.amount for component in found.components}
    assert held == {"vcpu": 48, "memory": 96, "gpu": 2, "hdd": pytest.approx(1000 * 1e9 / 2**30)}


def test_one_thread_a_core_still_holds_both() -> None:
    def threads(options: dict[str, int]) -> float:
        raw = {"InstanceId": "i", "InstanceType": "m5.2xlarge", "State": {"Name": "running"}, "CpuOptions": options}
        found = ec2_instance.describe(raw, PARIS)
        assert found is not None
        return found.components[0].amount

    assert threads({"CoreCount": 4, "ThreadsPerCore": 2}) == 8
    assert threads({"CoreCount": 4, "ThreadsPerCore": 1}) == 8


def test_a_slice_of_an_accelerator_is_a_share_of_a_board() -> None:
    api = {"GpuInfo": {"Gpus": [{"Name": "L4", "Count": 1, "GpuPartitionSize": 0.125}]}}
    raw = {"InstanceId": "i", "InstanceType": "g6f.large", "State": {"Name": "running"}}
    _, held = ec2_instance.hardware(raw, api)
    assert [each.amount for each in held if each.kind == "gpu"] == [0.125]


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-3", "aws")]
)
def test_arns_bear_their_partition(region: str, partition: str) -> None:
    raw = {"InstanceId": "i-1", "InstanceType": "m5.large", "State": {"Name": "running"}, "OwnerId": "210987654321"}
    found = ec2_instance.describe(raw, Scope("aws", ACCOUNT, region))
    assert found is not None
    assert found.id == f"arn:{partition}:ec2:{region}:210987654321:instance/i-1"


async def test_ec2_volume() -> None:
    found = await described("ec2/volume", "ec2_volume")
    root = found["root"]
    assert root.id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:volume/vol-0b1"
    assert root.components == (Component("block", "aws/gp3", 100.0),)
    assert root.info["attached_to"] == "i-0aaa0000000000001"
    assert found["vol-0b2"].components == (Component("block", "aws/st1", 4096.0),), (
        "attached or not, the drives are held"
    )
    assert set(found) == {"root", "vol-0b2", "vol-0b3", "vol-0b4"}, "one that is being deleted is gone"


async def test_a_volume_class_nobody_knows_is_assumed() -> None:
    unknown = (await described("ec2/volume", "ec2_volume"))["vol-0b4"]
    footprint = estimate(unknown, {}, place("aws", "eu-west-3"), None)
    assert footprint.basis == "assumed"
    assert footprint.power_watts.value > 0


def test_a_volume_without_a_size_is_malformed() -> None:
    with pytest.raises(KeyError):
        ec2_volume.describe({"VolumeId": "vol-1", "VolumeType": "gp3"}, PARIS)


async def test_rds_db_instance_and_its_standby() -> None:
    found = await described("rds/db_instance", "rds_db_instance")
    assert amounts(found["orders"]) == {"vcpu": 4, "memory": 16, "block aws/gp3": 400}, "Multi-AZ: all of it twice"
    assert amounts(found["orders-replica"]) == {"vcpu": 2, "memory": 8, "block aws/gp3": 200}
    assert found["orders"].id == f"arn:aws:rds:eu-west-3:{ACCOUNT}:db:orders"
    assert found["orders"].tags == {"team": "shop"}
    assert found["orders"].monitor == {"DBInstanceIdentifier": "orders"}


async def test_a_stopped_database_keeps_its_storage() -> None:
    asleep = (await described("rds/db_instance", "rds_db_instance"))["asleep"]
    assert asleep.components == (Component("block", "aws/gp2", 20.0),)


async def test_defect_05_aurora_storage_is_the_clusters_and_never_allocated_storage() -> None:
    instances = await described("rds/db_instance", "rds_db_instance")
    assert set(amounts(instances["aurora-1"])) == {"vcpu", "memory"}, (
        "AllocatedStorage is 1 for Aurora, and means nothing"
    )
    aurora = (await described("rds/db_cluster", "rds_db_cluster"))["aurora"]
    assert aurora.components == (Component("block", "aws/aurora", 1.0, per="stored_gib"),)
    (volume_bytes,) = [metric for metric in spec("rds/db_cluster").metrics if metric.into == "stored_gib"]
    assert volume_bytes.name == "VolumeBytesUsed"
    assert {name: aurora.monitor[key] for name, key in volume_bytes.dimensions.items()} == {
        "DBClusterIdentifier": "aurora"
    }
    ten, twenty = (
        estimate(aurora, {"stored_gib": size}, place("aws", "eu-west-3"), None).power_watts.value for size in (10, 20)
    )
    assert twenty == pytest.approx(2 * ten)


async def test_defect_05_serverless_is_measured_in_capacity_units_not_in_percent() -> None:
    elastic = (await described("rds/db_instance", "rds_db_instance"))["elastic-1"]
    assert {component.per for component in elastic.components} == {"capacity_units"}
    assert amounts(elastic)["memory"] == 2, "GiB an ACU"
    read = [
        metric.name
        for metric in spec("rds/db_instance").metrics
        if all(key in elastic.monitor for key in metric.dimensions.values())
    ]
    assert read == ["ServerlessDatabaseCapacity"], "CPUUtilization is a share of the largest capacity: not read"
    one, four = (
        estimate(elastic, {"capacity_units": units}, place("aws", "eu-west-3"), None).power_watts.value
        for units in (1, 4)
    )
    assert four == pytest.approx(4 * one)


def test_defect_05_a_database_without_a_zone_is_described() -> None:
    raw = {"DBInstanceIdentifier": "new", "DBInstanceClass": "db.m5.large", "Engine": "mysql", "AvailabilityZone": None}
    found = rds_db_instance.describe(raw, PARIS)
    assert found is not None
    assert found.location.zone == ""


async def test_a_multi_az_cluster_holds_a_volume_for_each_member_and_counts_it_once() -> None:
    trio = (await described("rds/db_cluster", "rds_db_cluster"))["trio"]
    assert amounts(trio) == {"block aws/io1": 300}
    member = (await described("rds/db_instance", "rds_db_instance"))["trio-1"]
    assert set(amounts(member)) == {"vcpu", "memory", "ssd"}, "its local disk is its own; MultiAZ doubles no member"
    assert amounts(member)["vcpu"] == 2


async def test_serverless_v1_shows_as_its_cluster() -> None:
    old = (await described("rds/db_cluster", "rds_db_cluster"))["old-serverless"]
    assert {component.per for component in old.components} == {"capacity_units", "stored_gib"}
    assert old.monitor["ServerlessCluster"] == "old-serverless"


def test_neptune_and_documentdb_are_services_of_their_own() -> None:
    for engine in ("neptune", "docdb"):
        assert not rds_db_instance.SPEC.accepts({"Engine": engine})
        assert rds_db_instance.DB_INSTANCES.kind_of({"Engine": engine}) == f"{engine}/db_instance"
        assert rds_db_cluster.DB_CLUSTERS.kind_of({"Engine": engine}) == f"{engine}/db_cluster"
    assert rds_db_instance.SPEC.accepts({"Engine": "custom-oracle-ee"})


def test_further_volumes_of_an_oracle_database_count() -> None:
    raw = {
        "DBInstanceIdentifier": "big",
        "DBInstanceClass": "db.r5.large",
        "Engine": "oracle-ee",
        "AllocatedStorage": 100,
        "StorageType": "io2",
        "AdditionalStorageVolumes": [{"VolumeName": "rdsdbdata2", "AllocatedStorage": 50, "StorageType": "gp3"}],
    }
    found = rds_db_instance.describe(raw, PARIS)
    assert found is not None
    assert {each.part: each.amount for each in found.components if each.kind == "block"} == {
        "aws/io2": 100,
        "aws/gp3": 50,
    }


async def test_s3_bucket() -> None:
    found = await described("s3/bucket", "s3_bucket")
    assert found["shop-assets"].id == "arn:aws:s3:::shop-assets"
    assert {name: each.location.region for name, each in found.items()} == {
        "shop-assets": "eu-west-3",
        "shop-logs": "us-east-1",
        "from-long-ago": "eu-west-1",  # GetBucketLocation says EU
    }
    assert found["shop-logs"].components == (Component("object", "aws/s3", 1.0, per="stored_gib"),)
    assert found["shop-logs"].monitor == {"BucketName": "shop-logs"}


async def test_buckets_of_regions_left_out_are_left_out() -> None:
    found = await described("s3/bucket", "s3_bucket", TargetSettings(provider="aws", regions=("us-east-1",)))
    assert set(found) == {"shop-logs"}


async def test_defect_10_tags_of_buckets_come_by_key_and_only_when_asked_for() -> None:
    without = await described("s3/bucket", "s3_bucket")
    assert without["shop-assets"].tags == {}
    found = await described("s3/bucket", "s3_bucket", TargetSettings(provider="aws", tags=("team",)))
    assert found["shop-assets"].tags == {"team": "shop"}
    assert found["shop-logs"].tags == {}


async def test_defect_10_a_tag_called_location_or_kind_changes_nothing_but_the_tags() -> None:
    training = (await described("ec2/instance", "ec2_instance"))["training"]
    assert training.tags["location"] == "mars"
    assert training.tags["kind"] == "toy"
    assert (training.kind, training.location.region) == ("ec2/instance", "eu-west-3")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([{"Key": 'a"b\n', "Value": 'x"\\\n'}], {'a"b\n': 'x"\\\n'}),
        ([{"key": "team", "value": "shop"}], {"team": "shop"}),
        ([{"Key": "flag"}], {"flag": ""}),
        ([{"Value": "nameless"}, {"Key": None}], {}),
        (None, {}),
    ],
)
def test_tags_of_any_shape(raw: Any, expected: dict[str, str]) -> None:
    assert tags(raw) == expected


def test_an_arn_names_service_region_and_account() -> None:
    assert arn("rds", "us-east-1", "1", "db:x") == "arn:aws:rds:us-east-1:1:db:x"


async def test_types_are_asked_for_once_a_day_a_hundred_at_a_time_and_unknown_ones_do_not_fail_the_rest() -> None:
    asked: list[int] = []

    class Recorder(ReplayClient):
        def answers(self, scope: Scope, api: str, operation: str, params: Any, **rest: Any) -> Any:
            (wanted,) = params["Filters"]
            assert wanted["Name"] == "instance-type", "a filter forgives unknown names; InstanceTypes does not"
            asked.append(len(wanted["Values"]))
            return super().answers(scope, api, operation, params, **rest)

    client = Recorder(recording("ec2_instance"))
    page = [{"InstanceType": f"t{number}.nano"} for number in range(149)] + [{"InstanceType": "m5.2xlarge"}]
    found = await ec2_instance.instance_types(client, PARIS, page)
    assert set(found) == {"m5.2xlarge"}
    assert asked == [100, 50]
    assert set(await ec2_instance.instance_types(client, PARIS, page)) == {"m5.2xlarge"}
    assert asked == [100, 50], "kept, what nobody knows included"


def test_all_power_is_finite() -> None:
    raw = {"Name": "empty", "BucketRegion": "xx-nowhere-1"}
    found = s3_bucket.describe(raw, Scope("aws", ACCOUNT))
    assert found is not None
    power = estimate(found, {}, place("aws", found.location.region), None).power_watts
    assert math.isfinite(power.value)
