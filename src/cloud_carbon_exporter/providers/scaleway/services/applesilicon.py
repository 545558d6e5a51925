"""Apple silicon: Mac minis by the day."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.catalogue import beside, impact
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    catalogue_entry,
    gib,
    machine_info,
    memory_gib,
)
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "AppleSiliconReadOnly"

# A Mac is the customer's, and billed, from its creation to its deletion, which Apple's licence does
# not allow within 24 hours. No state of it is off.
STATES = states(
    running="starting ready error rebooting updating locking locked unlocking reinstalling busy"
)


def _server(raw: Raw, scope: Scope) -> Description:
    """Mac of a type. The GPU of a chip shares its power figure, so it is no part of its own."""
    name = str(raw["type"])
    server_type = catalogue_entry(scope, "types", name)
    cpu = server_type.get("cpu") or {}
    memory = server_type.get("memory") or {}
    disk = server_type.get("disk") or {}
    mac = machine(
        "scaleway",
        name,
        vcpus=(cpu.get("core_count") or 0) * (cpu.get("sockets") or 1) or None,
        memory_gib=memory_gib(memory.get("capacity")) or None,
        architecture="arm64",
        cpu=cpu.get("name") or None,
        ssd_gib=gib(disk.get("capacity")) or None,
    )
    server = parse(raw, scope)
    return server.described(
        running=components(mac),
        info={**machine_info(mac), **impact(scope, name, server.location.zone)},
    )


SPEC = ServiceSpec(
    kind="apple_silicon/server",
    listing=listing(
        "ListServers",
        "apple-silicon/v1alpha1/zones/{zone}/servers",
        "servers",
        kind="apple_silicon/server",
        permission=PERMISSION,
        lookup=beside(
            entries(
                "types",
                "ListServerTypes",
                "apple-silicon/v1alpha1/zones/{zone}/server-types",
                "server_types",
                permission=PERMISSION,
                # This list knows no pages.
                paged=False,
            ),
        ),
    ),
    describe=_server,
    states=STATES,
    searched_as="apple_silicon_server",
    reason="A whole Mac: chip, memory and disk of its type. Scaleway measures no utilisation of "
    "it.",
    # Apple's licence keeps it for 24 hours at least.
    lasting=True,
)
