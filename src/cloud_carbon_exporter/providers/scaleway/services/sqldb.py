"""Serverless SQL Database: vCPUs that come and go."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# No word of the API: a database that is `ready` says in another field whether it has started. It
# falls asleep after five minutes without a query, and is then charged for its storage alone.
ASLEEP = "asleep"

STATES = states(running="ready restoring error locked", stopped=ASLEEP, gone="creating deleting")


def _database(raw: Raw, scope: Scope) -> Description:
    """Database by the vCPUs of this moment; asleep it holds none."""
    database = parse(raw, scope)
    asleep = not raw.get("started", True)
    vcpus = 0 if asleep else raw.get("cpu_current") or 0
    return database.described(
        running=components(machine("scaleway", "serverless", vcpus=vcpus)) if vcpus else (),
        state=ASLEEP if asleep and database.state == "ready" else None,
        info={"vcpus": str(vcpus)},
    )


SPEC = ServiceSpec(
    kind="serverless_sqldb/database",
    listing=listing(
        "ListDatabases",
        "serverless-sqldb/v1alpha1/regions/{region}/databases",
        "databases",
        kind="serverless_sqldb/database",
        permission="ServerlessSQLDatabaseReadOnly",
        lookup=projects,
    ),
    describe=_database,
    states=STATES,
    searched_as="serverless_sqldb_database",
    reason="The vCPUs it holds at the moment of the listing; what it stores is not told.",
)
