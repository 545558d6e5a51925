"""Data Lab for Apache Spark: a main node, workers, and storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    catalogue_entry,
    gib,
    stored,
    times,
)
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "DistributedDataLabReadOnly"

# No state of a Data Lab is off: without workers its main node still runs.
STATES = states(running="ready updating error locked", gone="creating deleting deleted")


def _datalab(raw: Raw, scope: Scope) -> Description:
    """Data Lab with its nodes. Root volumes are part of the total storage."""
    main, worker = raw.get("main") or {}, raw.get("worker") or {}
    nodes = (
        *_nodes(main, 1, scope),
        *_nodes(worker, worker.get("node_count") or 0, scope),
    )
    storage = gib((raw.get("total_storage") or {}).get("size"))
    return parse(raw, scope).described(running=nodes, kept=[stored("block", "sbs_5k", storage)])


def _nodes(group: Mapping[str, Any], count: int, scope: Scope) -> tuple[Component, ...]:
    """Nodes of a group, each an Instance type by another name: DDL-POP2-2C-8G is a POP2-2C-8G."""
    if not group:
        return ()
    name = str(group.get("node_type") or "unknown")
    node_type = catalogue_entry(scope, "node_types", name)
    node = machine(
        "scaleway",
        name.upper().removeprefix("DDL-"),
        vcpus=node_type.get("vcpus") or None,
        memory_gib=node_type.get("memory_gigabytes") or None,
        gpus=node_type.get("gpus") or None,
    )
    return times(components(node), count)


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
    states=STATES,
    searched_as="ddl_datalab",
    reason="vCPUs, memory and accelerators of the main node and every worker, and the storage.",
)
