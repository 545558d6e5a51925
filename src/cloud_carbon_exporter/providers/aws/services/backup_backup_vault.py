"""AWS Backup vaults: the recovery points that are stored in the vault itself.

Backups of volumes, instances, databases and FSx file systems are snapshots of those services, and
listed there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

SNAPSHOTS = frozenset(
    {"EBS", "EC2", "RDS", "Aurora", "DocumentDB", "Neptune", "Redshift", "FSx", "Storage Gateway"}
)
"""Resource types whose recovery points are snapshots of the service they come from."""
_SECONDS = 6 * 3600.0
_BYTES_PER_GIB = 1024**3
_GONE = frozenset({"DELETING", "EXPIRED", "CREATING"})
_POINTS = "backup:ListRecoveryPointsByBackupVault"


async def vaults(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The vaults with the bytes they keep, added up four times a day; an empty one costs no call."""

    async def stored(name: str) -> float:
        found, wanted = 0.0, {"BackupVaultName": name}
        async for answer in client.answers(
            scope, "backup", "ListRecoveryPointsByBackupVault", wanted, permissions=_POINTS
        ):
            found += sum(
                point.get("BackupSizeInBytes") or 0
                for point in answer.get("RecoveryPoints", ())
                if point.get("ResourceType") not in SNAPSHOTS
                and point.get("Status") not in _GONE
                and not point.get("IsParent")
            )
        return found

    async def filled(raw: Raw) -> Raw:
        name = raw["BackupVaultName"]
        if not raw.get("NumberOfRecoveryPoints"):
            return {**raw, "StoredBytes": 0.0}
        key = ("backup vault", scope.account_id, scope.region, name)
        return {**raw, "StoredBytes": await client.cache.get(key, _SECONDS, lambda: stored(name))}

    found = await asyncio.gather(*map(filled, page))
    return await tagged(
        client, scope, found, "backup:backup-vault", lambda raw: str(raw["BackupVaultArn"])
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One vault."""
    size_gib = raw["StoredBytes"] / _BYTES_PER_GIB
    return Resource(
        id=raw["BackupVaultArn"],
        kind="backup/backup_vault",
        name=raw["BackupVaultName"],
        location=scope.location(),
        components=(Component("snapshot", "aws/backup", size_gib),) if size_gib else (),
        tags=tags(raw.get("Tags")),
        info=told(host_type=raw.get("VaultType"), state=raw.get("VaultState")),
    )


SPEC = ServiceSpec(
    kind="backup/backup_vault",
    listing=Listing(
        api="backup",
        operation="ListBackupVaults",
        scope="region",
        items="BackupVaultList[]",
        kind_of=lambda raw: "backup/backup_vault",
        permissions=("backup:ListBackupVaults", _POINTS),
        expand=vaults,
    ),
    describe=describe,
    reason="The bytes of recovery points kept by AWS Backup; those that are snapshots are listed by their service.",
)
