"""Snapshots and backups: whole or in chains, each counted in one place."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.aws_replay import amounts, described
from tests.providers.aws.parts import parts
from tests.providers.aws.test_counted_once import arn, counted

from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.snapshots import gib_of
from cloud_carbon_exporter.providers.aws.services.backup_backup_vault import SNAPSHOTS


async def test_the_first_backup_of_fsx_is_whole_and_later_ones_are_a_share() -> None:
    backups = await described("fsx/backup", "fsx_backup")
    assert {name: amounts(backup)["snapshot"] for name, backup in backups.items()} == {
        "backup-0123456789abcdeb": 200,
        "home-first": 100,
        "backup-0123456789abcdec": 50,
        "backup-0123456789abcded": 1200,
    }
    parts = {name: backup.components[0].part for name, backup in backups.items()}
    assert parts["home-first"] == parts["backup-0123456789abcdec"] == "aws/fsx-backup"
    assert parts["backup-0123456789abcdeb"] == "aws/fsx-backup/incremental"


async def test_a_snapshot_of_a_cache_is_what_its_nodes_held() -> None:
    snapshots = await described("elasticache/snapshot", "elasticache_snapshot")
    held = {name: amounts(snapshot)["snapshot"] for name, snapshot in snapshots.items()}
    assert held == {"automatic.sessions-2026-02-02": 2, "small": 0}
    assert snapshots["automatic.sessions-2026-02-02"].started == 1769990400
    serverless = await described("elasticache/serverless_cache_snapshot", "elasticache_snapshot")
    assert amounts(serverless["carts-1"]) == {"snapshot": 2}


async def test_a_snapshot_of_memorydb_is_what_its_shards_held() -> None:
    snapshots = await described("memorydb/snapshot", "memorydb_snapshot")
    held = {name: amounts(snapshot)["snapshot"] for name, snapshot in snapshots.items()}
    assert held == {"ledger-1": 4, "bare": 0}


@pytest.mark.parametrize(
    ("told", "gib"), [("6 MB", 6 / 1024), ("1.5GB", 1.5), ("2 tb", 2048), ("", 0), (None, 0)]
)
def test_a_size_in_words(told: str | None, gib: float) -> None:
    assert gib_of(told) == pytest.approx(gib)


def test_what_is_no_size_is_not_taken_for_nothing() -> None:
    with pytest.raises(ValueError, match="no size"):
        gib_of("plenty")


async def test_a_snapshot_of_redshift_is_what_it_added() -> None:
    snapshots = await described("redshift/snapshot", "redshift_snapshot")
    held = {name: amounts(snapshot)["snapshot"] for name, snapshot in snapshots.items()}
    assert held == {"rs:sales-2026-02-02": 10, "final": 20}
    assert snapshots["final"].components[0].part == "aws/redshift-snapshot/incremental"
    serverless = await described("redshiftserverless/snapshot", "redshiftserverless_snapshot")
    assert amounts(serverless["bi-1"]) == {"snapshot": 1}


async def test_automated_snapshots_of_aurora_are_part_of_its_continuous_backup() -> None:
    snapshots = await described("rds/cluster_snapshot", "rds_cluster_snapshot")
    held = {name: amounts(snapshot)["snapshot"] for name, snapshot in snapshots.items()}
    assert held == {
        "orders-release": 80,
        "awsbackup:job-1": 90,
        "billing-1": 200,
        "billing-2": 200,
    }
    assert snapshots["awsbackup:job-1"].components[0].part == "aws/rds-snapshot"
    assert snapshots["billing-2"].components[0].part == "aws/rds-snapshot/incremental"
    continuous = await described("rds/cluster_automated_backup", "rds_cluster_snapshot")
    assert set(continuous) == {"orders", "left-behind"}
    (backup,) = continuous["orders"].components
    assert (backup.kind, backup.per) == ("snapshot", "stored_gib")


def test_what_has_snapshots_of_its_own_is_not_counted_in_a_vault() -> None:
    assert {"Aurora", "DocumentDB", "Neptune", "Redshift", "FSx"} <= SNAPSHOTS


def vault(name: str, vault_type: str) -> dict[str, Any]:
    return {
        "BackupVaultName": name,
        "BackupVaultArn": arn("backup", f"backup-vault:{name}"),
        "VaultType": vault_type,
        "NumberOfRecoveryPoints": 2,
    }


def point(resource_type: str, its_arn: str, source: str = "") -> dict[str, Any]:
    """Recovery point of 8 GiB."""
    return {
        "RecoveryPointArn": its_arn,
        "ResourceArn": source,
        "ResourceType": resource_type,
        "Status": "COMPLETED",
        "BackupSizeInBytes": 8 * BYTES_PER_GIB,
    }


def vaults(points: dict[str, list[dict[str, Any]]], *listed: dict[str, Any]) -> dict[str, Any]:
    """Answers about vaults, and the points of each."""
    answers: dict[str, Any] = {"backup.ListBackupVaults": {"BackupVaultList": list(listed)}}
    for name, of_vault in points.items():
        answers[f"backup.ListRecoveryPointsByBackupVault {name}"] = {"RecoveryPoints": of_vault}
    return answers


async def test_a_point_is_a_snapshot_by_its_arn_whatever_its_type_is_called() -> None:
    points = [
        point("Redshift Serverless", arn("redshift-serverless", "snapshot/1")),
        point("DynamoDB", arn("dynamodb", "table/carts/backup/1")),
    ]
    resources, _ = await counted(vaults({"weekly": points}, vault("weekly", "BACKUP_VAULT")))
    assert [parts(resource) for resource in resources] == [{"snapshot aws/backup": 8}]


async def test_what_an_air_gapped_vault_keeps_shows_nowhere_else() -> None:
    points = [
        point("EBS", "arn:aws:ec2:eu-west-3::snapshot/snap-x", arn("ec2", "volume/vol-1")),
        point("EBS", "arn:aws:ec2:eu-west-3::snapshot/snap-y", arn("ec2", "volume/vol-1")),
        point("EFS", arn("backup", "recovery-point:1")),
    ]
    apart = vault("apart", "LOGICALLY_AIR_GAPPED_BACKUP_VAULT")
    resources, _ = await counted(vaults({"apart": points}, apart))
    assert [parts(resource) for resource in resources] == [
        {"snapshot aws/backup": 16, "snapshot aws/backup/incremental": 8}
    ], "of the second point of a volume nobody knows what it added"


async def test_access_to_another_vault_is_no_copy_of_it() -> None:
    points = [point("EFS", arn("backup", "recovery-point:1"))]
    access = vault("rescue", "RESTORE_ACCESS_BACKUP_VAULT")
    assert await counted(vaults({"rescue": points}, access)) == ([], {})


async def test_a_snapshot_that_tells_no_size_has_one_nobody_knows() -> None:
    (papers,) = (await described("docdb/cluster_snapshot", "rds_cluster_snapshot")).values()
    (held,) = papers.components
    assert (held.per, held.assumed) == ("stored_gib", "the bytes it keeps are not told")
    backups = await described("fsx/backup", "fsx_backup")
    told = [backup.components[0].assumed for backup in backups.values()]
    assert told.count("the bytes it keeps are not told") == 1
