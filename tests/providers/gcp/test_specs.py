"""Laws over every service of Google Cloud: its recordings, its listing, its metrics."""

from __future__ import annotations

import pytest
from tests.fakes import gcp_discovery
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import NOT_LISTED, swept

from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.asset_types import TYPES
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import kind
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec


@over_all(
    "asset",
    recorded(),
    ids=lambda asset: f"{asset['assetType']} {asset['name'].rpartition('/')[2]}",
)
def test_recordings_are_what_google_documents(asset: dict[str, object]) -> None:
    assert gcp_discovery.asset_errors(asset) == []


@pytest.mark.slow
async def test_every_asset_finds_its_spec(explore: Explore) -> None:
    result = await swept(explore())
    assert result.unsupported == {}
    assert result.skipped == {}


def test_specs_and_the_list_of_types_agree() -> None:
    for asset_type in TYPES:
        accepting = [spec for spec in PROVIDER.services if spec.accepts({"assetType": asset_type})]
        assert len(accepting) == 1, asset_type
    kinds = {spec.kind for spec in PROVIDER.services}
    assert kinds - {kind(asset_type) for asset_type in TYPES} == {
        "bigquery/project",
        *NOT_LISTED,
    }
    assert all(spec.listing is LISTING for spec in PROVIDER.services)


@over_all("spec", PROVIDER.services, ids=lambda spec: spec.kind)
def test_every_spec_has_a_recording(spec: ServiceSpec) -> None:
    scope = Scope("gcp", "shop-prod")
    resources = [spec.resource(asset, scope) for asset in recorded() if spec.accepts(asset)]
    assert resources or spec.kind in NOT_LISTED
    assert {resource.kind for resource in resources if resource} <= {spec.kind}
