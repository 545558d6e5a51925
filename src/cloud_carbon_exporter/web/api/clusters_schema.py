"""JSON Schema of /api/v1/clusters."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.clusters import NODE_STATES
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    FLAG,
    MOMENT,
    MOMENT_OR_NULL,
    NUMBER,
    TEXT,
    Schema,
    list_of,
    noted,
    object_of,
    reference,
)

_SUMS: Mapping[str, Schema] = {
    "resources": noted(COUNT, "nodes and disks it is a part of"),
    "power_watts": reference("estimate"),
    "operational_emissions_grams_per_second": reference("estimate"),
    "embodied_emissions_grams_per_second": reference("estimate"),
    "emissions_grams_per_second": reference("estimate"),
}

_COUNTERS = dict.fromkeys(json_objects.COUNTERS, NUMBER)

_OF_CLUSTER: Mapping[str, Schema] = {
    "cloud_provider": TEXT,
    "cloud_account_id": TEXT,
    "cluster": TEXT,
}

_OF: Mapping[str, Schema] = {
    **_OF_CLUSTER,
    "namespace": noted(TEXT, "__idle__ and __unknown__ are what no namespace has"),
}

CLUSTERS = object_of(
    {
        "taken_at": MOMENT,
        "clusters": list_of(
            object_of(
                {
                    "cluster": TEXT,
                    "up": FLAG,
                    "error": TEXT,
                    "read_at": MOMENT_OR_NULL,
                    "nodes": object_of(dict.fromkeys(NODE_STATES, COUNT)),
                }
            )
        ),
        "total": object_of(_SUMS, description="of all nodes and disks that are split"),
        "totals": list_of(object_of({**_OF_CLUSTER, **_SUMS}), "of each cluster and account"),
        "namespaces": list_of(object_of({**_OF, **_SUMS}), "the largest workload's first"),
        "workloads": list_of(
            object_of(
                {
                    **_OF,
                    "workload_kind": TEXT,
                    "workload": noted(TEXT, "__other__ is the rest of a namespace"),
                    **_SUMS,
                    **_COUNTERS,
                },
                optional=_COUNTERS,
            ),
            "the largest first",
        ),
        "links": list_of(
            object_of(
                {"name": TEXT, "url": noted(TEXT, "with {cluster}, {namespace}, {workload}")}
            ),
            "as in -web.cluster-links",
        ),
    }
)
