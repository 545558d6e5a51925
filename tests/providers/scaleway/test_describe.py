"""Describing without any wire: classes, nodes, tags, and laws that hold for any input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.scaleway import ORGANIZATION
from tests.providers.scaleway.support import held, recorded

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.describing.object import tags_of
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec

PARIS = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
SPECS = {spec.kind: spec for spec in PROVIDER.services}


def describe(kind: str, **changes: Any) -> Resource | None:
    spec = SPECS[kind]
    return spec.resource({**recorded(spec), **changes}, PARIS)


@pytest.mark.parametrize(
    ("changes", "part", "guess"),
    [
        ({"type": "sbs_15k", "specs": None}, "scaleway/sbs_15k", False),
        ({"type": "", "specs": {"perf_iops": 15000, "class": "sbs"}}, "scaleway/sbs_15k", False),
        ({"type": "b_ssd", "specs": {"perf_iops": None, "class": "bssd"}}, "scaleway/b_ssd", False),
        ({"type": "sbs_future", "specs": None}, "scaleway/sbs_5k", True),
    ],
)
def test_classes_of_block_volumes(changes: dict[str, Any], part: str, guess: bool) -> None:
    volume = describe("block/volume", **changes)
    assert volume is not None
    assert volume.components[0].part == part
    assert bool(volume.components[0].assumed) == guess


@pytest.mark.parametrize("nodes", [1, 2, 6])
def test_nodes_and_replicas_multiply(nodes: int) -> None:
    single = describe("redis/cluster", cluster_size=1)
    many = describe("redis/cluster", cluster_size=nodes)
    assert single is not None and many is not None
    assert held(many) == {part: amount * nodes for part, amount in held(single).items()}
    replica = recorded(SPECS["rdb/instance"])["read_replicas"][0]
    alone = describe("rdb/instance", is_ha_cluster=False, read_replicas=[])
    followed = describe("rdb/instance", is_ha_cluster=False, read_replicas=[replica] * (nodes - 1))
    assert alone is not None and followed is not None
    assert held(followed) == {part: amount * nodes for part, amount in held(alone).items()}


def test_tags() -> None:
    tags = tags_of(
        {"tags": ["team=web", "env:prod", "url=https://x", "gpu", "=odd", "team=late", ""]}
    )
    assert tags == {"team": "web", "env": "prod", "url": "https://x", "gpu": "true", "=odd": "true"}


@given(st.lists(st.text(), max_size=6) | st.none())
def test_any_tags_are_text(words: list[str] | None) -> None:
    tags = tags_of({"tags": words})
    assert all(isinstance(word, str) for word in (*tags.keys(), *tags.values()))
    assert len(tags) <= len(words or ())


@settings(deadline=None)
@given(
    spec=st.sampled_from([spec for spec in PROVIDER.services if spec.listing.api != "s3"]),
    status=st.text(max_size=12),
    name=st.text(max_size=8),
    type_=st.text(max_size=12),
)
def test_unknown_words_never_lose_an_object(
    spec: ServiceSpec, status: str, name: str, type_: str
) -> None:
    """Any state, name and type still make a resource, and none of its amounts is negative."""
    words = dict.fromkeys(("node_type", "offer_name", "commercial_type", "node_type_name"), type_)
    seen = spec.resource(
        {
            **recorded(spec),
            **words,
            "status": status,
            "state": status,
            "name": name,
            "server": None,
        },
        PARIS,
    )
    assert seen is not None
    assert seen.kind == spec.kind
    assert seen.location.region in {"fr-par", "nl-ams"}  # where it was recorded
    assert all(part.amount > 0 for part in seen.components)


def test_stopped_in_place_is_known_however_it_is_written() -> None:
    for state in ("stopped_in_place", "stopped in place"):
        server = describe("instance/server", state=state)
        assert server is not None
        assert server.components
        assert not any(part.load or part.assumed for part in server.components), (
            "its share of the host, idle"
        )
