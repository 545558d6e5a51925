"""Serverless SQL Database: vCPUs that come and go."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def _database(raw: Raw, scope: Scope) -> Resource | None:
    """The API tells the vCPUs of this moment; asleep it holds none."""
    vcpus = raw.get("cpu_current") or 0 if raw.get("started", True) else 0
    parts = components(machine("scaleway", "serverless", vcpus=vcpus)) if vcpus else ()
    return resource(raw, scope, "serverless_sqldb/database", parts, info={"vcpus": str(vcpus)})


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
    reason="The vCPUs it holds at the moment of the listing; what it stores is not told.",
)
