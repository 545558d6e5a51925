"""Hardware of a resource in a plan, read by the table `facts/plan_parts.csv`; facts/README has it.

A path of the table is looked up in the block a part stands in, then in the resource, then in what
it refers to (a launch template). "a|b" is the first of them that the configuration sets, else
that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import cast

from cloud_carbon_exporter.model import facts, machines
from cloud_carbon_exporter.model.quantities import GIB_PER_GIGABYTE
from cloud_carbon_exporter.model.types import Component, ComponentKind
from cloud_carbon_exporter.plan.counts import Count, count_of
from cloud_carbon_exporter.plan.regions import CLOUDS
from cloud_carbon_exporter.plan.source import Source
from cloud_carbon_exporter.plan.values import Values, number, reached, said, text

BY_USE = "draws by its use, which no plan tells"
_NOT_TOLD = {
    "by_use": BY_USE,
    "elsewhere": "is counted where it is used",
    "not_read": "draws by its use, or by a size that is not read from a plan",
}
_LOCAL = "local"
_BY_USE = "?"
_GIB = {"GiB": 1.0, "GB": GIB_PER_GIGABYTE}
# Scaleway shows the local disks of an Instance as volumes; its type alone holds none.
_DISKS_APART = frozenset({("scaleway", "instance/server")})


class NotTold(Exception):
    """Plan does not tell what a resource is; the message says why it cannot be estimated."""


class NotKnownYet(NotTold):
    """Plan does not tell it, and what it draws is of the kind that is estimated elsewhere."""


@cache
def rows_of(resource_type: str) -> tuple[facts.Row, ...]:
    """Rows of a type of resource; none of a type that nobody knows."""
    return tuple(row for row in facts.rows("plan_parts") if row["type"] == resource_type)


def parts_of(resource_type: str, values: Source) -> tuple[Component, ...]:
    """Hardware of a resource. Raises NotTold where the plan does not say what it is."""
    try:
        held = [part for part in _held(resource_type, values) if part.amount]
    except ValueError:  # of Component
        raise NotKnownYet("would hold more than there is") from None
    return tuple(replace(part, assumed=part.assumed or values.doubt) for part in held)


def _held(resource_type: str, values: Source) -> list[Component]:
    held: list[Component] = []
    bundled: list[Values] = []
    for row in rows_of(resource_type):
        if not _applies(row, values.may_be_said, ""):
            continue
        if row["part"] in _NOT_TOLD:
            raise NotTold(_NOT_TOLD[row["part"]])
        for block in _blocks(row, values):
            source = values.within(block) if block is not values.own else values
            if not _applies(row, partial(said, block), "."):
                continue
            if row["part"] == "ssd" and any(each in (block, values.own) for each in bundled):
                continue  # as of c3-standard-8-lssd: its disks stand beside it once more
            parts = _parts(row, source)
            if row["part"] == "machine" and any(part.kind == "ssd" for part in parts):
                bundled.append(block)
            held += _times(row, parts, count_of(row["times"], source))
    return held


def _applies(row: facts.Row, holds: Callable[[str], bool], mark: str) -> bool:
    """Whether a row is of a resource, or of a block of it: these conditions begin with a dot."""
    off = _conditions(row["off"], mark)
    only = _conditions(row["only"], mark)
    return not any(map(holds, off)) and (not only or any(map(holds, only)))


def _conditions(cell: str, mark: str) -> list[str]:
    conditions = filter(None, cell.split("|"))
    return [each.removeprefix(mark) for each in conditions if each.startswith(".") == bool(mark)]


def _blocks(row: facts.Row, values: Source) -> list[Values]:
    """Blocks a part stands in, one each; one that is made in any case has at least one."""
    if row["held_by"]:
        here = values.held_here(row["at"], row["held_by"], bool(row["always"]))
        if here is not None:
            return here
    blocks = values.blocks(row["at"])
    return blocks or ([values.own] if row["always"] else [])


def _parts(row: facts.Row, source: Source) -> list[Component]:
    return _machine(row, source) if row["part"] == "machine" else [_stored(row, source)]


def _times(row: facts.Row, parts: list[Component], count: Count) -> Iterator[Component]:
    for part in parts:
        assumed = part.assumed or row["assumed"] or count.assumed
        yield replace(part, amount=part.amount * count.value, assumed=assumed)


def _machine(row: facts.Row, source: Source) -> list[Component]:
    cloud = CLOUDS[row["type"].partition("_")[0]]
    name, why = _named(row, source)
    if not name:
        raise NotKnownYet(f"{row['name'].replace('|', ' or ')} is known only once it is applied")
    named = {"gcp": name.rpartition("/")[2].lower(), "scaleway": name.upper()}.get(cloud, name)
    machine = _with_boards(
        row, source, machines.machine(cloud, named, memory_gib=_memory(row, source))
    )
    parts = machines.components(machine)
    if (cloud, row["kind"]) in _DISKS_APART:
        parts = tuple(part for part in parts if part.kind not in ("ssd", "hdd"))
    return [replace(part, assumed=part.assumed or why) for part in parts]


def _memory(row: facts.Row, source: Source) -> float | None:
    """GiB of memory of a machine that is named by them; None where its type tells."""
    if not row["size"]:
        return None
    size = source.number(row["size"])
    if size is None:
        raise NotKnownYet(f"{row['size']} is known only once it is applied")
    return size * _GIB[row["unit"]]


def _with_boards(row: facts.Row, source: Source, machine: machines.Machine) -> machines.Machine:
    """Machine with the boards that are added to it; those of its type stand there once more."""
    boards = source.blocks(row["boards"]) if row["boards"] and not machine.gpus else []
    for board in boards:
        model, count = text(board, "type").rpartition("/")[2], number(board, "count")
        if model and count:
            return machines.machine(machine.provider, machine.name, gpu=model, gpus=count)
    return machine


def _stored(row: facts.Row, source: Source) -> Component:
    cloud = CLOUDS[row["type"].partition("_")[0]]
    name, why = _named(row, source)
    if row["part"] == "fixed":
        return Component("fixed", f"{cloud}/{name}", 1, assumed=why)
    size = source.number(row["size"]) if row["size"] else None
    if size is None:
        size, why = float(row["usual_size"]), "the size is not told by the plan"
    number_of, _, unit = row["unit"].rpartition(" ")
    amount = size * float(number_of or 1) * _GIB[unit]
    if name == _LOCAL or row["part"] == "ssd":
        return Component("ssd", "ssd", amount, assumed=why)
    part = f"{cloud}/{name.rpartition('/')[2] if cloud == 'gcp' and '://' in name else name}"
    return Component(cast(ComponentKind, row["part"]), part, amount, assumed=why)


def _named(row: facts.Row, source: Source) -> tuple[str, str]:
    """Name of a type or class in our tables' words, and why it had to be guessed."""
    told = source.text(row["name"])
    ours = dict(pair.split("=") for pair in row["names"].split())
    name = ours.get(told, told) or row["usual_name"]
    if name == _BY_USE:
        raise NotTold(f"{told} {BY_USE}")
    choices = set(map(str, reached(source.own, row["name"].partition("|")[0])))
    if len(choices) > 1:
        return name, f"the first of {len(choices)} types is taken"
    return name, ""
