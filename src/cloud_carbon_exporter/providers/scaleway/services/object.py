"""Object Storage: buckets, whose bytes Cockpit counts."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.client.s3 import KIND, PERMISSION
from cloud_carbon_exporter.providers.scaleway.describing.hardware import GIB
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

# Cockpit is given a count of bytes once an hour. Listing the objects would count them too, at the
# price of a request for each thousand.
COUNTED_SECONDS = 7200

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
    valid_seconds=COUNTED_SECONDS,
)


def _bucket(raw: Raw, scope: Scope) -> Description:
    """Bucket; its name is unique in a region alone."""
    stored = Component(kind="object", part="scaleway/object", amount=1, per="stored_gib")
    bucket = parse(raw, scope, identity=f"{raw['region']}/{raw['name']}")
    return bucket.described(kept=[stored])


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
    reason="The bytes Cockpit counts, by class, with the copies the class keeps; without Cockpit "
    "they are unknown.",
    metrics=(STORED,),
)
