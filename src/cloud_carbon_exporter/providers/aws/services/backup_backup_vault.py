"""AWS Backup vaults: the recovery points that are stored in the vault itself.

Backups of volumes, instances, databases and FSx file systems are snapshots of those services, and
listed there; but not those in an air-gapped vault, which keeps all it has in an account of AWS'.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import held
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND, PART = "backup/backup_vault", "aws/backup"
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
CHAINED = frozenset({"EBS", "EC2", "RDS", "FSx", "Storage Gateway"})
"""Of these the types of which every snapshot tells the size of its volume, not what it added."""
# Services that list their backups, as the ARN of a point names them: it is that of the snapshot,
# and AWS Backup's own where the vault keeps it (developer guide, "Working with backups").
_THEIRS = frozenset({"ec2", "fsx", "rds", "redshift", "redshift-serverless"})
# Developer guide, "Logically air-gapped vault": it stores its backups in an account of the service.
AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
# Gives access to what is in another vault for a while, and holds nothing.
ACCESS = "RESTORE_ACCESS_BACKUP_VAULT"
# Backups are made a few times a day, and a vault may hold many thousand points.
_SECONDS = 6 * 3600.0
_POINTS = "backup:ListRecoveryPointsByBackupVault"


class _Kept(NamedTuple):
    """Bytes that a vault keeps: of what is whole, and of volumes it has another point of."""

    whole: float = 0.0
    later: float = 0.0


def _is_elsewhere(point: Raw) -> bool:
    """Whether a recovery point is a snapshot that its own service lists."""
    keeper = str(point.get("RecoveryPointArn") or "").split(":")[2:3]
    if keeper:
        return keeper[0] in _THEIRS
    return point.get("ResourceType") in SNAPSHOTS


def _more(kept: _Kept, points: Iterable[Raw], vault_type: str, seen: set[str]) -> _Kept:
    """Bytes kept with those of a page of recovery points. seen: volumes of the pages so far."""
    whole, later = kept
    for point in points:
        # A parent of a composite backup has the size of its children, which are points themselves.
        if point.get("IsParent") or POINT_STATES.phase(point.get("Status", "")) == "gone":
            continue
        if vault_type != AIR_GAPPED and _is_elsewhere(point):
            continue
        size, source = float(point.get("BackupSizeInBytes") or 0), str(point.get("ResourceArn"))
        if point.get("ResourceType") not in CHAINED:
            whole += size
        elif source in seen:
            later += size
        else:
            whole += size
            seen.add(source)
    return _Kept(whole, later)


async def vaults(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The vaults with the bytes they keep, added up four times a day; no call for an empty one."""

    async def stored(name: str, vault_type: str) -> _Kept:
        kept, seen, wanted = _Kept(), set[str](), {"BackupVaultName": name}
        async for answer in client.answers(
            scope, "backup", "ListRecoveryPointsByBackupVault", wanted, permissions=_POINTS
        ):
            kept = _more(kept, answer.get("RecoveryPoints", ()), vault_type, seen)
        return kept

    async def filled(raw: Raw) -> Raw:
        name, vault_type = raw["BackupVaultName"], raw.get("VaultType") or ""
        if not raw.get("NumberOfRecoveryPoints") or vault_type == ACCESS:
            return {**raw, "Kept": _Kept()}
        key = ("backup vault", scope.account_id, scope.region, name)
        kept = await client.cache.get(key, _SECONDS, lambda: stored(name, vault_type))
        return {**raw, "Kept": kept}

    sized = await asyncio.gather(*map(filled, page))
    return await tagged(
        client, scope, sized, "backup:backup-vault", lambda raw: str(raw["BackupVaultArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One vault."""
    kept: _Kept = raw["Kept"]
    sizes = ((kept.whole, True), (kept.later, False))
    return parse(raw, scope, raw["BackupVaultArn"], raw["BackupVaultName"]).described(
        kept=tuple(held(PART, size / BYTES_PER_GIB, whole) for size, whole in sizes if size),
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
        "The bytes of recovery points kept by AWS Backup, all of them in an air-gapped vault; "
        "those that are snapshots in this account are listed by their service."
    ),
)
