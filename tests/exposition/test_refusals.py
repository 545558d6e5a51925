"""What is optional and refused, as a family."""

from __future__ import annotations

from cloud_carbon_exporter.exposition.families import FAMILIES
from cloud_carbon_exporter.exposition.family import FamilySample, FromSnapshot
from cloud_carbon_exporter.model.snapshot import Refusal, Snapshot


def test_each_refusal_is_a_sample_without_prose() -> None:
    [family] = [one for one in FAMILIES if one.name == "cloud_carbon_exporter_optional_refused"]
    assert isinstance(family.source, FromSnapshot)
    refusal = Refusal("gcp", "shop-prod", "cloudasset.assets.exportResource", "ends", "denied")
    samples = list(family.source.samples(Snapshot(0, refused=(refusal,))))
    labels = ("gcp", "shop-prod", "cloudasset.assets.exportResource")
    assert samples == [FamilySample(labels, 1)]
    assert family.labels == ("cloud_provider", "cloud_account_id", "permission")
