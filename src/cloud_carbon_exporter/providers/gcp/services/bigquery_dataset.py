"""BigQuery: stored bytes by dataset, slots by project."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import (
    BYTES_PER_GIB,
    PROVIDER,
    Asset,
    of_type,
    parse,
)
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Resource:
    """A GiB of storage for each stored GiB."""
    asset = parse(raw, scope)
    held = Component("object", "gcp/bigquery", 1, per="stored_gib")
    return asset.resource((held,), monitor={"dataset_id": asset.ids["datasets"]})


def describe_project(raw: Raw, scope: Scope) -> Resource | None:
    """The slots a project's queries hold, wherever its datasets stand: Monitoring tells them by
    project only.
    """
    asset = parse(raw, scope)
    if asset.data.get("lifecycleState", asset.data.get("state", "ACTIVE")) != "ACTIVE":
        return None
    project = asset.location.account_id
    slots = per(hidden(1, 4, "a slot is taken as a vCPU with 4 GiB"), "capacity_units")
    whole = Asset(
        f"bigquery.googleapis.com/projects/{project}",
        "bigquery/project",
        Location(PROVIDER, project, "global"),
        {},
        {},
    )
    return whole.resource(slots, monitor={"project_id": project}, tags=asset.data.get("labels"))


SPECS = (
    ServiceSpec(
        kind="bigquery/dataset",
        listing=LISTING,
        accepts=of_type("bigquery.googleapis.com/Dataset"),
        describe=describe,
        reason="The bytes its tables store.",
        metrics=(
            Metric(
                into="stored_gib",
                name="bigquery.googleapis.com/storage/stored_bytes",
                namespace="bigquery_dataset",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions={"resource.label.dataset_id": "dataset_id"},
                scale=1 / BYTES_PER_GIB,
                # Sampled every half hour, visible up to three hours later.
                period_seconds=3600,
                every_seconds=21600,
                valid_seconds=86400,
                delay_seconds=10800,
                absent=0,
            ),
        ),
    ),
    ServiceSpec(
        kind="bigquery/project",
        listing=LISTING,
        accepts=of_type("cloudresourcemanager.googleapis.com/Project"),
        describe=describe_project,
        reason="The slots its queries hold, each as a vCPU; stored bytes are the datasets'.",
        metrics=(
            Metric(
                into="capacity_units",
                name="bigquery.googleapis.com/slots/allocated_for_project",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions={"resource.label.project_id": "project_id"},
                absent=0,
            ),
        ),
    ),
)
