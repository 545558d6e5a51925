"""Backups of databases, file systems, clusters and machines: stored bytes without any load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, States, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Life, gib, kind, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.times import created, moment
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

_PART = "gcp/backup"
_ITSELF = "The bytes it stores."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Backup:
    """Sort of backup: its asset type, its states, and where its object tells bytes and time.

    size: GiB; None where the object does not say yet. doubt: why its size is a guess. began: where
    it is not when the object was made.
    """

    type: str
    states: States
    size: Callable[[Mapping[str, Any]], float | None]
    began: Callable[[Mapping[str, Any]], float | None] = created
    doubt: str = ""
    state_key: str = "state"
    part: str = _PART
    reason: str = _ITSELF

    def describe(self, raw: Raw, scope: Scope) -> Description:
        """Backup as the bytes it stores, where they are stored."""
        asset = parse(raw, scope)
        size_gib, doubt = self.size(asset.data), self.doubt
        if size_gib is None:
            size_gib, doubt = 0.0, "its size is not told"
        stored = Component("snapshot", self.part, size_gib, assumed=doubt)
        return asset.described(
            kept=(stored,),
            state=asset.data.get(self.state_key, ""),
            life=Life(self.began(asset.data)),
        )

    def spec(self) -> ServiceSpec:
        """Service of this sort."""
        return ServiceSpec(
            kind=kind(self.type),
            listing=LISTING,
            accepts=of_type(self.type),
            describe=self.describe,
            states=self.states,
            reason=self.reason,
        )


def _bytes(*keys: str) -> Callable[[Mapping[str, Any]], float | None]:
    """Size by the first of these fields that is there."""

    def size(data: Mapping[str, Any]) -> float | None:
        for key in keys:
            if key in data:
                return gib(data[key])
        return None

    return size


def _within(outer: str, inner: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda data: data.get(outer, {}).get(inner)


def _bytes_within(outer: str, inner: str) -> Callable[[Mapping[str, Any]], float | None]:
    field = _within(outer, inner)
    return lambda data: None if field(data) is None else gib(field(data))


def _instant(data: Mapping[str, Any]) -> float | None:
    """Size of an instant snapshot: what has changed on its disk since, which Google tells."""
    return _bytes_within("resourceStatus", "storageSizeBytes")(data)


_SORTS = (
    _Backup(
        type="alloydb.googleapis.com/Backup",
        states=states(running="READY", gone="CREATING FAILED DELETING"),
        size=_bytes("sizeBytes"),
    ),
    # Its vault stands for all backups in it, and for the sources that they are of. ERROR may be
    # unusable, and holds what it held.
    _Backup(
        type="backupdr.googleapis.com/BackupVault",
        states=states(running="ACTIVE UPDATING ERROR", gone="CREATING DELETING"),
        size=_bytes("totalStoredBytes"),
        reason="The bytes of all backups in it.",
    ),
    _Backup(
        type="bigtableadmin.googleapis.com/Backup",
        states=states(running="READY", gone="CREATING"),
        size=_bytes("sizeBytes"),
        began=lambda data: moment(data.get("startTime")),
    ),
    # UNAVAILABLE cannot be restored just now, and is there.
    _Backup(
        type="compute.googleapis.com/InstantSnapshot",
        states=states(running="READY UNAVAILABLE", gone="CREATING DELETING FAILED"),
        size=_instant,
        state_key="status",
        part="gcp/instant-snapshot",
        reason="The bytes of its disk that have changed since, beside the disk.",
    ),
    # FINALIZING has been taken. INVALID cannot be restored, and is there until it is deleted.
    _Backup(
        type="file.googleapis.com/Backup",
        states=states(running="READY FINALIZING INVALID", gone="CREATING DELETING"),
        size=_bytes("storageBytes"),
    ),
    _Backup(
        type="firestore.googleapis.com/Backup",
        states=states(running="READY NOT_AVAILABLE", gone="CREATING"),
        size=_bytes_within("stats", "sizeBytes"),
        began=lambda data: moment(data.get("snapshotTime")),
        reason="The bytes of the documents and indexes it holds.",
    ),
    _Backup(
        type="gkebackup.googleapis.com/Backup",
        states=states(running="SUCCEEDED", gone="CREATING IN_PROGRESS FAILED DELETING"),
        size=_bytes("sizeBytes"),
        reason="The bytes of its configuration and of its volumes.",
    ),
    # Of a chain, each adds what is its own; sizeBytes then counts those before it as well.
    _Backup(
        type="spanner.googleapis.com/Backup",
        states=states(running="READY", gone="CREATING"),
        size=_bytes("exclusiveSizeBytes", "sizeBytes"),
        reason="The bytes it stores beyond the backup before it.",
    ),
    _Backup(
        type="sqladmin.googleapis.com/Backup",
        states=states(
            running="SUCCESSFUL DELETION_FAILED", gone="ENQUEUED RUNNING FAILED DELETING"
        ),
        size=_bytes("maxChargeableBytes"),
        began=lambda data: moment(_within("backupInterval", "startTime")(data)),
        doubt="Google tells the most it may charge for",
        reason="The most bytes it may be charged for, as what it stores is not told.",
    ),
)

SPECS = tuple(sort.spec() for sort in _SORTS)
