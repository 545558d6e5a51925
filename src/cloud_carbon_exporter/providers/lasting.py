"""Lasting kinds: what is made to be kept for days, so that its empty lists may rest.

All else may live for minutes: instances, tasks, jobs, runs, nodes and the disks they come with.
"""

from __future__ import annotations

from cloud_carbon_exporter.providers.spec import ServiceSpec

# Names of types, the second half of a kind. What is not here is taken as brief, as a list call too
# many costs nothing, and a life that nobody saw is lost for ever.
LASTING_TYPES = frozenset(
    # Kept bytes.
    {"bucket", "table", "file_system", "filesystem", "repository", "namespace", "backup_vault"}
    | {"snapshot", "db_snapshot", "backup", "image", "machine_image"}
    # Doors that requests come through; they draw by request, which monitoring counts.
    | {"rest_api", "api", "distribution", "event_bus", "topic", "queue", "stream"}
    | {"state_machine", "work_group", "foundation_model"}
    # What joins networks, and machines that are rented by the month.
    | {"transit_gateway", "vpn_connection", "client_vpn_endpoint", "vpc_endpoint"}
    | {"outpost", "workspace", "domain"}
)


def may_be_brief(spec: ServiceSpec) -> bool:
    """Whether a thing of the kind may have come and gone between two refreshes."""
    if spec.lasting is not None:
        return not spec.lasting
    return spec.kind.partition("/")[2] not in LASTING_TYPES
