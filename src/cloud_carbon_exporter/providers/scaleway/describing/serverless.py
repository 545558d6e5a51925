"""Containers and functions: copies that come and go, in namespaces that say whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import LARGEST, Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope

MILLI = 1000

# In error is what could not start (Scaleway's page "My function is in an error state"). A version
# before it may still serve: then Cockpit counts its copies.
NEVER_STARTED = "error"


def copies(raw: Raw, scope: Scope, millicpus: float, memory_gib: float) -> Description:
    """Description of what runs in copies: one copy's limits for each that Cockpit counts."""
    # A container or function names its namespace, and the namespace alone its project.
    namespace = scope.catalogue.get("namespaces", {}).get(raw.get("namespace_id"), {})
    program = parse(raw, scope, project_id=str(namespace.get("project_id") or ""))
    copy = machine(
        "scaleway", "serverless", vcpus=millicpus / MILLI or None, memory_gib=memory_gib or None
    )
    info = {"namespace": str(namespace.get("name") or ""), "state": program.state}
    held = _copies_of(components(copy), _scale(raw, program.state))
    return program.described(running=held, info=info)


def _scale(raw: Raw, state: str) -> tuple[float, float]:
    """Copies there are at least and at most, as the program is configured; null where not set."""
    if state == NEVER_STARTED:
        return 0, 0
    least = float(max(0, raw.get("min_scale") or 0))
    most = float(raw.get("max_scale") or LARGEST)
    return least, max(least, most)


def _copies_of(parts: Iterable[Component], scale: tuple[float, float]) -> tuple[Component, ...]:
    """Hardware of one copy, held once for each copy that runs."""
    least, most = scale
    return tuple(replace(part, per="capacity_units", least=least, most=most) for part in parts)
