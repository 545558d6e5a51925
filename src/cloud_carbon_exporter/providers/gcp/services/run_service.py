"""Cloud Run services and jobs; a second-generation function is a Cloud Run service and counted
here.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Resource:
    """A vCPU for each allocated vCPU and a GiB for each allocated GiB: both follow from what ran.

    Asset Inventory passes the Knative shape (v1, labels under metadata) as well as v2's; the name
    serves for both.
    """
    asset = parse(raw, scope)
    metadata = asset.data.get("metadata", {})
    tags = asset.data.get("labels") or metadata.get("labels")
    parts = per(
        hidden(1, 1, "a Cloud Run host is not shown"), "capacity_units", memory="memory_gib"
    )
    key = "service_name" if asset.kind == "run/service" else "job_name"
    return asset.resource(
        parts, tags=tags, monitor={key: asset.name, "location": asset.location.region}
    )


def _metrics(resource_type: str, label: str) -> tuple[Metric, ...]:
    dimensions = {f"resource.label.{label}": label, "resource.label.location": "location"}
    what = (
        ("capacity_units", "cpu/allocation_time", "ALIGN_RATE/REDUCE_SUM"),  # vCPU-seconds a second
        ("memory_gib", "memory/allocation_time", "ALIGN_RATE/REDUCE_SUM"),  # GiB-seconds a second
        (
            "cpu_ratio",
            "cpu/utilizations",
            "ALIGN_DELTA/REDUCE_MEAN",
        ),  # a distribution over the instances
    )
    return tuple(
        Metric(
            into=into,
            name=f"run.googleapis.com/container/{name}",
            namespace=resource_type,
            statistic=statistic,
            dimensions=dimensions,
            absent=0,
        )
        for into, name, statistic in what
    )


SPECS = (
    ServiceSpec(
        kind="run/service",
        listing=LISTING,
        accepts=of_type("run.googleapis.com/Service"),
        describe=describe,
        reason="The vCPUs and memory allocated to its instances; nothing while it is scaled to zero.",
        metrics=_metrics("cloud_run_revision", "service_name"),
    ),
    ServiceSpec(
        kind="run/job",
        listing=LISTING,
        accepts=of_type("run.googleapis.com/Job"),
        describe=describe,
        reason="The vCPUs and memory allocated to its tasks while they run.",
        metrics=_metrics("cloud_run_job", "job_name"),
    ),
)
