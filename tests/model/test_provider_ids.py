"""Provider ids: the forms of the clouds' own controllers, held against ids of ours."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.model.provider_ids import (
    is_serverless,
    key_of,
    key_of_node,
    key_of_volume,
    provider_id,
)
from cloud_carbon_exporter.model.types import Location, Resource

UUID = "53a6ca14-0d8d-4f2e-9887-2f1bcfba58ed"


def resource(id_: str, kind: str, zone: str) -> Resource:
    provider = {"ec2": "aws", "compute": "gcp"}.get(kind.split("/", maxsplit=1)[0], "scaleway")
    return Resource(id_, kind, "n", Location(provider, "1", zone[:-1], zone), ())


INSTANCE = resource("arn:aws:ec2:eu-west-3:1:instance/i-0abc", "ec2/instance", "eu-west-3a")
GOOGLE = resource(
    "compute.googleapis.com/projects/p-1/zones/europe-west9-a/instances/gke-a-pool-1-x",
    "compute/instance",
    "europe-west9-a",
)
SERVER = resource(UUID, "instance/server", "fr-par-1")
METAL = resource(UUID, "baremetal/server", "fr-par-2")


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (INSTANCE, "aws:///eu-west-3a/i-0abc"),
        (GOOGLE, "gce://p-1/europe-west9-a/gke-a-pool-1-x"),
        (SERVER, f"scaleway://instance/fr-par-1/{UUID}"),
        (METAL, f"scaleway://baremetal/fr-par-2/{UUID}"),
    ],
)
def test_a_machine_has_the_name_its_controller_gives_it(machine: Resource, name: str) -> None:
    assert provider_id(machine) == name
    assert key_of_node(name) == key_of(machine) != ""


@pytest.mark.parametrize(
    "name", ["aws:////i-0abc", "aws:///i-0abc", "i-0abc", "aws:///eu-west-3a/i-0abc"]
)
def test_aws_nodes_are_known_by_older_and_shorter_forms(name: str) -> None:
    assert key_of_node(name) == key_of(INSTANCE)


@pytest.mark.parametrize("name", [f"scaleway://{UUID}", f"scaleway://fr-par-1/{UUID}"])
def test_scaleway_nodes_are_known_without_product_and_zone(name: str) -> None:
    assert key_of_node(name) == key_of(SERVER)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/x",
        "kind://docker/kind/control-plane",
        "eks-hybrid:///eu-west-3/prod/mi-0abc",
        "aws:///eu-west-3a/9f1c-77aa/fargate-ip-10-0-1-12.ec2.internal",
        "gce://p-1/europe-west9-a",
        "openstack:///53a6ca14-0d8d-4f2e-9887-2f1bcfba58ed",
    ],
)
def test_other_nodes_are_known_as_none_of_ours(name: str) -> None:
    assert key_of_node(name) == ""


@pytest.mark.parametrize(
    ("said", "name", "serverless"),
    [
        ("aws:///eu-west-3a/9f1c-77aa/fargate-ip-10-0-1-12.ec2.internal", "fargate-ip-10", True),
        ("aws:///eu-west-3a/fargate-10.0.1.12", "fargate-10.0.1.12", True),
        ("gce://p-1/europe-west9-a/gk3-a-pool-1-x", "gk3-a-pool-1-x", True),
        ("", "virtual-kubelet", True),
        ("", "virtual-node-aci-linux", True),
        ("aws:///eu-west-3a/i-0abc", "ip-10-0-1-10", False),
        ("azure:///x", "aks-pool-1", False),
    ],
)
def test_what_has_no_machine_to_see_is_told(said: str, name: str, serverless: bool) -> None:
    assert is_serverless(said, name) is serverless


@pytest.mark.parametrize(
    ("disk", "handles"),
    [
        (
            resource("arn:aws:ec2:eu-west-3:1:volume/vol-0abc", "ec2/volume", "eu-west-3a"),
            ["vol-0abc", "aws://eu-west-3a/vol-0abc"],
        ),
        (
            resource(
                "compute.googleapis.com/projects/p-1/zones/europe-west9-a/disks/pvc-1",
                "compute/disk",
                "europe-west9-a",
            ),
            ["projects/p-1/zones/europe-west9-a/disks/pvc-1"],
        ),
        (
            resource(
                "compute.googleapis.com/projects/p-1/regions/europe-west9/disks/pvc-2",
                "compute/region_disk",
                "europe-west9",
            ),
            ["projects/p-1/regions/europe-west9/disks/pvc-2"],
        ),
        (resource(UUID, "block/volume", "fr-par-1"), [f"fr-par-1/{UUID}", UUID]),
    ],
)
def test_a_disk_is_known_by_its_handle(disk: Resource, handles: list[str]) -> None:
    for handle in handles:
        assert key_of_volume(handle) == key_of(disk) != ""


def test_what_is_no_disk_of_ours_has_no_key() -> None:
    for handle in ("", "fs-0abc::fsap-1", "/dev/sdb", "nfs://x/y"):
        assert key_of_volume(handle) == ""
