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

# What the API says of a volume that is not there.
UNKNOWN_TYPE = "unknown_type"


def _datalab(raw: Raw, scope: Scope) -> Description:
    """Data Lab with its nodes, a root volume for each of them, and the storage for workloads."""
    main, worker = raw.get("main") or {}, raw.get("worker") or {}
    workers = worker.get("node_count") or 0
    nodes = (*_nodes(main, 1, scope), *_nodes(worker, workers, scope))
    # A Data Lab without storage of its own shows root volumes all the same.
    volumes = (
        _volume(main.get("root_volume")),
        *times([_volume(worker.get("root_volume"))], workers),
        _volume(raw.get("total_storage")),
    )
    return parse(raw, scope).described(running=nodes, kept=volumes)


def _volume(volume: Mapping[str, Any] | None) -> Component:
    """Volume of its class, which is unknown_type where there is none."""
    told = volume or {}
    name = str(told.get("type") or UNKNOWN_TYPE)
    return stored("block", "sbs_5k" if name == UNKNOWN_TYPE else name, gib(told.get("size")))


def _nodes(group: Mapping[str, Any], count: int, scope: Scope) -> tuple[Component, ...]:
    """Nodes of a group, whose type says their shape: DATALAB-DEDICATED2-2C-8G."""
    if not group:
        return ()
    name = str(group.get("node_type") or "unknown")
    node_type = catalogue_entry(scope, "node_types", name)
    node = machine(
        "scaleway",
        name.upper(),
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
    reason="vCPUs, memory and accelerators of the main node and every worker, a root volume "
    "for each, and the storage.",
)
