"""All that is optional at Google and refused is told, with the permission that brings it."""

from __future__ import annotations

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.test_asset_feed import SUBSCRIPTION, first
from tests.providers.gcp.test_footprint import NOW, TABLE

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client import history
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.client.http import Rest
from cloud_carbon_exporter.providers.gcp.client.optional import REFUSABLE
from cloud_carbon_exporter.providers.refusals import refused_to

MACHINE = "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/web-1"


async def history_of_a_machine(rest: Rest) -> None:
    async for _ in history.deleted(rest, [MACHINE], 0):
        pass


@pytest.mark.slow
async def test_each_is_told_with_the_permission_to_grant(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "permission")
    client = explore(carbon_footprint_table=TABLE, asset_feed_subscription=SUBSCRIPTION)
    await client.connect()
    [scope] = await client.scopes(LISTING)
    pages = [page async for page in client.pages(LISTING, scope)]
    assert pages, "each product is listed by itself"
    for api in ("bigquery", "pubsub"):
        cloud.break_(api, "permission")
    for asked in (client.extras(NOW), first(client), history_of_a_machine(client._rest)):
        with pytest.raises(PermissionMissing):
            await asked
    told = {refusal.permission: refusal for refusal in refused_to(client)}
    assert told.keys() == REFUSABLE.keys() >= PROVIDER.optional.keys()
    for permission, refusal in told.items():
        assert refusal.purpose == REFUSABLE[permission]
        assert f"grant {permission}" in refusal.error
        assert refusal.provider == "gcp"
