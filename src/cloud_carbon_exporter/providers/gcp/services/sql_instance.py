"""Cloud SQL: a machine and its disk, both twice when highly available."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import (
    built,
    bursting,
    machine_info,
    times,
)
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# SUSPENDED: Google stopped it, as for unpaid bills. FAILED is a creation that failed or an error in
# maintenance that was fatal: no database runs, and its disk stays until the instance is deleted.
STATES = states(
    running="RUNNABLE MAINTENANCE ONLINE_MAINTENANCE REPAIRING",
    stopped="STOPPED SUSPENDED FAILED",
    gone="PENDING_CREATE PENDING_DELETE",
)

_DISK = {"PD_SSD": "pd-ssd", "PD_HDD": "pd-standard", "HYPERDISK_BALANCED": "hyperdisk-balanced"}
_SMALLEST_DISK_GIB = 10


def _state(data: Mapping[str, Any]) -> str:
    """State of an instance. The API calls one that its owner stopped RUNNABLE, as one that runs.

    Only the activation policy tells them apart; STOPPED is what Google's own tools then show.
    """
    if data["settings"].get("activationPolicy") == "NEVER":
        return "STOPPED"
    state: str = data.get("state", "")
    return state


def _disk(settings: Mapping[str, Any], copies: int) -> Component:
    """Data disk of an instance, which a standby has once more, and each node of a read pool."""
    disk_type = settings.get("dataDiskType", "PD_SSD")
    return Component(
        "block",
        f"gcp/{_DISK.get(disk_type, 'pd-ssd')}",
        float(settings.get("dataDiskSizeGb") or _SMALLEST_DISK_GIB) * copies,
        assumed="" if disk_type in _DISK else f"unknown disk type {disk_type}",
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Instance as its tier's machine and its data disk, which stays when it is stopped."""
    asset = parse(raw, scope)
    data = asset.data
    if data.get("instanceType") == "ON_PREMISES_INSTANCE":
        return None  # it only stands for a server elsewhere
    settings = data["settings"]
    copies = 2 if settings.get("availabilityType") == "REGIONAL" else 1
    # More than one in a read pool only, each of which is a replica with a disk of its own
    # (https://docs.cloud.google.com/sql/docs/postgres/about-read-pools).
    nodes = max(1, int(data.get("nodeCount", 1)))
    # A tier is a machine type with "db-" before it, and tells its size by its name.
    host, parts = built(settings.get("tier", "").lower())
    return asset.described(
        running=times(bursting(parts), copies * nodes),
        kept=(_disk(settings, copies * nodes),),
        state=_state(data),
        name=data["name"],
        # The label is `project:instance`, never the bare name.
        monitor={"database_id": f"{asset.location.account_id}:{data['name']}"},
        tags=settings.get("userLabels"),
        info={
            **machine_info(settings.get("tier", ""), host),
            "engine": data.get("databaseVersion", ""),
        },
    )


SPEC = ServiceSpec(
    kind="sql/instance",
    listing=LISTING,
    accepts=of_type("sqladmin.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="The tier's machine and its data disk, both twice with a standby in another zone.",
    metrics=(
        Metric(
            into="cpu_ratio",
            name="cloudsql.googleapis.com/database/cpu/utilization",
            namespace="cloudsql_database",
            statistic="ALIGN_MEAN",
            dimensions={"resource.label.database_id": "database_id"},
        ),
    ),
)
