"""Places finer than a region: what tells of a zone or an Outpost is read; figures follow."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pytest
from botocore.session import Session
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, described, spec
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.types import Location
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

pytestmark = pytest.mark.slow

SCOPE = Scope("aws", ACCOUNT, REGION)
OUTPOST = f"arn:aws:outposts:{REGION}:{ACCOUNT}:outpost/op-1"
ZONE = f"{REGION}-cmn-wlz-1a"
OUTPOSTS = re.compile(r"outpost(?:arn|arns|id)$|^snapshottarget$", re.IGNORECASE)
ZONE_MEMBER = re.compile(r"^(?:preferred|snapshot)?availabilityzone(?:name)?$", re.IGNORECASE)
UNREAD = {
    "elasticache/cache_cluster CacheNodes.CustomerOutpostArn": "PreferredOutpostArn is read",
    "elasticache/snapshot PreferredAvailabilityZone": "where the cluster stood, not the snapshot",
    "elasticache/snapshot NodeSnapshots.NodeGroupConfiguration.PrimaryOutpostArn": "as its cluster",
    "elasticache/snapshot NodeSnapshots.NodeGroupConfiguration.ReplicaOutpostArns": "its cluster's",
    "elasticache/snapshot PreferredOutpostArn": "where its cluster stood; snapshots lie in S3",
    "redshift/snapshot AvailabilityZone": "where the cluster stood, and not the snapshot",
    "rds/db_snapshot AvailabilityZone": "where the instance stood, and not the snapshot",
}
"""What tells of a place in a listed object and is left, with why."""


@cache
def model(api: str) -> Any:
    return Session().get_service_model(api)


def listed(service: ServiceSpec) -> Any:
    shape = model(service.listing.api).operation_model(service.listing.operation).output_shape
    for step in service.listing.items.split("."):
        shape = shape.members[step.removesuffix("[]")]
        shape = shape.member if shape.type_name == "list" else shape
    return shape


def telling(shape: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Members of a shape, by their path, that say where a thing stands."""
    if shape.type_name == "list":
        yield from telling(shape.member, path)
    elif shape.type_name == "structure" and len(path) < 4:
        for name, member in shape.members.items():
            # the zone of the thing itself, or the Outpost of whatever part of it
            if OUTPOSTS.search(name) or (not path and ZONE_MEMBER.search(name)):
                yield ".".join((*path, name))
            yield from telling(member, (*path, name))


@over_all("service", PROVIDER.services, ids=lambda service: service.kind)
def test_all_that_tells_of_a_zone_or_an_outpost_is_read_or_left_for_a_reason(
    service: ServiceSpec,
) -> None:
    described_by: Any = service.describe
    if isinstance(described_by, partial):
        described_by = described_by.func
    module = inspect.getmodule(described_by)
    assert module
    source = inspect.getsource(module)
    if "parse_ec2" in source:
        source += '"OutpostArn"'
    if "outpost_of" in source:
        source += '"SubnetOutpost"'
    for path in telling(listed(service)):
        whole, name = f"{service.kind} {path}", path.rpartition(".")[2]
        assert f'"{name}"' in source or whole in UNREAD, whole


def test_nothing_is_left_that_is_not_there() -> None:
    told: list[str] = []
    for each in PROVIDER.services:
        told += [f"{each.kind} {path}" for path in telling(listed(each))]
    everything = "\n".join(told)
    assert [left for left in UNREAD if left not in everything] == []


@pytest.mark.parametrize(
    ("kind", "raw", "zone", "on_premises"),
    [
        ("ec2/volume", {"VolumeId": "v", "Size": 1, "AvailabilityZone": ZONE}, ZONE, False),
        ("ec2/volume", {"VolumeId": "v", "Size": 1, "OutpostArn": OUTPOST}, "", True),
        (
            "ec2/instance",
            {
                "InstanceId": "i",
                "InstanceType": "m5.large",
                "Placement": {"AvailabilityZone": f"{REGION}a"},
                "OutpostArn": OUTPOST,
            },
            f"{REGION}a",
            True,
        ),
        (
            "ec2/host",
            {"HostId": "h", "OutpostArn": OUTPOST, "HostProperties": {"InstanceFamily": "m5"}},
            "",
            True,
        ),
        (
            "ec2/snapshot",
            {"SnapshotId": "s", "VolumeSize": 1, "AvailabilityZone": ZONE},
            ZONE,
            False,
        ),
        ("ec2/snapshot", {"SnapshotId": "s", "VolumeSize": 1, "OutpostArn": OUTPOST}, "", True),
        (
            "rds/db_instance",
            {
                "DBInstanceIdentifier": "d",
                "DBInstanceClass": "db.m5.large",
                "AvailabilityZone": f"{REGION}a",
                "DBSubnetGroup": {
                    "Subnets": [{"SubnetOutpost": {}}, {"SubnetOutpost": {"Arn": OUTPOST}}]
                },
            },
            f"{REGION}a",
            True,
        ),
        (
            "rds/db_snapshot",
            {
                "DBSnapshotIdentifier": "s",
                "DBSnapshotArn": "a",
                "AllocatedStorage": 1,
                "AvailabilityZone": ZONE,
                "SnapshotTarget": "outposts",
            },
            "",
            True,
        ),
        (
            "rds/db_snapshot",
            {
                "DBSnapshotIdentifier": "s",
                "DBSnapshotArn": "a",
                "AllocatedStorage": 1,
                "SnapshotAvailabilityZone": ZONE,
                "SnapshotTarget": "local",
            },
            ZONE,
            False,
        ),
        (
            "elasticache/cache_cluster",
            {
                "ARN": "a",
                "CacheClusterId": "c",
                "CacheNodeType": "cache.m5.large",
                "NumCacheNodes": 1,
                "PreferredOutpostArn": OUTPOST,
            },
            "",
            True,
        ),
        (
            "elasticloadbalancingv2/load_balancer",
            {
                "LoadBalancerArn": "a:loadbalancer/app/b/1",
                "LoadBalancerName": "b",
                "AvailabilityZones": [{"ZoneName": f"{REGION}a", "OutpostId": "op-1"}],
            },
            f"{REGION}a",
            True,
        ),
        (
            "elasticloadbalancing/load_balancer",
            {"LoadBalancerName": "b", "AvailabilityZones": [ZONE]},
            ZONE,
            False,
        ),
    ],
)
def test_where_a_thing_stands_is_read(kind: str, raw: Raw, zone: str, on_premises: bool) -> None:
    resource = spec(kind).resource(raw, SCOPE)
    assert resource
    assert resource.location == Location("aws", ACCOUNT, REGION, zone, on_premises)
    place = facts.place("aws", facts.place_of(resource.location))
    assert place.region == (f"{REGION}/on-premises" if on_premises else f"{REGION}-cmn-wlz-1")


async def test_an_outpost_stands_in_the_customers_building() -> None:
    outposts = await described("outposts/outpost", "outposts_outpost")
    assert outposts["factory"].location.on_premises
