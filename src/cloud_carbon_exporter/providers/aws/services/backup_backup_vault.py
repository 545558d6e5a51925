"""AWS Backup vaults: the recovery points that are stored in the vault itself.

Backups of volumes, instances, databases and FSx file systems are snapshots of those services, and
listed there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "backup/backup_vault"
# State of a logically air-gapped vault; others tell none, as they are there at once.
STATES = states(running="CREATING AVAILABLE", gone="FAILED")
# State of a recovery point: its bytes are kept, or it is not there yet, or not any more.
POINT_STATES = states(
    stopped="COMPLETED PARTIAL AVAILABLE STOPPED", gone="CREATING DELETING EXPIRED"
)
SNAPSHOTS = frozenset(
    {"EBS", "EC2", "RDS", "Aurora", "DocumentDB", "Neptune", "Redshift", "FSx", "Storage Gateway"}
)
"""Resource types whose recovery points are snapshots of the service they come from."""
# Backups are made a few times a day, and a vault may hold many thousand points.
_SECONDS = 6 * 3600.0
_POINTS = "backup:ListRecoveryPointsByBackupVault"


def _stored_bytes(point: Raw) -> float:
    """Bytes of a recovery point that the vault keeps; a parent only groups others."""
    # A parent of a composite backup has the size of its children, which are points of their own.
    elsewhere = point.get("ResourceType") in SNAPSHOTS or point.get("IsParent")
    if elsewhere or POINT_STATES.phase(point.get("Status", "")) == "gone":
        return 0.0
    return float(point.get("BackupSizeInBytes") or 0)


async def vaults(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The vaults with the bytes they keep, added up four times a day; no call for an empty one."""

    async def stored(name: str) -> float:
        total, wanted = 0.0, {"BackupVaultName": name}
        async for answer in client.answers(
            scope, "backup", "ListRecoveryPointsByBackupVault", wanted, permissions=_POINTS
        ):
            total += sum(map(_stored_bytes, answer.get("RecoveryPoints", ())))
        return total

    async def filled(raw: Raw) -> Raw:
        name = raw["BackupVaultName"]
        if not raw.get("NumberOfRecoveryPoints"):
            return {**raw, "StoredBytes": 0.0}
        key = ("backup vault", scope.account_id, scope.region, name)
        return {**raw, "StoredBytes": await client.cache.get(key, _SECONDS, lambda: stored(name))}

    sized = await asyncio.gather(*map(filled, page))
    return await tagged(
        client, scope, sized, "backup:backup-vault", lambda raw: str(raw["BackupVaultArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One vault."""
    size_gib = raw["StoredBytes"] / BYTES_PER_GIB
    return parse(raw, scope, raw["BackupVaultArn"], raw["BackupVaultName"]).described(
        kept=(Component("snapshot", "aws/backup", size_gib),) if size_gib else (),
        state=raw.get("VaultState", ""),
        info={"host_type": raw.get("VaultType")},
        started=raw.get("CreationDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="backup",
        operation="ListBackupVaults",
        scope="region",
        items="BackupVaultList[]",
        kind_of=lambda raw: KIND,
        permissions=("backup:ListBackupVaults", _POINTS),
        expand=vaults,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The bytes of recovery points kept by AWS Backup; "
        "those that are snapshots are listed by their service."
    ),
)
