"""Rows of advice in the state file: what people have decided, and what was told of resources.

["decision", advice id, "accepted" or "dismissed", when]
["told", kind, [resource id, kind, name, provider, account, region, zone, on premises, host type],
 [[part, ...], ...], {signal: load}, becomes, told at, seen at, way or "", since]

A row that another version wrote and this one does not know is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

from cloud_carbon_exporter.model.advice import ADVICE_KINDS, DECISIONS, Decision
from cloud_carbon_exporter.model.followed import WAYS, Told
from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.storage.life_rows import component_values, read_component
from cloud_carbon_exporter.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person has decided about a piece of advice, and when."""

    advice_id: str
    decision: Decision
    at: float

    def row(self) -> Row:
        """As the file has it."""
        return ["decision", self.advice_id, self.decision, self.at]


def told_row(told: Told) -> Row:
    """A piece of advice that was told, as the file has it."""
    resource = told.resource
    identity = (resource.id, resource.kind, resource.name, *astuple(resource.location))
    return [
        "told",
        told.kind,
        [*identity, resource.info.get("host_type", "")],
        [component_values(part) for part in resource.components],
        dict(told.loads),
        told.becomes,
        told.told_at,
        told.seen_at,
        told.way or "",
        told.since,
    ]


def read_advice(rows: Iterable[Row]) -> Iterator[Decided | Told]:
    """What the rows of an earlier process say. Raises ValueError or TypeError for nonsense."""
    for name, *values in rows:
        if name == "decision":
            advice_id, decision, at = values
            if decision in DECISIONS:
                yield Decided(str(advice_id), decision, float(at))
            continue
        told = _told(values)
        if told is not None:
            yield told


def _told(values: Row) -> Told | None:
    """Advice that was told; None of what this version has no word for, or takes for no part."""
    kind, identity, parts, loads, becomes, told_at, seen_at, way, since = values
    resource_id, resource_kind, name, provider, account, region, zone, on_premises, host = identity
    if kind not in ADVICE_KINDS or way not in ("", *WAYS):
        return None
    components: list[Component] = []
    for part in parts:
        try:
            components.append(read_component(*part))
        except ValueError:
            return None
    return Told(
        kind,
        Resource(
            str(resource_id),
            str(resource_kind),
            str(name),
            Location(provider, account, region, zone, bool(on_premises)),
            tuple(components),
            info={"host_type": str(host)} if host else {},
        ),
        {str(signal): float(load) for signal, load in loads.items()},
        str(becomes),
        float(told_at),
        float(seen_at),
        way or None,
        float(since),
    )
