"""Firestore, native or in Datastore mode: stored bytes."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Description:
    """Database as a GiB of storage for each GiB of documents and indexes."""
    asset = parse(raw, scope)
    storage = Component("object", "gcp/firestore", 1, per="stored_gib")
    info = {"host_type": asset.data.get("type", "")}
    return asset.described(kept=(storage,), monitor={"database_id": asset.name}, info=info)


SPEC = ServiceSpec(
    kind="firestore/database",
    listing=LISTING,
    accepts=of_type("firestore.googleapis.com/Database"),
    describe=describe,
    reason="The bytes of its documents and indexes.",
    metrics=(
        Metric(
            into="stored_gib",
            name="firestore.googleapis.com/storage/data_and_index_storage_bytes",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"resource.label.database_id": "database_id"},
            scale=1 / BYTES_PER_GIB,
            # Measured once a day.
            period_seconds=3600,
            every_seconds=21600,
            valid_seconds=259200,
            delay_seconds=3600,
        ),
    ),
)
