"""Parameters of /api/v1/clusters."""

from __future__ import annotations

from cloud_carbon_exporter.web.api.json_schema import TEXT
from cloud_carbon_exporter.web.api.openapi import Parameter

OF_CLUSTER, OF_NAMESPACE = "cluster", "namespace"

CLUSTERS_PARAMETERS = (
    Parameter(OF_CLUSTER, "name of a cluster; all where none is named", TEXT),
    Parameter(OF_NAMESPACE, "name of a namespace; all where none is named", TEXT),
)
