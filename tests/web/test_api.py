"""/api/v1 over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from tests.exposition import estate
from tests.web.serving import address, held, served
from yarl import URL

from cloud_carbon_exporter.model.types import Location


async def test_the_snapshot_holds_totals_ledger_health_and_the_source() -> None:
    async with served(held(estate.SNAPSHOT)) as client, client.get("/api/v1/snapshot") as response:
        assert response.status == 200
        told = await response.json()
    assert told["taken_at"] == estate.TAKEN_AT
    assert told["ready"] is True
    assert told["partial"] == ""
    assert told["source"] == "https://example.org/source/v1.2.3"
    totals = told["totals"]
    assert totals["resources"] == 3
    assert totals["power_watts"]["value"] == pytest.approx(18.5)
    assert totals["power_watts"]["lower"] <= 18.5 <= totals["power_watts"]["upper"]
    assert totals["operational_emissions_grams_per_second"]["value"] == pytest.approx(0.000155)
    assert totals["energy_joules_total"] == 130000
    watts = {group["name"]: group["power_watts"]["value"] for group in told["by"]["cloud_provider"]}
    assert watts == {"aws": 12.5, "scaleway": 6, "gcp": 0}
    web, without_tag = told["by"]["tag_team"]
    assert (web["name"], web["resources"]) == ("web", 1)
    assert (without_tag["name"], without_tag["resources"]) == ("", 2)
    assert {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "kind": "m99/thing",
        "basis": "unsupported",
        "resources": 4,
    } in told["ledger"]
    prod, scw = told["targets"]
    assert (prod["name"], prod["up"]) == ("prod", True)
    assert (scw["name"], scw["up"]) == ("scw", False)
    went_well, failed, _ = told["listings"]
    assert (went_well["error"], failed["error"]) == ("", "Unreachable: no answer")
    assert told["api"]["cost_dollars"][0]["dollars"] == 0.0125


async def test_the_snapshot_before_the_first_collection_is_empty_and_says_so() -> None:
    async with served(held(estate.EMPTY)) as client, client.get("/api/v1/snapshot") as response:
        told = await response.json()
    assert told["ready"] is False
    assert told["totals"]["resources"] == 0
    assert told["totals"]["power_watts"]["value"] == 0


async def test_figures_of_a_part_say_so_and_how_far_the_first_collection_is() -> None:
    amid = replace(
        estate.SNAPSHOT, first_collection_done=False, listings_ended=82, listings_known=1190
    )
    async with served(held(amid)) as client:
        for path in ("/api/v1/snapshot", "/api/v1/resources"):
            async with client.get(path) as response:
                told = await response.json()
            assert told["partial"] == "first collection: 82 of 1,190 listings"
        async with client.get("/api/v1/snapshot") as response:
            assert (await response.json())["totals"]["resources"] == 3


async def test_a_client_that_has_the_newest_snapshot_is_not_sent_it_again() -> None:
    collector = held(estate.SNAPSHOT)
    async with served(collector) as client:
        async with client.get("/api/v1/snapshot") as response:
            tag = response.headers["ETag"]
        async with client.get("/api/v1/snapshot", headers={"If-None-Match": tag}) as response:
            assert response.status == 304
        collector.snapshot = replace(
            estate.SNAPSHOT, taken_at=estate.TAKEN_AT + 1, rows=(), totals={}
        )
        async with client.get("/api/v1/snapshot", headers={"If-None-Match": tag}) as response:
            assert response.status == 200
            assert (await response.json())["totals"]["resources"] == 0


async def test_resources_carry_labels_estimates_and_reasons() -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/resources?limit=2") as response,
    ):
        told = await response.json()
    assert told["matching"] == 3
    machine, server = told["resources"]
    assert machine["cloud_resource_id"] == estate.MACHINE.resource.id
    assert machine["power_watts"] == {
        "value": 12.5,
        "lower": 8.25,
        "upper": 20.75,
        "basis": "measured",
    }
    assert machine["tag_team"] == "web"
    assert "location" not in machine
    assert machine["energy_joules_total"] == 123456.78901234567
    assert (server["cloud_resource_name"], server["reason"]) == ("bastion", "no cpu_ratio")
    page = f"/api/v1/resources?cursor={told['cursor']}"
    async with served(held(estate.SNAPSHOT)) as client, client.get(page) as response:
        rest = await response.json()
    (bucket,) = rest["resources"]
    assert bucket["cloud_resource_name"] == "a-bucket"
    assert bucket["operational_emissions_grams_per_second"] is None
    assert rest["cursor"] is None


async def test_a_bad_parameter_is_a_400_that_names_it() -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/resources?limit=-5") as response,
    ):
        assert response.status == 400
        told = (await response.json())["error"]
    assert told["parameter"] == "limit"
    assert "1 to 1000" in told["message"]


IDS = [
    estate.MACHINE.resource.id,
    estate.BUCKET.resource.id,
    "compute.googleapis.com/projects/p/zones/z/instances/a b",
    "fr-par/bücket+100%",
    "arn:aws:x:::a/explain",
]


@pytest.mark.parametrize("identity", IDS)
@pytest.mark.parametrize("safe", ["", "/:"])
async def test_a_resource_is_explained_by_its_id_encoded_or_raw(identity: str, safe: str) -> None:
    row = replace(estate.MACHINE, resource=replace(estate.MACHINE.resource, id=identity))
    snapshot = replace(estate.SNAPSHOT, rows=(estate.SERVER, row))
    async with served(held(snapshot)) as client:
        url = URL(
            f"{address(client)}/api/v1/resources/{quote(identity, safe=safe)}/explain", encoded=True
        )
        async with client.get(url) as response:
            assert response.status == 200
            told = await response.json()
    assert told["resource"]["cloud_resource_id"] == identity
    assert told["loads"] == {"cpu_ratio": 0.25, "gpu_ratio": 0.5}
    power = [term for term in told["terms"] if term["sum"] == "power_watts"]
    assert [term["component"] for term in power] == ["vcpu", "memory", "pue"]
    assert all(term["source"] for term in power)


async def test_an_unknown_resource_is_not_found() -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/resources/i-none/explain") as response,
    ):
        assert response.status == 404
        assert "i-none" in json.loads(await response.text())["error"]["message"]


async def test_resources_of_a_region_without_a_known_place_are_still_explained() -> None:
    moved = replace(estate.MACHINE.resource, location=Location("aws", "111111111111", "nowhere-1"))
    row = replace(estate.MACHINE, resource=moved)
    page = f"/api/v1/resources/{moved.id}/explain"
    async with (
        served(held(replace(estate.SNAPSHOT, rows=(row,)))) as client,
        client.get(page) as response,
    ):
        assert response.status == 200
        terms = (await response.json())["terms"]
    assert {term["sum"] for term in terms} == {"power_watts", "embodied_grams_per_second"}
