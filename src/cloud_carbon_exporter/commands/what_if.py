"""What-if of `report`: another region, the best ones, other machines; as sections and as JSON."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.machine_swap import Swap, swap_of
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.what_if import region_of, what_if
from cloud_carbon_exporter.model.what_if_machines import (
    better_regions,
    what_if_machines,
    with_machines,
)
from cloud_carbon_exporter.reporting import what_if as region_report
from cloud_carbon_exporter.reporting import what_if_machines as machine_report
from cloud_carbon_exporter.reporting.tables import Section
from cloud_carbon_exporter.web.api.what_if import what_if_object

BEST = "best"
OFFERED = 5
"""Best regions that are told, of each cloud."""

_MACHINES = "machine-type="


class Wish(NamedTuple):
    """What is asked for: a region, or the best ones; and machines that are replaced."""

    there: tuple[str, str] | None = None
    best: bool = False
    swap: Swap | None = None


def read(text: str) -> Wish:
    """Wish of a flag. Raises ConfigError for a region or a machine nobody knows."""
    wish = Wish()
    try:
        for part in filter(None, text.split(",")):
            if part.startswith(_MACHINES):
                wish = wish._replace(swap=swap_of(part.removeprefix(_MACHINES)))
            elif part.removeprefix("region=") == BEST:
                wish = wish._replace(best=True)
            else:
                wish = wish._replace(there=region_of(part))
    except ValueError as error:
        raise ConfigError(f"-what-if: {error}") from None
    return wish


def sections(wish: Wish, snapshot: Snapshot) -> list[Section]:
    """What is told to a person."""
    told: list[Section] = []
    if wish.swap is not None:
        told.append(machine_report.section(what_if_machines(snapshot, wish.swap)))
    if wish.there is not None:
        moved = what_if(_estate(wish, snapshot), *wish.there)
        machines = f"machines of {wish.swap.new}" if wish.swap else ""
        told.append(region_report.section(moved, snapshot.taken_at, machines))
    if wish.best:
        told.append(machine_report.best(better_regions(snapshot, OFFERED)))
    return told


def document(wish: Wish, snapshot: Snapshot) -> dict[str, Any]:
    """What is told to a program: members of the report's object."""
    told: dict[str, Any] = {}
    if wish.swap is not None:
        told["what_if_machines"] = machine_report.machines_object(
            what_if_machines(snapshot, wish.swap)
        )
    if wish.there is not None:
        told["what_if"] = what_if_object(what_if(_estate(wish, snapshot), *wish.there))
    if wish.best:
        found = better_regions(snapshot, OFFERED)
        told["best_regions"] = list(map(machine_report.region_object, found))
    return told


def _estate(wish: Wish, snapshot: Snapshot) -> Snapshot:
    """What moves: with other machines where they are wished for as well."""
    return snapshot if wish.swap is None else with_machines(snapshot, wish.swap)
