"""Machines of a cloud, priced, for the tests."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Footprint, Location, Resource


def resource(provider: str, name: str, region: str = "eu-west-3") -> Resource:
    """A running machine of a type."""
    return Resource(
        name, "instance", name, Location(provider, "1", region), components(machine(provider, name))
    )


def holding(*held: Component, provider: str = "aws", region: str = "eu-west-3") -> Resource:
    """A resource of these components."""
    return Resource("id", "kind", "name", Location(provider, "1", region), held)


def footprint(resource: Resource, loads: Mapping[str, float]) -> Footprint:
    """Its footprint where it stands, by the annual grid figure of the place."""
    where = place(resource.location.provider, resource.location.region)
    return estimate(resource, loads, where, where.intensities[0])
