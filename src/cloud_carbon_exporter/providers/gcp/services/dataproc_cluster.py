"""Dataproc clusters: their workers are instances, counted there."""

from __future__ import annotations

from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type
from cloud_carbon_exporter.providers.gcp.describing.owned import describe_owned
from cloud_carbon_exporter.providers.spec import ServiceSpec

SPEC = ServiceSpec(
    kind="dataproc/cluster",
    listing=LISTING,
    accepts=of_type("dataproc.googleapis.com/Cluster"),
    describe=describe_owned,
    reason="Draws nothing of its own: its workers are instances.",
)
