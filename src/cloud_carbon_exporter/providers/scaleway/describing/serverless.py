"""Containers and functions: copies that come and go, in namespaces that say whose they are."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import LARGEST
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
    # Copies never are fewer than min_scale nor more than max_scale; null where none was set.
    least, most = float(raw.get("min_scale") or 0), float(raw.get("max_scale") or LARGEST)
    running = tuple(
        replace(part, least=least, most=max(least, most)) for part in per_unit(components(copy))
    )
    return program.described(running=running, info=info)
