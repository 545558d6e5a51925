"""Cloud SQL: a machine and its disk, both twice when highly available."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import built, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_DISK = {"PD_SSD": "pd-ssd", "PD_HDD": "pd-standard", "HYPERDISK_BALANCED": "hyperdisk-balanced"}


def _stopped(data: Mapping[str, Any]) -> bool:
    return data.get("settings", {}).get("activationPolicy") == "NEVER" or data.get("state") in {
        "SUSPENDED",
        "STOPPED",
    }


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """The tier's machine and the data disk; a stopped instance keeps its disk."""
    asset = parse(raw, scope)
    data = asset.data
    if data.get("instanceType") == "ON_PREMISES_INSTANCE":
        return None  # it only stands for a server elsewhere
    settings = data["settings"]
    copies = 2 if settings.get("availabilityType") == "REGIONAL" else 1
    nodes = max(1, int(data.get("nodeCount", 1)))
    made, parts = built(settings["tier"].lower())
    disk_type = settings.get("dataDiskType", "PD_SSD")
    disk = Component(
        "block",
        f"gcp/{_DISK.get(disk_type, 'pd-ssd')}",
        float(settings.get("dataDiskSizeGb") or 10) * copies,
        assumed="" if disk_type in _DISK else f"unknown disk type {disk_type}",
    )
    held: tuple[Component, ...] = (disk,)
    monitor = {}
    if not _stopped(data):
        held = (*times(parts, copies * nodes), *held)
        monitor = {"database_id": f"{asset.location.account_id}:{data['name']}"}
    info = {"host_type": settings["tier"], "architecture": made.architecture, "cpu": made.cpu}
    info["engine"] = data.get("databaseVersion", "")
    return asset.resource(
        held, name=data["name"], monitor=monitor, tags=settings.get("userLabels"), info=info
    )


SPEC = ServiceSpec(
    kind="sql/instance",
    listing=LISTING,
    accepts=of_type("sqladmin.googleapis.com/Instance"),
    describe=describe,
    reason="The tier's machine and its data disk, both twice with a standby in another zone.",
    metrics=(
        Metric(
            into="cpu_ratio",
            name="cloudsql.googleapis.com/database/cpu/utilization",
            namespace="cloudsql_database",
            statistic="ALIGN_MEAN",
            # The label is `project:instance`, never the bare name.
            dimensions={"resource.label.database_id": "database_id"},
        ),
    ),
)
