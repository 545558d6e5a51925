"""Families of the made-up estate alone."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.model.snapshot import Snapshot


def _connected_users(snapshot: Snapshot) -> Iterator[FamilySample]:
    users = snapshot.gauges.get("demo_connected_users")
    if users is not None:
        yield FamilySample((), users)


DEMO: tuple[Family, ...] = (
    Family(
        "cloud_carbon_demo_connected_users",
        "gauge",
        "Made-up users connected to the made-up estate of the demo.",
        FromSnapshot(_connected_users),
    ),
)
