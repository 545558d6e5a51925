"""BigQuery: stored bytes by dataset, slots by project."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.model.types import Component, Location
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import (
    BYTES_PER_GIB,
    PROVIDER,
    of_type,
    parse,
)
from cloud_carbon_exporter.providers.gcp.describing.hardware import per, slot
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# A project marked for deletion runs no queries any more, and can be restored for 30 days.
PROJECT_STATES = states(running="ACTIVE", gone="DELETE_REQUESTED DELETE_IN_PROGRESS")


def describe(raw: Raw, scope: Scope) -> Description:
    """Dataset as a GiB of storage for each stored GiB."""
    asset = parse(raw, scope)
    storage = Component("object", "gcp/bigquery", 1, per="stored_gib")
    return asset.described(kept=(storage,), monitor={"dataset_id": asset.ids["datasets"]})


def describe_project(raw: Raw, scope: Scope) -> Description:
    """Slots that a project's queries hold, where most of its datasets stand.

    Monitoring tells slots by project only, so they are a resource of their own beside the datasets.
    """
    asset = parse(raw, scope)
    project = asset.location.account_id
    region = scope.catalogue.get("dataset_regions", {}).get(project, "global")
    whole = replace(
        asset,
        id=f"bigquery.googleapis.com/projects/{project}",
        location=Location(PROVIDER, project, region),
    )
    slots = per(slot(), "capacity_units")
    # Version 1 of the Resource Manager API, and version 3.
    state = asset.data.get("lifecycleState", asset.data.get("state", ""))
    return whole.described(running=slots, state=state, monitor={"project_id": project})


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
                delay_seconds=10560,
            ),
        ),
    ),
    ServiceSpec(
        kind="bigquery/project",
        listing=LISTING,
        accepts=of_type("cloudresourcemanager.googleapis.com/Project"),
        describe=describe_project,
        states=PROJECT_STATES,
        reason="The slots its queries hold, each as a vCPU; stored bytes are the datasets'.",
        metrics=(
            Metric(
                into="capacity_units",
                name="bigquery.googleapis.com/slots/allocated_for_project",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions={"resource.label.project_id": "project_id"},
                delay_seconds=180,
                absent=0,
            ),
        ),
    ),
)
