"""Discovery: how many calls it takes, and what comes where Asset Inventory is closed or odd."""

from __future__ import annotations

import copy
import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.gcp_estate import NUMBER, PLACES, Asset, moved, recorded
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import by_kind_and_name, held, swept

from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    Malformed,
    PermissionMissing,
)
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.client.asset_types import TYPES
from cloud_carbon_exporter.providers.refusals import refused_to

pytestmark = pytest.mark.slow

LIST = "cloudasset.assets.list"
MACHINE_TYPES = "compute.machineTypes.aggregatedList"


def one(kind: str, name: str) -> Asset:
    """A copy of one recorded asset."""
    of_kind = (asset for asset in recorded() if asset["assetType"].startswith(kind))
    return copy.deepcopy(next(asset for asset in of_kind if asset["name"].endswith(f"/{name}")))


def ids(result: Swept) -> set[str]:
    """The ids of what a pass found."""
    return {resource.id for resource in result.resources}


def kinds(result: Swept) -> set[str]:
    return {resource.kind for resource in result.resources}


def accounts(result: Swept) -> set[str]:
    return {resource.location.account_id for resource in result.resources}


def reasons(result: Swept) -> dict[str, str]:
    """Kind that could not be listed -> the reason of its error."""
    return {kind: error.reason for kind, error in result.failures.items()}


