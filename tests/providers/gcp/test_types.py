"""Tables of types and APIs: complete by what Google publishes, and one with what is estimated."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from tests.fakes import gcp_discovery
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all

from cloud_carbon_exporter.documents.type_tables import DRAWS
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.asset_types import TYPES as ASKED_FOR
from cloud_carbon_exporter.providers.gcp.describing.types import (
    APIS,
    TYPES,
    apis,
    holding_nothing,
    types,
)
from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.types_table import ResourceType

KINDS = {service.kind for service in PROVIDER.services}
NAMES = {known.name for known in types()}
BY_KIND = {known.kind: known for known in types()}
PARTS = [known for known in types() if known.draws == "part"]

OTHERWISE = {
    "beyondcorp.googleapis.com/ClientConnectorService",
    "beyondcorp.googleapis.com/ClientGateway",
    "bigqueryreservation.googleapis.com/ReservationAssignment",
    "cloudbuild.googleapis.com/GithubEnterpriseConfig",
    "cloudbuild.googleapis.com/GlobalTriggerSettings",
    "compute.googleapis.com/GlobalAddress",
    "compute.googleapis.com/GlobalForwardingRule",
    "compute.googleapis.com/RegionBackendService",
    "compute.googleapis.com/RegionDisk",
    "dataplex.googleapis.com/Environment",
    "dialogflow.googleapis.com/LocationSettings",
    "documentai.googleapis.com/HumanReviewConfig",
    "documentai.googleapis.com/LabelerPool",
    "iam.googleapis.com/PolicyBinding",
    "iam.googleapis.com/PolicyV2",
    "iam.googleapis.com/PrincipalAccessBoundaryPolicy",
    "iap.googleapis.com/Tunnel",
    "iap.googleapis.com/TunnelInstance",
    "iap.googleapis.com/TunnelZone",
    "iap.googleapis.com/Web",
    "iap.googleapis.com/WebService",
    "iap.googleapis.com/WebServiceVersion",
    "iap.googleapis.com/WebType",
    "identitytoolkit.googleapis.com/OauthIdpConfig",
    "networkconnectivity.googleapis.com/HubRoute",
    "networkservices.googleapis.com/EdgeCacheKeyset",
    "networkservices.googleapis.com/EdgeCacheOrigin",
    "networkservices.googleapis.com/EdgeCacheService",
    "speech.googleapis.com/Endpoint",
    "speech.googleapis.com/Model",
    "speech.googleapis.com/Recognizer",
}
"""Types on Google's page for which the document of their API has no schema, or another name."""


@cache
def documents() -> Mapping[str, tuple[frozenset[str], bool]]:
    """Host of an API -> names of its schemas, and whether it lists things in projects."""
    found: dict[str, tuple[frozenset[str], bool]] = {}
    for path in gcp_discovery.DOCUMENTS.glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        if "resources" not in document:
            continue
        host = document["rootUrl"].split("/")[2]
        lists = any(name.startswith("projects") for name in listed(document["resources"]))
        schemas, listing = found.get(host, (frozenset(), False))
        found[host] = schemas | document.get("schemas", {}).keys(), listing or lists
    return found


def listed(resources: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Collections that an API lists, but for the locations where it is."""
    for name, resource in resources.items():
        path = f"{above}{name}"
        if "list" in resource.get("methods", {}) and path != "projects.locations":
            yield path
        yield from listed(resource.get("resources", {}), f"{path}.")


def test_every_kind_that_is_estimated_is_in_the_table_and_draws() -> None:
    drawing = {known.kind for known in types() if known.draws == "yes"}
    missing = sorted(KINDS - OWNERS["gcp"].keys() - drawing)
    assert not missing, f"no row with draws=yes in {TYPES}: {missing} (a type, else the kind)"


def test_every_type_that_is_asked_for_or_recorded_is_in_the_table() -> None:
    assert set(ASKED_FOR) <= NAMES
    assert {asset["assetType"] for asset in recorded()} <= NAMES


def host_of(name: str) -> str:
    """Host of an asset type: what stands before its slash."""
    return name.partition("/")[0]


def new_apis(hosts: Iterable[str]) -> list[str]:
    """Hosts of APIs that no row speaks for."""
    said = {api.host for api in apis()} | {host_of(known.name) for known in types()}
    return sorted(set(hosts) - said)


@pytest.mark.slow
def test_every_api_that_lists_things_in_projects_is_in_a_table() -> None:
    listing = {host for host, (_, lists) in documents().items() if lists}
    assert len(listing) > 150
    new = new_apis(listing)
    assert not new, (
        f"Google has brought {', '.join(new)}: look whether what they keep draws power, and write "
        f"its asset types into {TYPES}, or it into {APIS} where Asset Inventory knows none"
    )


@pytest.mark.slow
def test_a_type_is_a_schema_of_its_api() -> None:
    unknown: set[str] = set()
    for known in types():
        host, _, name = known.name.partition("/")
        schemas, _ = documents().get(host, (frozenset(), False))
        if schemas and not any(schema.endswith(name) for schema in schemas):
            unknown.add(known.name)
    assert unknown == OTHERWISE


@pytest.mark.slow
def test_a_row_of_an_api_is_of_one_that_is_there_and_without_types() -> None:
    hosts = {host_of(known.name) for known in types()}
    for api in apis():
        assert api.host in documents(), f"{APIS}: Google publishes no {api.host}"
        assert api.host not in hosts, "its types speak for it"
        assert api.draws in ("yes", "no")
        assert api.why
    names = Counter(api.host for api in apis())
    assert not [name for name, rows in names.items() if rows > 1]


@pytest.mark.parametrize("path", [TYPES, APIS], ids=lambda path: path.name)
def test_rows_stand_in_order(path: Any) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert lines == sorted(lines)
    assert len(NAMES) == len(types()) > 600


def test_a_row_is_an_asset_type_or_a_kind_of_ours() -> None:
    for known in types():
        assert known.draws in DRAWS
        assert bool(known.counted_as) == (known.draws == "part"), known.name
        typed = re.fullmatch(r"[a-z.]+\.(googleapis\.com|k8s\.io)/\w+|k8s\.io/\w+", known.name)
        assert typed or known.name in KINDS, known.name


@over_all("part", PARTS, ids=lambda part: part.name)
def test_a_part_is_of_what_draws(part: ResourceType) -> None:
    kind, passed = part.kind, set[str]()
    while kind in BY_KIND and BY_KIND[kind].draws == "part":
        assert kind not in passed, f"{kind} is part of itself"
        passed.add(kind)
        kind = BY_KIND[kind].counted_as
    assert BY_KIND[kind].draws == "yes"


def test_what_is_estimated_is_not_left_out_of_the_ledger() -> None:
    assert not holding_nothing() & (KINDS - OWNERS["gcp"].keys())
    assert {"iam/role", "compute/subnetwork", "k8s.io/secret"} <= holding_nothing()
    assert "retail/catalog" not in holding_nothing()


def test_the_table_of_owners_goes_first() -> None:
    for kind, owner in OWNERS["gcp"].items():
        if kind in BY_KIND:
            assert BY_KIND[kind].counted_as == owner or BY_KIND[kind].draws == "no"
    assert BY_KIND["container/node_pool"].counted_as == "compute/instance"


def test_an_api_that_is_new_is_named() -> None:
    assert new_apis(["compute.googleapis.com", "toaster.googleapis.com"]) == [
        "toaster.googleapis.com"
    ]
