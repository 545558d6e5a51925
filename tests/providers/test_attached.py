"""Disks say whether a machine uses them: rules and dashboards find by it those that none does."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.providers.aws.services import ec2_volume
from cloud_carbon_exporter.providers.gcp.services import compute_disk
from cloud_carbon_exporter.providers.scaleway.services import block, instance
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

EBS = {"VolumeId": "vol-1", "VolumeType": "gp3", "Size": 8}
DISK = {"name": "d", "sizeGb": "10", "type": "zones/europe-west9-a/diskTypes/pd-ssd"}
BLOCK = {
    "id": "1",
    "name": "v",
    "size": 10**10,
    "type": "sbs_5k",
    "zone": "fr-par-1",
    "project_id": "p",
}
OLD = {
    "id": "2",
    "name": "v",
    "size": 10**10,
    "volume_type": "b_ssd",
    "zone": "fr-par-1",
    "project": "p",
}


def asset(data: Raw) -> Raw:
    name = "//compute.googleapis.com/projects/p/zones/europe-west9-a/disks/d"
    return {"name": name, "assetType": "compute.googleapis.com/Disk", "resource": {"data": data}}


def of(specs: tuple[ServiceSpec, ...], kind: str) -> ServiceSpec:
    return next(spec for spec in specs if spec.kind == kind)


@pytest.mark.parametrize(
    ("spec", "scope", "raw", "attached"),
    [
        (ec2_volume.SPEC, Scope("aws", "1", "eu-west-3"), EBS, "false"),
        (
            ec2_volume.SPEC,
            Scope("aws", "1", "eu-west-3"),
            EBS | {"Attachments": [{"InstanceId": "i-1"}]},
            "true",
        ),
        (of(compute_disk.SPECS, "compute/disk"), Scope("gcp", "p"), asset(DISK), "false"),
        (
            of(compute_disk.SPECS, "compute/disk"),
            Scope("gcp", "p"),
            asset(DISK | {"users": ["instances/a"]}),
            "true",
        ),
        (of(block.SPECS, "block/volume"), Scope("scaleway", "o"), BLOCK, "false"),
        (
            of(block.SPECS, "block/volume"),
            Scope("scaleway", "o"),
            BLOCK | {"references": [{"id": "r"}]},
            "true",
        ),
        (
            of(instance.SPECS, "instance/volume"),
            Scope("scaleway", "o"),
            OLD | {"server": None},
            "false",
        ),
        (
            of(instance.SPECS, "instance/volume"),
            Scope("scaleway", "o"),
            OLD | {"server": {"id": "s"}},
            "true",
        ),
    ],
)
def test_a_disk_says_whether_it_is_attached(
    spec: ServiceSpec, scope: Scope, raw: Raw, attached: str
) -> None:
    disk = spec.resource(raw, scope)
    assert disk is not None
    assert disk.info["attached"] == attached
