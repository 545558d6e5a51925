"""Types that are advised, held against what providers themselves enumerate: botocore's models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader

from cloud_carbon_exporter.advice.moves import target
from cloud_carbon_exporter.advice.sizes import smaller
from cloud_carbon_exporter.model.machine_tables import type_names

MOVES = ("older_generation", "arm")


@cache
def model(service: str) -> dict[str, Any]:
    loaded: dict[str, Any] = Loader().load_service_model(service, "service-2")
    return loaded


def enumerated(service: str, shape: str) -> frozenset[str]:
    names: list[str] = model(service)["shapes"][shape]["enum"]
    return frozenset(names)


def cache_node_types() -> frozenset[str]:
    """The API has no enumeration of them: its own description of the parameter lists them."""
    shape = model("elasticache")["shapes"]["CreateCacheClusterMessage"]
    told = str(shape["members"]["CacheNodeType"]["documentation"])
    return frozenset(re.findall(r"cache\.[a-z]\d[a-z]*\.[a-z0-9]+", told))


def unknown(names: Iterable[str], service: str, known: frozenset[str]) -> list[tuple[str, str]]:
    """What would be told of one of the names, and nobody can order."""
    found: list[tuple[str, str]] = []
    for name in names:
        told = [*smaller("aws", name, service)]
        told += filter(None, [target("aws", name, kind, service) for kind in MOVES])
        found += [(name, other) for other in told if other not in known]
    return found


def test_all_that_is_told_of_machines_of_aws_is_a_type_of_ec2() -> None:
    known = enumerated("ec2", "InstanceType")
    names = [name for name in type_names("aws") if name in known]
    assert len(names) > 1000
    assert not unknown(names, "ec2/instance", known)
    told = [target("aws", name, kind) for name in names for kind in MOVES]
    assert len(list(filter(None, told))) > 200


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        ("sagemaker/endpoint", "sagemaker", "ProductionVariantInstanceType"),
        ("sagemaker/notebook_instance", "sagemaker", "InstanceType"),
        ("sagemaker/cluster", "sagemaker", "ClusterInstanceType"),
        ("sagemaker/app", "sagemaker", "AppInstanceType"),
        ("gamelift/fleet", "gamelift", "EC2InstanceType"),
    ],
)
def test_all_that_is_told_of_managed_services_is_one_of_their_types(
    kind: str, service: str, shape: str
) -> None:
    known = enumerated(service, shape)
    assert sum(len(smaller("aws", name, kind)) for name in known) > 100
    assert not unknown(known, kind, known)


def test_all_that_is_told_of_caches_is_a_node_type_that_their_api_describes() -> None:
    known = cache_node_types()
    assert len(known) > 60
    assert not unknown(known, "elasticache/cache_cluster", known)
    told = [target("aws", name, "arm", "elasticache/cache_cluster") for name in known]
    assert len(list(filter(None, told))) > 10
