"""Serverless SQL Database: vCPUs that come and go, what they store, and their backups."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, stored
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# No word of the API: a database that is `ready` says in another field whether it has started. It
# falls asleep after five minutes without a query, and is then charged for its storage alone.
ASLEEP = "asleep"

STATES = states(running="ready restoring error locked", stopped=ASLEEP, gone="creating deleting")
BACKUP_STATES = states(running="ready error locked")

PERMISSION = "ServerlessSQLDatabaseReadOnly"
DATABASES = "serverless-sqldb/v1alpha1/regions/{region}/databases"
# A backup is made every day.
BACKUPS_SECONDS = 3600.0


async def _backups_of(api: Api, scope: Scope, raws: Sequence[Raw]) -> Sequence[Raw]:
    """Backups of a page of databases, listed for one at a time and named as their database is."""
    lists = await asyncio.gather(*(_backups(api, scope, str(raw["id"])) for raw in raws))
    backups: list[Raw] = []
    for database, of_database in zip(raws, lists, strict=True):
        backups += [{**backup, "name": database.get("name")} for backup in of_database]
    return backups


async def _backups(api: Api, scope: Scope, database_id: str) -> Sequence[Raw]:
    async def ask() -> Sequence[Raw]:
        backups: list[Raw] = []
        async for page in api.list(
            "ListDatabaseBackups",
            "serverless-sqldb/v1alpha1/regions/{region}/backups",
            "backups",
            scope=scope,
            permission=PERMISSION,
            params={"database_id": database_id},
        ):
            backups += [backup for backup in page if backup.get("database_id") == database_id]
        return backups

    return await api.memory.get(("sqldb backups", database_id), BACKUPS_SECONDS, ask)


async def _stored(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
    """Look-up of what databases stored when they were last backed up, in bytes."""
    stored_bytes: dict[str, int] = {}
    newest: dict[str, str] = {}
    for backup in await _backups_of(api, scope, raws):
        database, moment = str(backup.get("database_id")), str(backup.get("created_at") or "")
        if moment >= newest.get(database, ""):
            newest[database], stored_bytes[database] = moment, backup.get("db_size") or 0
    return {"stored_bytes": stored_bytes, **await projects(api, scope, raws)}


def _database(raw: Raw, scope: Scope) -> Description:
    """Database by the vCPUs of this moment; asleep it holds none."""
    database = parse(raw, scope)
    asleep = not raw.get("started", True)
    vcpus = 0 if asleep else raw.get("cpu_current") or 0
    size = scope.catalogue.get("stored_bytes", {}).get(database.own_id)
    return database.described(
        kept=[stored("block", "sqldb", gib(size))],
        running=components(machine("scaleway", "serverless", vcpus=vcpus)) if vcpus else (),
        state=ASLEEP if asleep and database.state == "ready" else None,
        info={"vcpus": str(vcpus)},
    )


def _backup(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(kept=[stored("snapshot", "backup", gib(raw.get("size")))])


SPECS = (
    ServiceSpec(
        kind="serverless_sqldb/database",
        listing=listing(
            "ListDatabases",
            DATABASES,
            "databases",
            kind="serverless_sqldb/database",
            permission=PERMISSION,
            lookup=_stored,
        ),
        describe=_database,
        states=STATES,
        searched_as="serverless_sqldb_database",
        reason="The vCPUs it holds at the moment of the listing, and what it stored when it was "
        "last backed up, which is daily.",
    ),
    ServiceSpec(
        kind="serverless_sqldb/backup",
        listing=listing(
            "ListDatabases",
            DATABASES,
            "databases",
            kind="serverless_sqldb/backup",
            permission=PERMISSION,
            lookup=projects,
            expand=_backups_of,
        ),
        describe=_backup,
        states=BACKUP_STATES,
        searched_as="serverless_sqldb_backup",
        reason="The stored size; backups lie on object storage.",
    ),
)
