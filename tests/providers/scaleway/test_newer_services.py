"""VPN gateways, pipelines of Edge Services, RPN-SANs, and what SQL databases store."""

from __future__ import annotations

from tests.fakes.scaleway import FakeScaleway
from tests.providers.scaleway.support import by_name, connected, held


async def test_a_gateway_is_one_small_machine() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        gateways = await by_name(client, "s2s_vpn/gateway")
    assert held(gateways["office"]) == {("fixed", "scaleway/vgw-s"): 1}


async def test_a_pipeline_has_a_share_of_what_all_pass() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        pipelines = await by_name(client, "edge_services/pipeline")
    assert held(pipelines["shop"]) == {("fixed", "scaleway/edge-pipeline"): 1}
    assert pipelines["shop"].location.region == "global"


async def test_a_san_is_the_space_it_was_rented_with() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        san = (await by_name(client, "dedibox/rpn_san"))["san-5121"]
    assert held(san) == {("block", "scaleway/rpn-san"): 100}
    assert (san.id, san.location.region) == ("dedibox/rpn-san/5121", "fr-par")


async def test_a_database_stores_what_its_newest_backup_was_made_of() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.routes[:] = [route for route in fake.routes if "backups" not in route.path] + [
            route for route in fake.routes if "backups" in route.path
        ]
        databases = await by_name(client, "serverless_sqldb/database")
        assert held(databases["small"])["block", "scaleway/sqldb"] == 2
        assert fake.params["serverless-sqldb/v1alpha1/regions/fr-par/backups"] >= {"database_id"}
