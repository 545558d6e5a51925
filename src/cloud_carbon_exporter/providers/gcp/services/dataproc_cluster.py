"""Dataproc clusters and Dataflow jobs: their workers are Compute Engine instances and counted
there.
"""

from __future__ import annotations

from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> None:
    """Its workers are instances of the project, with their disks."""


SPECS = tuple(
    ServiceSpec(
        kind=kind,
        listing=LISTING,
        accepts=of_type(asset_type),
        describe=describe,
        reason="Draws nothing of its own: its workers are instances.",
    )
    for kind, asset_type in (
        ("dataproc/cluster", "dataproc.googleapis.com/Cluster"),
        ("dataflow/job", "dataflow.googleapis.com/Job"),
    )
)