async def test_one_listing_feeds_every_service_and_shapes_are_kept_a_day(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client = explore()
    for _ in range(3):
        await swept(client)
    # Uptime of machines, and models that are paid for by the token.
    series = "monitoring.projects.timeSeries.list"
    # One a group and sweep, as what is free of its nodes changes.
    nodes = "compute.nodeGroups.listNodes"
    assert cloud.calls == {LIST: 3, MACHINE_TYPES: 1, series: 2, nodes: 3}


async def test_all_pages_are_read(explore: Explore, cloud: GoogleCloud) -> None:
    whole = ids(await swept(explore()))
    cloud.page_size = 7
    assert ids(await swept(explore())) == whole
    assert cloud.calls[LIST] == 1 + -(-len(cloud.assets) // 7)


async def test_a_page_token_that_loops_ends(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.break_("cloudasset", "loop")
    with pytest.raises(Malformed, match="page token came twice"):
        await swept(explore())
    assert cloud.calls[LIST] == 2


@pytest.mark.parametrize("named", [True, False])
async def test_a_refused_type_is_dropped_and_the_call_repeated(
    explore: Explore, cloud: GoogleCloud, calls: Calls, named: bool
) -> None:
    cloud.unknown_types = {"tpu.googleapis.com/Node", "memorystore.googleapis.com/Instance"}
    cloud.names_refused = named
    client = explore()
    listed = kinds(await swept(client))
    assert "compute/instance" in listed
    assert not listed & {"tpu/node", "memorystore/instance"}
    before = cloud.calls[LIST]
    await swept(client)
    assert cloud.calls[LIST] == before + 1  # remembered
    assert calls.outcomes["cloudasset", "assets.list", "refused"] == (2 if named else 3)


def named_asset(asset_type: str, path: str) -> Asset:
    """An asset of a type that no service of ours reads."""
    asset = one("compute.googleapis.com/Instance", "hpc")
    host, _, _ = asset_type.partition("/")
    return asset | {"assetType": asset_type, "name": f"//{host}/projects/shop-prod/{path}"}


async def test_types_the_ledger_counts_though_nobody_asks_for_them(
    explore: Explore, cloud: GoogleCloud
) -> None:
    # With an instance's body, which nobody reads.
    cloud.assets.append(named_asset("retail.googleapis.com/Catalog", "catalogs/default_catalog"))
    # What holds nothing is no gap.
    cloud.assets.append(named_asset("compute.googleapis.com/Firewall", "global/firewalls/ssh"))
    cloud.checked = False
    client = explore()
    await swept(client)
    extras = await client.extras(time.time())
    assert extras.unsupported == {("shop-prod", "retail/catalog"): 1}
    assert extras.listed == {("gcp", "shop-prod", "asset_inventory"): len(cloud.assets) - 2}
    assert extras.account_names == {("gcp", "shop-prod"): "Shop"}
    before = cloud.calls[LIST]
    await client.extras(time.time())
    assert cloud.calls[LIST] == before  # seldom
    await client.extras(time.time() + 7 * 3600)
    assert cloud.calls[LIST] == before + 1


async def test_what_belongs_to_another_resource_is_not_called_unsupported(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """A dataset has thousands of tables, and holds the bytes of all."""
    cloud.assets += [
        named_asset("bigquery.googleapis.com/Table", "datasets/sales/tables/orders"),
        named_asset("compute.googleapis.com/InstanceGroupManager", "instanceGroupManagers/web"),
        named_asset("k8s.io/Pod", "clusters/shop/k8s/namespaces/default/pods/api"),
        named_asset("run.googleapis.com/Revision", "services/api/revisions/api-1"),
    ]
    cloud.checked = False
    client = explore()
    await swept(client)
    assert (await client.extras(time.time())).unsupported == {}


OTHERWISE_TOLD = ("run/", "bigquery/", "spanner/backup", "bigtableadmin/backup")


def in_one_shape(listed: Iterable[Resource]) -> dict[str, Resource]:
    """By id, what Asset Inventory and the products' own lists show in the same words.

    Backups of instances do not tell themselves where they are.
    """
    resources = {}
    for resource in listed:
        if not resource.kind.startswith(OTHERWISE_TOLD):
            resources[resource.id] = resource
    return resources


@pytest.mark.parametrize(
    ("how", "reason", "hint"),
    [
        ("disabled", "not_there", "gcloud services enable cloudasset"),
        ("permission", "permission_missing", "cloudasset.assets.listResource"),
    ],
)
async def test_where_asset_inventory_is_closed_each_product_lists_itself(
    explore: Explore,
    cloud: GoogleCloud,
    calls: Calls,
    how: str,
    reason: str,
    hint: str,
) -> None:
    from_inventory = await swept(explore())
    cloud.break_("cloudasset", how)
    client = explore()
    from_products = await swept(client)
    assert ids(from_products) == ids(from_inventory), "nothing is lost"
    assert in_one_shape(from_products.resources) == in_one_shape(from_inventory.resources)
    [refusal] = refused_to(client)
    assert hint in refusal.error
    assert "each is listed by itself" in refusal.purpose
    extras = await client.extras(time.time())
    assert ("gcp", "shop-prod", "product_lists") in extras.listed
    assert calls.outcomes["cloudasset", "assets.list", reason] >= 1
    cloud.faults.clear()
    assert ids(await swept(client)) == ids(from_inventory)  # and back at once
    assert refused_to(client) == ()


async def test_a_forbidden_product_is_named_and_the_others_go_on(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "disabled")
    cloud.break_("sqladmin", "permission")
    cloud.break_("redis", "disabled")
    result = await swept(explore())
    listed = kinds(result)
    assert {"compute/instance", "storage/bucket", "tpu/node", "aiplatform/endpoint"} <= listed
    assert not listed & {"sql/instance", "redis/instance"}
    expected = {"sql/backup": "permission_missing", "sql/instance": "permission_missing"}
    assert reasons(result) == expected, "what is not enabled holds nothing"
    assert "grant cloudsql.instances.list" in str(result.failures["sql/instance"])


async def test_a_product_that_fails_in_passing_fails_alone(
    explore: Explore, cloud: GoogleCloud
) -> None:
    whole = (await swept(explore())).resources
    cloud.break_("cloudasset", "disabled")
    cloud.break_("compute", "unavailable", method="compute.disks.aggregatedList")
    cloud.break_("spanner", "loop")
    endpoints = "aiplatform.projects.locations.endpoints.list"
    cloud.break_("aiplatform", "unavailable", method=endpoints, times=4 * len(PLACES))
    client = explore()
    result = await swept(client)
    assert reasons(result) == {
        "compute/disk": "unreachable",
        "compute/region_disk": "unreachable",
        "spanner/backup": "malformed",
        "spanner/instance": "malformed",
        "aiplatform/endpoint": "unreachable",
    }
    lost = {"compute/disk", "compute/region_disk", "aiplatform/endpoint", "spanner/backup"}
    assert ids(result) == {resource.id for resource in whole if resource.kind not in lost}
    assert (await client.extras(time.time())).listed["gcp", "shop-prod", "product_lists"] > 10


async def test_places_a_product_could_not_ask_fail_it_and_what_came_is_kept(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """Else what stands there would be gone without a word."""
    cloud.break_("cloudasset", "disabled")
    cloud.break_("run", "unreachable", method="run.projects.locations.services.list")
    result = await swept(explore())
    assert {"run/service", "run/job"} <= kinds(result)
    assert list(result.failures) == ["run/service"]
    assert "no answer from projects/other" in str(result.failures["run/service"])


@pytest.mark.parametrize(
    "answer", [{"assets": "none"}, {"assets": {"a": 1}}, {"message": "welcome"}, {}]
)
async def test_an_answer_of_another_shape_is_malformed(
    explore: Explore, cloud: GoogleCloud, answer: Any
) -> None:
    cloud.checked = False
    client = explore()
    await client.connect()
    cloud.answers["cloudasset.assets.list"] = answer
    with pytest.raises(Malformed):
        await swept(client)


@pytest.mark.parametrize(
    "answer",
    [{"items": []}, {"items": {"global": 7}}, {"items": {"global": {"disks": "none"}}}],
    ids=str,
)
async def test_a_products_answer_of_another_shape_fails_it_alone(
    explore: Explore, cloud: GoogleCloud, answer: Any
) -> None:
    cloud.checked = False
    cloud.break_("cloudasset", "disabled")
    cloud.answers["compute.disks.aggregatedList"] = answer
    result = await swept(explore())
    assert reasons(result) == {
        "compute/disk": "malformed",
        "compute/region_disk": "malformed",
    }
    assert "compute/instance" in result.counts


async def test_nonsense_in_place_of_a_products_objects_fails_it_alone(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.checked = False
    cloud.break_("cloudasset", "disabled")
    cloud.answers["sql.instances.list"] = {
        "items": [{"name": None}, "x", None, {"selfLink": 1e308}]
    }
    cloud.answers["container.projects.locations.clusters.list"] = {"clusters": [{"id": "no link"}]}
    result = await swept(explore())
    assert reasons(result) == {
        "sql/instance": "malformed",
        "container/cluster": "malformed",
    }


async def test_machine_types_that_cannot_be_read_leave_the_names(
    explore: Explore, cloud: GoogleCloud, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.break_("compute", "permission", method=MACHINE_TYPES)
    estate = await by_kind_and_name(explore())
    assert held(estate["compute/instance", "hpc"], "vcpu").amount == 8
    assert "compute.machineTypes.list" in caplog.text


async def test_a_folder_holds_projects_each_its_own_account(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.projects["lab"] = "77"
    cloud.assets = [*recorded(), *moved(recorded(), "lab", "77")]
    client = explore(folder_id="99")
    assert sorted(await client.connect()) == ["lab", "shop-prod"]
    result = await swept(client)
    by_account: dict[str, Counter[str]] = defaultdict(Counter)
    for resource in result.resources:
        by_account[resource.location.account_id][resource.kind] += 1
    assert by_account["lab"] == by_account["shop-prod"]
    assert set(by_account) == {"lab", "shop-prod"}  # bucket names and Vertex numbers included
    extras = await client.extras(time.time())
    assert {key[1] for key in extras.listed} == {"lab", "shop-prod"}
    queries = [dict(query) for method, query, _ in cloud.requests if method == LIST]
    typed = [query for query in queries if "assetTypes" in query]
    assert [query["pageSize"] for query in typed] == ["1000", "1000"]  # projects, then everything


async def test_a_project_made_since_is_known_by_its_id_at_once(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client = explore(folder_id="99")
    await client.connect()
    cloud.assets += moved(recorded(), "lab", "77")
    assert accounts(await swept(client)) == {"lab", "shop-prod"}


async def test_an_organisation_that_may_not_be_listed_says_what_to_grant(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "permission")
    with pytest.raises(
        PermissionMissing, match=r"organizations/7 .*grant cloudasset\.assets\.listResource"
    ):
        await explore(organization_id="7").connect()


async def test_a_project_named_by_its_number_is_known_by_its_id(explore: Explore) -> None:
    client = explore(project_id="418263905127")
    assert await client.connect() == ["shop-prod"]
    assert accounts(await swept(client)) == {"shop-prod"}


WHERE_THE_ESTATE_STANDS = (
    "europe-west1",
    "europe-west3",
    "us-central1",
    "us-central2",
    "eu",
    "eur3",
    "us",
    "nam3",
    "nam4",
    "dual-region-germany1",
)


def odd_objects() -> dict[str, Asset]:
    """Kind -> an object of it that cannot be read."""
    headless = one("compute.googleapis.com/Instance", "hpc")
    headless["resource"]["data"]["machineType"] = ["hush"]
    bare = one("compute.googleapis.com/Disk", "orphan")
    del bare["resource"]["data"]
    wrong = one("sqladmin.googleapis.com/Instance", "orders")
    wrong["resource"]["data"]["settings"] = "hush"
    project = one("cloudresourcemanager.googleapis.com/Project", NUMBER)
    project["resource"]["data"] = None
    endpoint = one("aiplatform.googleapis.com/Endpoint", "5550")
    endpoint["resource"]["data"]["deployedModels"] = ["hush"]
    return {
        "aiplatform/endpoint": endpoint,
        "bigquery/project": project,
        "compute/disk": bare,
        "compute/instance": headless,
        "sql/instance": wrong,
    }


@pytest.mark.parametrize("regions", [(), WHERE_THE_ESTATE_STANDS])
async def test_odd_objects_cost_themselves_alone(
    explore: Explore, cloud: GoogleCloud, regions: tuple[str, ...]
) -> None:
    cloud.checked = False
    whole = len((await swept(explore())).resources)
    odd = odd_objects()
    cloud.assets += odd.values()
    result = await swept(explore(regions=regions))
    assert len(result.resources) == whole
    assert sorted(kind for kind, _ in result.skipped) == sorted(odd)


async def test_a_label_of_ten_megabytes_costs_nothing(explore: Explore, cloud: GoogleCloud) -> None:
    whole = ids(await swept(explore()))
    cloud.break_("cloudasset", "huge")
    result = await swept(explore())
    assert ids(result) == whole
    assert max(len(resource.tags.get("team", "")) for resource in result.resources) == 1024


async def test_a_status_nobody_knows_is_taken_as_running(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.checked = False
    odd = one("compute.googleapis.com/Instance", "hpc")
    odd["resource"]["data"]["status"] = "MEDITATING"
    bare = one("compute.googleapis.com/Instance", "etl-w-0")
    for key in ("status", "id", "cpuPlatform", "disks", "labels"):
        del bare["resource"]["data"][key]
    cloud.assets = [odd, bare]
    instance, unmeasured = (await swept(explore())).resources
    assert {part.assumed for part in instance.components} == {"unknown state MEDITATING"}
    assert unmeasured.components
    assert {part.assumed for part in unmeasured.components} == {""}
    assert unmeasured.monitor == {}


async def test_a_machine_and_a_region_nobody_knows_still_count(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """Defect 13 knew a fixed list of regions; defect 4 of machines."""
    odd = one("compute.googleapis.com/Instance", "etl-w-0")
    odd["name"] = odd["name"].replace("europe-west1-b", "mars-north1-c")
    odd["resource"]["data"]["machineType"] = "zones/mars-north1-c/machineTypes/q9-standard-16"
    cloud.assets = [odd]
    [instance] = (await swept(explore())).resources
    assert (instance.location.region, instance.location.zone) == ("mars-north1", "mars-north1-c")
    assert held(instance, "vcpu").amount == 16


async def test_what_appears_later_is_found_without_restart(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """Defect 13: discovery ran once."""
    new = next(asset for asset in cloud.assets if asset["name"].endswith("/instances/hpc"))
    cloud.assets.remove(new)
    client = explore()
    assert ("compute/instance", "hpc") not in await by_kind_and_name(client)
    cloud.assets.append(new)
    assert ("compute/instance", "hpc") in await by_kind_and_name(client)


async def test_regions_narrow_what_is_explored(explore: Explore) -> None:
    result = await swept(explore(regions=("us-central1", "eu")))
    regions = {resource.location.region for resource in result.resources}
    # A Spanner of one's own with a witness in us-central1 stands there, too.
    planet = "europe-west1+us-central1+us-east1+us-east4"
    assert regions == {"us-central1", "eu", "global", planet}


async def test_a_refusal_amid_the_pages_is_a_failure(explore: Explore, cloud: GoogleCloud) -> None:
    """Else what was listed already would be listed again."""
    cloud.page_size = 10
    cloud.break_("cloudasset", "well", times=1)
    cloud.break_("cloudasset", "refused", times=1)
    with pytest.raises(CollectError, match="refused it is"):
        await swept(explore())
    assert cloud.calls[LIST] == 2


async def test_where_every_type_is_refused_the_listing_fails(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "refused")
    with pytest.raises(CollectError, match="refused it is"):
        await swept(explore())


async def test_credentials_without_a_project_ask_for_one(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = json.loads(Path(os.environ["GOOGLE_APPLICATION_CREDENTIALS"]).read_text(encoding="utf-8"))
    del key["project_id"]
    (tmp_path / "bare.json").write_text(json.dumps(key), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "bare.json"))
    with pytest.raises(CredentialsMissing, match=r"-cloud\.gcp\.projectid"):
        await explore().connect()
    assert await explore(project_id="shop-prod").connect() == ["shop-prod"]


async def test_a_project_number_that_cannot_be_looked_up_stands_for_itself(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "disabled")
    client = explore(project_id="418263905127")
    assert await client.connect() == ["418263905127"]
    assert (await client.extras(time.time())).unsupported == {}


@pytest.mark.parametrize("kept", ["unavailable", "throttled"])
async def test_extras_that_fail_say_so(explore: Explore, cloud: GoogleCloud, kept: str) -> None:
    client = explore()
    await client.connect()
    cloud.break_("cloudasset", kept)
    with pytest.raises(CollectError):
        await client.extras(time.time())


def test_types_are_told_once() -> None:
    assert len(set(TYPES)) == len(TYPES)
