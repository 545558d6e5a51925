"""Machines and disks of a Snapshot, by the key under which Kubernetes knows them."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.model.provider_ids import key_of, key_without_zone
from cloud_carbon_exporter.model.snapshot import Row

KINDS = frozenset(
    {
        "ec2/instance",
        "ec2/volume",
        "compute/instance",
        "compute/disk",
        "compute/region_disk",
        "instance/server",
        "instance/volume",
        "baremetal/server",
        "block/volume",
        "container/cluster",
    }
)
"""Kinds of what can be a node of a cluster, the disk of a claim, or hold pods by itself."""


class Machines:
    """Index of the rows that a cluster may hold; keys are worked out once.

    What is Google's is there without its zone as well, if no other of its project is called so.
    """

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def by_key(self, rows: Iterable[Row]) -> dict[str, Row]:
        """The rows by key."""
        known, keys = self._keys, {}
        found: dict[str, Row] = {}
        without_zone: dict[str, Row | None] = {}
        for row in rows:
            resource = row.resource
            if resource.kind not in KINDS:
                continue
            key = known.get(resource.id)
            if key is None:
                key = key_of(resource)
            keys[resource.id] = key
            if key:
                found[key] = row
            if named := key_without_zone(key):
                without_zone[named] = None if named in without_zone else row
        self._keys = keys
        found |= {key: row for key, row in without_zone.items() if row is not None}
        return found
