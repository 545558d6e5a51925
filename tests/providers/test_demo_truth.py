"""The made-up estate promises nothing that the clients of the clouds it imitates cannot read."""

from __future__ import annotations

import pytest
from tests.over_all import over_all
from tests.providers.demo_support import WEDNESDAY, client, described, series

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER as AWS
from cloud_carbon_exporter.providers.demo import PROVIDER as DEMO
from cloud_carbon_exporter.providers.demo.blueprints import (
    BLUEPRINTS,
    FLEETS,
    UNSUPPORTED,
    Blueprint,
)
from cloud_carbon_exporter.providers.gcp import PROVIDER as GCP
from cloud_carbon_exporter.providers.gcp.describing.types import types
from cloud_carbon_exporter.providers.scaleway import PROVIDER as SCALEWAY
from cloud_carbon_exporter.providers.spec import ServiceSpec

IMITATED = {provider.label: provider for provider in (AWS, GCP, SCALEWAY)}
ALL = (*BLUEPRINTS, *(blueprint for fleet in FLEETS for blueprint in fleet))
KINDS = sorted({(blueprint.call.provider, blueprint.kind) for blueprint in ALL})


def real(cloud: str, kind: str) -> list[ServiceSpec]:
    """Services of the cloud itself that bring such resources."""
    return [spec for spec in IMITATED[cloud].services if spec.kind == kind]


def made_up(kind: str) -> ServiceSpec:
    (spec,) = [spec for spec in DEMO.services if spec.kind == kind]
    return spec


def test_every_service_of_the_estate_is_imitated() -> None:
    assert {spec.kind for spec in DEMO.services} == {kind for _, kind in KINDS}


@pytest.mark.parametrize(("cloud", "kind"), KINDS)
def test_a_kind_is_listed_as_its_cloud_lists_it(cloud: str, kind: str) -> None:
    (call,) = {b.call for b in ALL if (b.call.provider, b.kind) == (cloud, kind)}
    listings = [spec.listing for spec in real(cloud, kind)]
    assert call.operation in {one.operation for one in listings}
    assert call.scope in {one.scope for one in listings}


@pytest.mark.parametrize(("cloud", "kind"), KINDS)
def test_a_kind_is_measured_by_nothing_its_cloud_does_not_tell(cloud: str, kind: str) -> None:
    """Elastic Metal and the accelerators of Scaleway have no series in Cockpit."""
    metrics = [metric for spec in real(cloud, kind) for metric in spec.metrics]
    told = {(metric.into, bool(metric.class_dimension)) for metric in metrics}
    promised = made_up(kind).metrics
    assert {(metric.into, bool(metric.class_dimension)) for metric in promised} <= told


@over_all("blueprint", ALL, ids=lambda blueprint: blueprint.service)
def test_what_works_is_measured(blueprint: Blueprint) -> None:
    """A profile of work that no series tells would move nothing."""
    assert bool(blueprint.profile) <= bool(made_up(blueprint.kind).metrics)


def test_each_signal_that_is_read_is_one_of_its_kind() -> None:
    resources: dict[str, Resource] = {one.id: one for one in described(client(1000))}
    points = series(client(1000), resources.values(), WEDNESDAY, WEDNESDAY + 300).points
    assert len({resources[identity].kind for identity, _ in points}) > 8
    for identity, signal in points:
        resource = resources[identity]
        specs = real(resource.location.provider, resource.kind)
        told = {metric.into for spec in specs for metric in spec.metrics}
        assert signal.partition(":")[0] in told, resource.kind


def test_what_is_unsupported_there_is_unsupported_in_its_cloud() -> None:
    draw = {known.kind for known in types() if known.draws == "yes"}
    assert {blueprint.kind for blueprint in UNSUPPORTED} <= draw
    for blueprint in UNSUPPORTED:
        assert real(blueprint.call.provider, blueprint.kind) == []
