"""Oracle Database@Google Cloud: Oracle's Exadata in halls of Google, whole or by the ECPU.

An infrastructure is servers for one customer, and its VM clusters are parts of it. An Autonomous
Database has a share of servers that Oracle keeps for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, built, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

INFRASTRUCTURE_STATES = states(
    running="AVAILABLE UPDATING MAINTENANCE_IN_PROGRESS",
    gone="PROVISIONING TERMINATING TERMINATED FAILED",
)

# INACCESSIBLE: the key it is encrypted with is out of reach, its bytes are not lost.
DATABASE_STATES = states(
    running=(
        "AVAILABLE STOPPING STARTING UNAVAILABLE RESTORE_IN_PROGRESS RESTORE_FAILED "
        "BACKUP_IN_PROGRESS SCALE_IN_PROGRESS AVAILABLE_NEEDS_ATTENTION UPDATING "
        "MAINTENANCE_IN_PROGRESS RESTARTING RECREATING ROLE_CHANGE_IN_PROGRESS UPGRADING STANDBY"
    ),
    stopped="STOPPED INACCESSIBLE",
    gone="PROVISIONING TERMINATING TERMINATED",
)

_GENERATIONS = frozenset({"x9m", "x11m"})
"""Generations of Exadata that stand in halls of Google, of which the facts have the servers."""
_NEWEST = "x11m"
_LEAST_COMPUTE, _LEAST_STORAGE = 2, 3
"""Servers of the smallest infrastructure (Oracle: Exadata shape configurations)."""

_THREADS_PER_ECPU = 0.5
"""760 ECPUs for the 190 cores of an X11M database server that customers may use (Oracle: Exadata
Database Service on Dedicated Infrastructure, X11M)."""
_GIB_PER_ECPU = 2
"""Memory of an ECPU, where none is told: 1,390 GB for 760 of them (the same)."""
_ECPUS_PER_OCPU = 4
"""An OCPU is a core, of two threads."""
_GIB_PER_TERABYTE = 1024


def _servers(
    name: str, told: Any, least: int, memory_gib: float, doubt: str
) -> tuple[Component, ...]:
    """So many servers of a type, each of so much memory where that is more than the facts know."""
    host, parts = built(name)
    if memory_gib > host.memory_gib:
        _, parts = built(name, Shape(int(host.vcpus), memory_gib))
    doubts = "; ".join(filter(None, (doubt, "" if told else "its servers are not told")))
    if doubts:
        parts = tuple(replace(part, assumed=part.assumed or doubts) for part in parts)
    return times(parts, int(told or least))


def describe(raw: Raw, scope: Scope) -> Description:
    """Infrastructure as its database servers and its storage servers, at work or not."""
    asset = parse(raw, scope)
    told: Mapping[str, Any] = asset.data["properties"]
    shape = told.get("shape", "")
    generation = shape.rpartition(".")[2].lower()
    doubt = "" if generation in _GENERATIONS else f"unknown shape {shape}"
    generation = _NEWEST if doubt else generation
    compute = told.get("computeCount") or _LEAST_COMPUTE
    memory_gib = float(told.get("maxMemoryGb") or 0) / compute
    return asset.described(
        running=(
            *_servers(
                f"exadata-{generation}-database",
                told.get("computeCount"),
                _LEAST_COMPUTE,
                memory_gib,
                doubt,
            ),
            *_servers(
                f"exadata-{generation}-storage", told.get("storageCount"), _LEAST_STORAGE, 0, doubt
            ),
        ),
        name=asset.data.get("displayName", ""),
        state=told.get("state", ""),
        info={"host_type": shape},
    )


def _compute(told: Mapping[str, Any]) -> tuple[float, float]:
    """Threads and GiB of a database, by its ECPUs or by the older OCPUs."""
    ecpus = float(told.get("computeCount") or 0)
    ecpus = ecpus or float(told.get("cpuCoreCount") or 0) * _ECPUS_PER_OCPU
    gib = float(told.get("memoryPerOracleComputeUnitGbs") or _GIB_PER_ECPU)
    return ecpus * _THREADS_PER_ECPU, ecpus * gib


def _share(threads: float, memory_gib: float) -> tuple[Component, ...]:
    """A share of a database server of the newest generation."""
    why = "which of Oracle's servers it shares is not told"
    host, parts = built(f"exadata-{_NEWEST}-database")
    factors = {"vcpu": threads / host.threads, "memory": memory_gib / host.memory_gib}
    return tuple(
        replace(part, amount=part.amount * factors[part.kind], assumed=why)
        for part in parts
        if factors.get(part.kind)
    )


def describe_database(raw: Raw, scope: Scope) -> Description:
    """Autonomous Database as its share of a server, its storage and its backups; a standby too."""
    asset = parse(raw, scope)
    told: Mapping[str, Any] = asset.data["properties"]
    # The newer of two names of one field (oracledatabase.v1, AutonomousDatabaseProperties).
    standby = told.get("localDataGuardEnabled") or told.get("isLocalDataGuardEnabled")
    copies = 2 if standby else 1
    stored_gib = float(told.get("dataStorageSizeGb") or 0)
    stored_gib = stored_gib or float(told.get("dataStorageSizeTb") or 0) * _GIB_PER_TERABYTE
    backups_gib = float(told.get("totalAutoBackupStorageSizeGbs") or 0)
    return asset.described(
        running=times(_share(*_compute(told)), copies),
        kept=(
            Component("block", "gcp/exadata", stored_gib * copies),
            Component("snapshot", "gcp/backup", backups_gib),
        ),
        name=asset.data.get("displayName", ""),
        state=told.get("state", ""),
        monitor={"autonomous_database_id": last(asset.id), "location": asset.location.region},
    )


SPECS = (
    ServiceSpec(
        kind="oracledatabase/cloud_exadata_infrastructure",
        listing=LISTING,
        accepts=of_type("oracledatabase.googleapis.com/CloudExadataInfrastructure"),
        describe=describe,
        states=INFRASTRUCTURE_STATES,
        reason="Its database and storage servers, by their generation, with their flash and disks.",
    ),
    ServiceSpec(
        kind="oracledatabase/autonomous_database",
        listing=LISTING,
        accepts=of_type("oracledatabase.googleapis.com/AutonomousDatabase"),
        describe=describe_database,
        states=DATABASE_STATES,
        reason="The share of a server that its ECPUs are, its storage and backups; a standby too.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="oracledatabase.googleapis.com/autonomousdatabase/cpu_utilization",
                namespace="oracledatabase.googleapis.com/AutonomousDatabase",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions={
                    "resource.label.autonomous_database_id": "autonomous_database_id",
                    "resource.label.location": "location",
                },
                scale=0.01,
            ),
        ),
    ),
)
