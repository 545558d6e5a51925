"""Owners of Scaleway's hardware: what shows in several places is described in one."""

from __future__ import annotations

import pytest
from tests.fakes.scaleway_schema import response_type
from tests.providers.scaleway.support import recorded

from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.spec import Scope

OWNED = OWNERS["scaleway"]
PARIS = Scope("scaleway", "o", "fr-par", "fr-par-1")
SPECS = {spec.kind: spec for spec in PROVIDER.services}
VOLUME_CLASSES = {str(member.value) for member in response_type("instance.v1.VolumeVolumeType")}


@pytest.mark.parametrize("volume_class", sorted(VOLUME_CLASSES))
def test_a_volume_of_a_class_that_has_an_owner_is_described_there_alone(volume_class: str) -> None:
    """Servers hold their local disks; what the block API lists is not the Instance API's."""
    spec = SPECS["instance/volume"]
    volume = {**recorded(spec), "volume_type": volume_class, "server": {"id": "1"}}
    assert (spec.resource(volume, PARIS) is None) == (f"instance/{volume_class}" in OWNED)


def test_a_snapshot_of_the_block_api_is_described_there_alone() -> None:
    spec = SPECS["instance/snapshot"]
    snapshot = {**recorded(spec), "volume_type": "sbs_snapshot"}
    assert spec.resource(snapshot, PARIS) is None
    assert OWNED["instance/sbs_snapshot"] == "block/snapshot"
