"""Resources of OTLP: what samples are told to be about, by OpenTelemetry's conventions.

Source: opentelemetry.io/docs/specs/semconv/resource (service, cloud). A receiver such as Prometheus
makes no labels of a resource's attributes, so a sample keeps its own whatever its resource says.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter import __version__
from cloud_carbon_exporter.exposition import OF_ESTATE
from cloud_carbon_exporter.push.samples import Labels, Sample
from cloud_carbon_exporter.push.settings import ResourceOf

# How Prometheus maps the two, the other way round.
_SERVICE = {"job": "service.name", "instance": "service.instance.id"}
_PLACE = {
    "cloud_provider": "cloud.provider",
    "cloud_account_id": "cloud.account.id",
    "cloud_region": "cloud.region",
    "cloud_availability_zone": "cloud.availability_zone",
}
_NAMED: dict[ResourceOf, dict[str, str]] = {
    "exporter": {},
    "place": _PLACE,
    "each": {**_PLACE, "cloud_resource_id": "cloud.resource_id"},
}
# What the exporter says of itself names a provider too, and is not about a place in it.
_ABOUT_A_CLOUD = frozenset(family.name for family in OF_ESTATE)


def of_exporter(common: Labels) -> Labels:
    """Attributes of every resource: who sends. common: labels of every series."""
    said = tuple((_SERVICE.get(name, name), value) for name, value in common)
    return (*said, ("service.version", __version__))


def by_resource(batch: Iterable[Sample], resource_of: ResourceOf) -> dict[Labels, list[Sample]]:
    """Samples by the attributes of their resource that others have not."""
    names = _NAMED[resource_of]
    groups: dict[Labels, list[Sample]] = {}
    for sample in batch:
        attributes: Labels = ()
        if sample.family.name in _ABOUT_A_CLOUD:
            attributes = tuple((names[name], v) for name, v in sample.labels if name in names)
        groups.setdefault(attributes, []).append(sample)
    return groups
