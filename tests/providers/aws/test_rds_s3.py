"""Databases and buckets as hardware, from recorded answers; tags of any shape."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import amounts, described, spec
from tests.providers.aws.parts import read

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing import databases
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.aws.services import rds_db_instance, s3_bucket
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Scope

PARIS = Scope("aws", ACCOUNT, "eu-west-3")


async def test_rds_db_instance_and_its_standby() -> None:
    resources = await described("rds/db_instance", "rds_db_instance")
    assert amounts(resources["orders"]) == {"vcpu": 4, "memory": 16, "block aws/gp3": 400}, (
        "Multi-AZ: all of it twice"
    )
    assert amounts(resources["orders-replica"]) == {"vcpu": 2, "memory": 8, "block aws/gp3": 200}
    assert resources["orders"].id == f"arn:aws:rds:eu-west-3:{ACCOUNT}:db:orders"
    assert resources["orders"].tags == {"team": "shop"}
    assert resources["orders"].monitor == {"DBInstanceIdentifier": "orders"}


async def test_a_dedicated_log_volume_is_there_with_each_copy() -> None:
    """RDS user guide: 1,024 GiB, for the primary and for the secondary."""
    ledger = (await described("rds/db_instance", "rds_db_instance"))["ledger"]
    held = [part.amount for part in ledger.components if part.part == "aws/io2"]
    assert sorted(held) == [2 * 1024, 2 * 5000]


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
    (volume_bytes,) = [
        metric for metric in spec("rds/db_cluster").metrics if metric.into == "stored_gib"
    ]
    assert volume_bytes.name == "VolumeBytesUsed"
    assert {name: aurora.monitor[key] for name, key in volume_bytes.dimensions.items()} == {
        "DBClusterIdentifier": "aurora"
    }
    ten, twenty = (
        estimate(aurora, {"stored_gib": size}, place("aws", "eu-west-3"), None).power_watts.value
        for size in (10, 20)
    )
    assert twenty == pytest.approx(2 * ten)


async def test_defect_05_serverless_is_measured_in_capacity_units_not_in_percent() -> None:
    elastic = (await described("rds/db_instance", "rds_db_instance"))["elastic-1"]
    assert {component.per for component in elastic.components} == {"capacity_units"}
    assert amounts(elastic)["memory"] == 2, "GiB an ACU"
    assert list(read(spec("rds/db_instance"), elastic)) == ["ServerlessDatabaseCapacity"], (
        "CPUUtilization is a share of the largest capacity: not read"
    )
    one, four = (
        estimate(
            elastic, {"capacity_units": units}, place("aws", "eu-west-3"), None
        ).power_watts.value
        for units in (1, 4)
    )
    assert four == pytest.approx(4 * one)


def test_defect_05_a_database_without_a_zone_is_described() -> None:
    raw = {
        "DBInstanceIdentifier": "new",
        "DBInstanceClass": "db.m5.large",
        "Engine": "mysql",
        "AvailabilityZone": None,
    }
    resource = rds_db_instance.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert resource.location.zone == ""


async def test_a_multi_az_cluster_holds_a_volume_for_each_member_and_counts_it_once() -> None:
    trio = (await described("rds/db_cluster", "rds_db_cluster"))["trio"]
    assert amounts(trio) == {"block aws/io1": 300}
    member = (await described("rds/db_instance", "rds_db_instance"))["trio-1"]
    assert set(amounts(member)) == {"vcpu", "memory", "ssd"}, (
        "its local disk is its own; MultiAZ doubles no member"
    )
    assert amounts(member)["vcpu"] == 2


async def test_serverless_v1_shows_as_its_cluster() -> None:
    old = (await described("rds/db_cluster", "rds_db_cluster"))["old-serverless"]
    assert {component.per for component in old.components} == {"capacity_units", "stored_gib"}
    assert old.monitor["ServerlessCluster"] == "old-serverless"


def test_neptune_and_documentdb_are_services_of_their_own() -> None:
    for engine in ("neptune", "docdb"):
        assert not rds_db_instance.SPEC.accepts({"Engine": engine})
        assert databases.DB_INSTANCES.kind_of({"Engine": engine}) == f"{engine}/db_instance"
        assert databases.DB_CLUSTERS.kind_of({"Engine": engine}) == f"{engine}/db_cluster"
    assert rds_db_instance.SPEC.accepts({"Engine": "custom-oracle-ee"})


def test_further_volumes_of_an_oracle_database_count() -> None:
    raw = {
        "DBInstanceIdentifier": "big",
        "DBInstanceClass": "db.r5.large",
        "Engine": "oracle-ee",
        "AllocatedStorage": 100,
        "StorageType": "io2",
        "AdditionalStorageVolumes": [
            {"VolumeName": "rdsdbdata2", "AllocatedStorage": 50, "StorageType": "gp3"}
        ],
    }
    resource = rds_db_instance.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert {each.part: each.amount for each in resource.components if each.kind == "block"} == {
        "aws/io2": 100,
        "aws/gp3": 50,
    }


async def test_s3_bucket() -> None:
    resources = await described("s3/bucket", "s3_bucket")
    assert resources["shop-assets"].id == "arn:aws:s3:::shop-assets"
    assert {name: each.location.region for name, each in resources.items()} == {
        "shop-assets": "eu-west-3",
        "shop-logs": "us-east-1",
        "from-long-ago": "eu-west-1",  # GetBucketLocation says EU
    }
    assert resources["shop-logs"].components == (
        Component("object", "aws/s3", 1.0, per="stored_gib"),
    )
    assert resources["shop-logs"].monitor == {"BucketName": "shop-logs"}


async def test_buckets_of_regions_left_out_are_left_out() -> None:
    resources = await described(
        "s3/bucket", "s3_bucket", TargetSettings(provider="aws", regions=("us-east-1",))
    )
    assert set(resources) == {"shop-logs"}


async def test_defect_10_tags_of_buckets_come_by_key_and_only_when_asked_for() -> None:
    without = await described("s3/bucket", "s3_bucket")
    assert without["shop-assets"].tags == {}
    resources = await described(
        "s3/bucket", "s3_bucket", TargetSettings(provider="aws", tags=("team",))
    )
    assert resources["shop-assets"].tags == {"team": "shop"}
    assert resources["shop-logs"].tags == {}


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


def test_all_power_is_finite() -> None:
    raw = {"Name": "empty", "BucketRegion": "xx-nowhere-1"}
    resource = s3_bucket.SPEC.resource(raw, Scope("aws", ACCOUNT))
    assert resource is not None
    power = estimate(resource, {}, place("aws", resource.location.region), None).power_watts
    assert math.isfinite(power.value)
