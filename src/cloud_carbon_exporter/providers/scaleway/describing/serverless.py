"""Containers and functions: copies that come and go, in namespaces that say whose they are."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.scaleway.describing.hardware import per_unit
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope

MILLI = 1000


def copies(raw: Raw, scope: Scope, millicpus: float, memory_gib: float) -> Description:
    """Description of what runs in copies: one copy's limits for each that Cockpit counts."""
    # A container or function names its namespace, and the namespace alone its project.
    namespace = scope.catalogue.get("namespaces", {}).get(raw.get("namespace_id"), {})
    program = parse(raw, scope, project_id=str(namespace.get("project_id") or ""))
    copy = machine(
        "scaleway", "serverless", vcpus=millicpus / MILLI or None, memory_gib=memory_gib or None
    )
    info = {"namespace": str(namespace.get("name") or ""), "state": program.state}
    return program.described(running=per_unit(components(copy)), info=info)
