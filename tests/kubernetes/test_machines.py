"""Machines and disks by key: what has one name, and what has none of its zone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.kubernetes.machines import Machines
from cloud_carbon_exporter.model.provider_ids import (
    key_of_named_disk,
    key_of_node,
    key_of_volume,
)
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Location
from tests.kubernetes.estate import disk, row


def google(kind: str, zone: str, name: str) -> Row:
    """A machine or a disk of Google, by its name."""
    found = {"instances": row(name), "disks": disk(name)}[kind]
    resource = replace(
        found.resource,
        id=f"//compute.googleapis.com/projects/p/zones/{zone}/{kind}/{name}",
        kind={"instances": "compute/instance", "disks": "compute/disk"}[kind],
        location=Location("gcp", "p", "europe-west1", zone),
    )
    return replace(found, resource=resource)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_node_of_gke_and_the_disk_it_boots_from_have_one_name(reverse: bool) -> None:
    machine, boot = google("instances", "z", "gke-1"), google("disks", "z", "gke-1")
    found = Machines().by_key([boot, machine] if reverse else [machine, boot])
    assert found[key_of_node("gce://p/z/gke-1")] is machine
    assert found[key_of_node("gce://p//gke-1")] is machine
    assert found[key_of_volume("projects/p/zones/z/disks/gke-1")] is boot
    assert found[key_of_named_disk("gke-1", "gce://p/z/other")] is boot


def test_a_name_that_two_zones_have_is_nobodys_without_its_zone() -> None:
    one, two = google("disks", "y", "data"), google("disks", "z", "data")
    found = Machines().by_key([one, two])
    assert found[key_of_volume("projects/p/zones/z/disks/data")] is two
    assert key_of_named_disk("data", "gce://p/z/node") not in found
    assert key_of_named_disk("", "gce://p/z/node") == ""
    assert key_of_named_disk("data", "aws:///z/i-01") == ""
