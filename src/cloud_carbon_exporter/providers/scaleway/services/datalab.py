"""Data Lab for Apache Spark: a main node, workers, and storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    gib,
    resource,
    stored,
    times,
)
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "DatalabReadOnly"
OFF = frozenset({"creating", "deleting", "deleted"})


def _datalab(raw: Raw, scope: Scope) -> Resource | None:
    if str(raw.get("status")) in OFF:
        return None
    groups = [
        (raw.get("main") or {}, 1),
        (raw.get("worker") or {}, (raw.get("worker") or {}).get("node_count") or 0),
    ]
    parts = [part for group, count in groups if group for part in _nodes(group, count, scope)]
    storage = gib((raw.get("total_storage") or {}).get("size"))
    return resource(raw, scope, "datalab/datalab", [*parts, stored("block", "sbs_5k", storage)])


def _nodes(group: Mapping[str, Any], count: int, scope: Scope) -> Iterator[Component]:
    """Root volumes are part of the total storage. Nodes are Instance types under another name."""
    name = str(group.get("node_type") or "unknown")
    known = scope.catalogue.get("node_types", {}).get(name.lower(), {})
    of = machine(
        "scaleway",
        name.upper().removeprefix("DDL-"),
        vcpus=known.get("vcpus") or None,
        memory_gib=known.get("memory_gigabytes") or None,
        gpus=known.get("gpus") or None,
    )
    yield from times(components(of), count)


SPEC = ServiceSpec(
    kind="datalab/datalab",
    listing=listing(
        "ListDatalabs",
        "datalab/v1beta1/regions/{region}/datalabs",
        "datalabs",
        kind="datalab/datalab",
        permission=PERMISSION,
        lookup=entries(
            "node_types",
            "ListNodeTypes",
            "datalab/v1beta1/regions/{region}/node-types",
            "node_types",
            permission=PERMISSION,
        ),
    ),
    describe=_datalab,
    reason="vCPUs, memory and accelerators of the main node and every worker, and the storage.",
)
