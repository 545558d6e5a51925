"""Service models without what a reader never needs: what is left is whole, and says the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.session import Session
from tests.over_all import over_all

from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.models import prune, pruned

APIS = sorted(
    {spec.listing.api for spec in PROVIDER.services}
    | {"cloudwatch", "ce", "resourcegroupstaggingapi"}
)


def whole(api: str) -> Any:
    return Session().get_component("data_loader").load_service_model(api, "service-2")


def walk(shape: Any, seen: set[str]) -> None:
    """Resolve everything a shape refers to; raises where a shape is missing."""
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    for inner in getattr(shape, "members", {}).values():
        walk(inner, seen)
    for part in ("member", "key", "value"):
        walk(getattr(shape, part, None), seen)


@pytest.mark.slow
@over_all("api", APIS)
def test_every_shape_of_every_reading_operation_is_still_there(api: str) -> None:
    model = ServiceModel(pruned(whole(api)), service_name=api)
    reached: set[str] = set()
    for name in model.operation_names:
        operation = model.operation_model(name)
        for shape in (operation.input_shape, operation.output_shape, *operation.error_shapes):
            walk(shape, reached)
    assert set(model.shape_names) == reached, "no more, no less"
    used = {spec.listing.operation for spec in PROVIDER.services if spec.listing.api == api}
    assert used <= set(model.operation_names)


@pytest.mark.slow
def test_ec2_becomes_less_than_half_and_the_model_given_is_not_touched() -> None:
    given = whole("ec2")
    before = json.dumps(given)
    small = pruned(given)
    assert len(json.dumps(small)) < len(before) / 2
    assert json.dumps(given) == before
    assert "RunInstances" not in small["operations"]
    assert (
        small["operations"]["DescribeInstances"]["output"]
        == given["operations"]["DescribeInstances"]["output"]
    )


@pytest.mark.slow
def test_what_finds_credentials_stays_whole_and_no_model_is_kept_twice() -> None:
    loader = prune(Session().get_component("data_loader"))
    assert "AssumeRole" in loader.load_service_model("sts", "service-2")["operations"]
    assert loader.load_service_model("ec2", "service-2") is loader.load_service_model(
        "ec2", "service-2"
    )
    kept = [
        key
        for key, value in loader._cache.items()
        if isinstance(value, dict) and "RunInstances" in str(value)
    ]
    assert kept == []
    assert "pagination" in loader.load_service_model("ec2", "paginators-1")
