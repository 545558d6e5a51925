"""Cloud Storage buckets: bytes by class, from Monitoring, never by listing objects."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Description:
    """Bucket as a GiB of storage for each stored GiB, twice when dual- or multi-region."""
    asset = parse(raw, scope)
    data = asset.data
    # Only regions have a hyphen; EU, US, ASIA and pairs such as NAM4 hold everything twice.
    location_type = data.get("locationType") or (
        "region" if "-" in asset.location.region else "multi-region"
    )
    # Within a region Google keeps more copies, which the class's own row of facts holds.
    copies = 1 if location_type in ("region", "zone") else 2
    info = {"host_type": data.get("storageClass", ""), "location_type": location_type}
    objects = Component("object", "gcp/gcs", copies, per="stored_gib")
    return asset.described(
        kept=(objects,), name=data["name"], monitor={"bucket_name": data["name"]}, info=info
    )


SPEC = ServiceSpec(
    kind="storage/bucket",
    listing=LISTING,
    accepts=of_type("storage.googleapis.com/Bucket"),
    describe=describe,
    reason=(
        "Its bytes by storage class, noncurrent and soft-deleted ones included, in each "
        "region that holds them."
    ),
    metrics=(
        Metric(
            into="stored_gib",
            name="storage.googleapis.com/storage/v2/total_bytes",
            namespace="gcs_bucket",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"resource.label.bucket_name": "bucket_name"},
            class_dimension="metric.label.storage_class",
            scale=1 / BYTES_PER_GIB,
            # Measured once a day, known some time after that, and then repeated (Google Cloud
            # metrics, storage/v2/total_bytes). A bucket without objects is not tracked, nor one
            # that was not measured yet: silence says nothing of its size.
            period_seconds=3600,
            every_seconds=21600,
            valid_seconds=259200,
            delay_seconds=450,
        ),
    ),
)
