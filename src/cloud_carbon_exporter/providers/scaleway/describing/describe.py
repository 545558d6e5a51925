"""What describing Scaleway's objects has in common: tags, places, sizes, and machines taken several
times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, machine
from cloud_carbon_exporter.model.types import Component, ComponentKind, Resource
from cloud_carbon_exporter.providers.spec import Raw, Scope

GIB = 1024**3
UNNAMED = "S"  # how our tables call a managed node by its size alone


def gib(size_bytes: Any) -> float:
    """Bytes as the API counts them (null where it does not say) in GiB."""
    return (size_bytes or 0) / GIB


def tags_of(raw: Raw) -> dict[str, str]:
    """Scaleway's tags are plain words: "team=web" and "team:web" are a key and its value, "prod"
    alone is true.
    """
    tags: dict[str, str] = {}
    for word in raw.get("tags") or ():
        text = str(word)
        cut = min((at for at in (text.find("="), text.find(":")) if at > 0), default=-1)
        key, value = (text[:cut], text[cut + 1 :]) if cut > 0 else (text, "true")
        if key.strip():
            tags.setdefault(key.strip(), value.strip())
    return tags


def project_of(raw: Raw) -> str:
    """The id of the project an object belongs to; Instances call the field `project`, all others
    `project_id`.
    """
    return str(raw.get("project_id") or raw.get("project") or "")


def resource(
    raw: Raw,
    scope: Scope,
    kind: str,
    parts: Iterable[Component],
    *,
    identity: str = "",
    project: str = "",
    info: Mapping[str, str] | None = None,
) -> Resource:
    """The Resource of an object that has Scaleway's usual fields: id, name, zone or region,
    project, tags.

    Raises KeyError without an id, TypeError where that is neither text nor, as dedibox has it, a
    whole number.
    """
    if not isinstance(raw["id"], str | int) or raw["id"] == "":
        raise TypeError("an id that is none")
    project_id = project or project_of(raw)
    zone = str(raw.get("zone") or scope.zone)
    region = zone.rsplit("-", 1)[0] if zone else str(raw.get("region") or scope.region)
    name_of_project = str(scope.catalogue.get("projects", {}).get(project_id, project_id))
    told = {"project": name_of_project, **(info or {})}
    return Resource(
        id=identity or str(raw["id"]),
        kind=kind,
        name=str(raw.get("name") or raw.get("hostname") or ""),
        location=scope.location(region, zone),
        components=tuple(part for part in parts if part.amount > 0),
        tags=tags_of(raw),
        monitor={"resource_id": str(raw["id"]), "project_id": project_id},
        info={key: value for key, value in told.items() if value},
    )


def times(parts: Iterable[Component], count: float) -> tuple[Component, ...]:
    """The same hardware `count` times over: nodes of a cluster, replicas."""
    return tuple(replace(part, amount=part.amount * count) for part in parts)


def per_unit(parts: Iterable[Component]) -> tuple[Component, ...]:
    """The same hardware for each unit the service has scaled to."""
    return tuple(replace(part, per="capacity_units") for part in parts)


def guessed(parts: Iterable[Component], why: str) -> tuple[Component, ...]:
    """The same hardware, marked as guessed."""
    return tuple(replace(part, assumed=part.assumed or why) for part in parts)


def stored(kind: ComponentKind, part: str, amount_gib: float) -> Component:
    """A volume, snapshot, file system... of a class."""
    return Component(kind=kind, part=f"scaleway/{part}", amount=amount_gib)


def node_type(raw: Raw, scope: Scope) -> Mapping[str, Any]:
    """The entry of the product's own list of node types for this object; empty where it has none."""
    found: Mapping[str, Any] = scope.catalogue.get("node_types", {}).get(
        str(raw.get("node_type")).lower(), {}
    )
    return found


def node_machine(raw: Raw, scope: Scope, *, prefix: str = "", named: bool = True) -> Machine:
    """The hardware of one node of a managed product: an Instance type under another name
    (KAFK-PRO2-S is a PRO2-S).

    prefix: what to take off the name. named: whether the name tells an Instance type at all.
    """
    known = node_type(raw, scope)
    name = str(raw.get("node_type") or "unknown").upper().removeprefix(prefix) if named else UNNAMED
    memory_bytes = known.get("memory_bytes", known.get("memory"))
    return machine(
        "scaleway",
        name,
        vcpus=known.get("vcpus") or None,
        memory_gib=gib(memory_bytes) if memory_bytes else None,
    )


def volume(raw: Raw, nodes: float) -> tuple[Component, ...]:
    """The data volume every node of a managed database has of its own; local where its class says
    so.
    """
    held = raw.get("volume") or {}
    size_gib = gib(held.get("size_bytes", held.get("size"))) * nodes
    part = {"lssd": "ssd", "bssd": "scaleway/b_ssd"}.get(
        str(held.get("type")), f"scaleway/{held.get('type')}"
    )
    return (Component(kind="ssd" if part == "ssd" else "block", part=part, amount=size_gib),)


def described(of: Machine) -> dict[str, str]:
    """What the info family tells of a machine."""
    told = {"host_type": of.name, "architecture": of.architecture, "cpu": of.cpu}
    return {key: value for key, value in told.items() if value}
