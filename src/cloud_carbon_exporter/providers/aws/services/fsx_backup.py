"""Backups of FSx: the first of a file system or volume whole, later ones what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse, tags_of
from cloud_carbon_exporter.providers.aws.describing.snapshots import held, with_first
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "fsx/backup"
# FSx API reference: of one that is pending nothing is written yet.
STATES = states(running="AVAILABLE CREATING TRANSFERRING COPYING", gone="PENDING DELETED FAILED")


def _source(raw: Raw) -> str:
    """What it is a backup of: a volume of ONTAP, else a file system."""
    return str(
        (raw.get("Volume") or {}).get("VolumeId")
        or (raw.get("FileSystem") or {}).get("FileSystemId")
        or raw.get("BackupId")
    )


def backups(everything: Sequence[Raw]) -> Sequence[Raw]:
    """Backups of all pages, the oldest of each source marked."""
    return with_first(everything, _source, lambda raw: str(raw.get("CreationTime", "")))


def _stored(raw: Raw) -> Component:
    """Bytes it would restore; where they are not told, the storage it was taken of."""
    first = raw.get("First", True)
    # API reference, Backup: what a file system restored from it would hold.
    told_bytes = raw.get("SizeInBytes")
    if told_bytes is not None:
        return held("aws/fsx-backup", told_bytes / BYTES_PER_GIB, first)
    capacity_gib = float((raw.get("FileSystem") or {}).get("StorageCapacity") or 0)
    at_most = held("aws/fsx-backup", capacity_gib, first)
    return replace(at_most, assumed="the bytes it keeps are not told")


def describe(raw: Raw, scope: Scope) -> Description:
    """One backup. Those that AWS Backup made are here too, and in no vault."""
    name = tags_of(raw).get("Name") or raw["BackupId"]
    return parse(raw, scope, raw["ResourceARN"], name).described(
        kept=(_stored(raw),),
        state=raw.get("Lifecycle", ""),
        info={
            "host_type": raw.get("Type"),
            "engine": (raw.get("FileSystem") or {}).get("FileSystemType"),
        },
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="fsx",
        operation="DescribeBackups",
        scope="region",
        items="Backups[]",
        kind_of=lambda raw: KIND,
        permissions=("fsx:DescribeBackups",),
        whole=backups,
    ),
    states=STATES,
    describe=describe,
    reason="The oldest of a file system or volume in full, later ones as a share of it.",
)
