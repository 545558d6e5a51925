"""Composer (Airflow): what of an environment stands in a project of Google's.

Of the first two versions the nodes, and all that runs on them, stand in a GKE cluster of the
customer's, where they are counted: there it is the database, and in the first the web server. From
the third on all of it stands in a project of Google's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import LARGEST, Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import (
    built,
    hidden,
    per,
    times,
    within,
)
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# One in ERROR cannot be used, and its machines are there. One that is hibernated runs no tasks.
STATES = states(running="RUNNING UPDATING ERROR", stopped="HIBERNATED", gone="CREATING DELETING")

_VERSION = re.compile(r"composer-(\d+)")
_NEWEST = 3

_DATABASE_VCPUS: Mapping[str, int] = {
    "ENVIRONMENT_SIZE_SMALL": 2,
    "ENVIRONMENT_SIZE_MEDIUM": 4,
    "ENVIRONMENT_SIZE_LARGE": 8,
    "ENVIRONMENT_SIZE_EXTRA_LARGE": 16,
    "ENVIRONMENT_SIZE_X_EXTRA_LARGE": 16,
}
"""Taken for the size of an environment, which sets that of its database; Google tells neither."""
_GIB_PER_VCPU = 3.75
_WHY = "the machines of an environment are not shown"
_FIRST_MACHINE = "db-n1-standard-2"
_FIRST_WEB_SERVER = "composer-n1-webserver-2"
"""Machines of the first version, where none are named (composer.v1, DatabaseConfig and
WebServerConfig)."""


def _version(config: Mapping[str, Any]) -> int:
    matched = _VERSION.match(config.get("softwareConfig", {}).get("imageVersion", ""))
    return int(matched[1]) if matched else _NEWEST


def _database(config: Mapping[str, Any], version: int) -> tuple[Component, ...]:
    """Its database: of a chosen type at first, of its environment's size since; twice if so set."""
    if version == 1:
        _, parts = built(config.get("databaseConfig", {}).get("machineType") or _FIRST_MACHINE)
    else:
        vcpus = _DATABASE_VCPUS.get(config.get("environmentSize", ""), 2)
        parts = hidden(vcpus, vcpus * _GIB_PER_VCPU, _WHY)
    return times(parts, 2 if config.get("resilienceMode") == "HIGH_RESILIENCE" else 1)


def _web_server(config: Mapping[str, Any]) -> tuple[Component, ...]:
    """Web server of the first version: "composer-n1-webserver-4" has as many vCPUs."""
    name = config.get("webServerConfig", {}).get("machineType") or _FIRST_WEB_SERVER
    _, parts = built(f"n1-standard-{name.rpartition('-')[2]}")
    return parts


def _replicas(
    workloads: Mapping[str, Any], name: str, count: str = "count"
) -> tuple[Component, ...]:
    """All replicas of one part of Airflow, of the size that is set; none where it is not there."""
    size = workloads.get(name, {})
    replica = hidden(float(size.get("cpu") or 0), float(size.get("memoryGb") or 0), _WHY)
    return times(replica, int(size.get(count) or 1)) if replica else ()


def _containers(workloads: Mapping[str, Any]) -> tuple[Component, ...]:
    """Parts of Airflow that are there whatever it does, and as many workers as it has just now."""
    worker = workloads.get("worker", {})
    machine = hidden(float(worker.get("cpu") or 1), float(worker.get("memoryGb") or 2), _WHY)
    fewest, most = int(worker.get("minCount") or 1), worker.get("maxCount")
    return (
        *_replicas(workloads, "scheduler"),
        *_replicas(workloads, "webServer"),
        *_replicas(workloads, "triggerer"),
        *_replicas(workloads, "dagProcessor"),
        *within(per(machine, "capacity_units"), fewest, float(most) if most else LARGEST),
    )


def describe(raw: Raw, scope: Scope) -> Description:
    """Environment as the machines of it that stand in a project of Google's."""
    asset = parse(raw, scope)
    config = asset.data["config"]
    version = _version(config)
    parts = list(_database(config, version))
    monitor = {}
    if version == 1:
        parts += _web_server(config)
    if version >= _NEWEST:
        parts += _containers(config.get("workloadsConfig", {}))
        monitor = {"environment_name": asset.name, "location": asset.location.region}
    return asset.described(
        running=parts,
        state=asset.data.get("state", ""),
        monitor=monitor,
        info={"host_type": f"composer-{version}"},
    )


SPEC = ServiceSpec(
    kind="composer/environment",
    listing=LISTING,
    accepts=of_type("composer.googleapis.com/Environment"),
    describe=describe,
    states=STATES,
    reason=(
        "Its database, and from version 3 on its schedulers, web server and workers; before, those "
        "are pods and nodes of a GKE cluster."
    ),
    metrics=(
        Metric(
            into="capacity_units",
            name="composer.googleapis.com/environment/num_celery_workers",
            namespace="cloud_composer_environment",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={
                "resource.label.environment_name": "environment_name",
                "resource.label.location": "location",
            },
        ),
    ),
)
