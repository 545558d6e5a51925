"""Apple silicon: Mac minis by the day."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import described, gib, resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "AppleSiliconReadOnly"


def _server(raw: Raw, scope: Scope) -> Resource | None:
    """The GPU of these chips shares their power figure, so it is no part of its own."""
    name = str(raw["type"])
    known = scope.catalogue.get("types", {}).get(name.lower(), {})
    cpu = known.get("cpu") or {}
    of = machine(
        "scaleway",
        name,
        vcpus=(cpu.get("core_count") or 0) * (cpu.get("sockets") or 1) or None,
        memory_gib=gib((known.get("memory") or {}).get("capacity")) or None,
        architecture="arm64",
        cpu=cpu.get("name") or None,
        ssd_gib=gib((known.get("disk") or {}).get("capacity")) or None,
    )
    return resource(raw, scope, "apple_silicon/server", components(of), info=described(of))


SPEC = ServiceSpec(
    kind="apple_silicon/server",
    listing=listing(
        "ListServers",
        "apple-silicon/v1alpha1/zones/{zone}/servers",
        "servers",
        kind="apple_silicon/server",
        permission=PERMISSION,
        lookup=entries(
            "types",
            "ListServerTypes",
            "apple-silicon/v1alpha1/zones/{zone}/server-types",
            "server_types",
            permission=PERMISSION,
            paged=False,
        ),
    ),
    describe=_server,
    reason="A whole Mac: chip, memory and disk of its type. Scaleway measures no utilisation of it.",
)
