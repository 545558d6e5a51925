"""Object Storage: buckets, whose bytes Cockpit counts."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.s3 import KIND, PERMISSION
from cloud_carbon_exporter.providers.scaleway.describing.describe import GIB, resource
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

STORED = Metric(
    into="stored_gib",
    name=(
        "sum by (resource_id, resource_name, storage_class)"
        " (avg_over_time(object_storage_bucket_usage_bytes_total{}[5m]))"
    ),
    statistic="avg_over_time",
    dimensions={"resource_id": "resource_id"},
    class_dimension="storage_class",
    scale=1 / GIB,
    valid_seconds=7200,  # counted once an hour
)


def _bucket(raw: Raw, scope: Scope) -> Resource | None:
    held = Component(kind="object", part="scaleway/object", amount=1, per="stored_gib")
    return resource(raw, scope, KIND, [held], identity=f"{raw['region']}/{raw['name']}")


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="s3",
        operation="ListBuckets",
        scope="region",
        kind_of=lambda raw: KIND,
        items="Buckets",
        permissions=(PERMISSION,),
        lookup=projects,
    ),
    describe=_bucket,
    reason="The bytes Cockpit counts, by class, with the copies the class keeps; without Cockpit they are unknown.",
    metrics=(STORED,),
)
