"""Power curves: what one unit of each kind of hardware draws by its load, with its interval.

A unit is a hardware thread, a GiB, a board, a byte a second, a request a second or a thing. The
wall power of measured servers, without their memory, gives the curve of a thread; published figures
give the rest. Curves never fall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt

from cloud_carbon_exporter.model import facts, memory, nodes, production_gap, server, server_power
from cloud_carbon_exporter.model.doubts import doubt
from cloud_carbon_exporter.model.errors import Errors, product, rising
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.hosts import POOLED, names, shown
from cloud_carbon_exporter.model.loads import LEVELS, interpolate
from cloud_carbon_exporter.model.thread_watts import thread
from cloud_carbon_exporter.model.types import ComponentKind

_FIGURE = {
    "memory": "memory.{}.watts_per_gib",
    "ssd": "storage.{}.watts_per_gib",
    "hdd": "storage.{}.watts_per_gib",
    "block": "storage.{}.watts_per_gib",
    "object": "storage.{}.watts_per_gib",
    "file": "storage.{}.watts_per_gib",
    "snapshot": "storage.{}.watts_per_gib",
    "network": "network.{}.joules_per_byte",
    "requests": "requests.{}.joules_per_request",
    "fixed": "fixed.{}.watts",
}
_DEFAULT_PART = {
    "ssd": "ssd",
    "hdd": "hdd",
    "network": "default",
    "requests": "default",
} | {kind: f"default/{kind}" for kind in ("block", "object", "file", "snapshot")}


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Watts of one unit at ascending loads, and the errors of each.

    One load (0) where the draw follows from size alone. errors: of the watts at each load, all by
    the same facts. assumed: why this is not the part that was asked for. doubt: why the watts are
    no better than assumed though the part is known; the rows have the interval of that.
    """

    loads: tuple[float, ...]
    watts: tuple[float, ...]
    errors: tuple[Errors, ...]
    facts: tuple[str, ...]
    unit: str
    source: str
    assumed: str = ""
    doubt: str = ""

    def at(self, load: float) -> float:
        """Watts of a unit at `load`, 0..1."""
        return self.watts[0] if len(self.loads) == 1 else interpolate(self.loads, self.watts, load)

    def errors_at(self, load: float) -> Errors:
        """Errors of the watts of a unit at `load`, on straight lines between the loads known."""
        left = self.loads[0]
        for index in range(1, len(self.loads)):
            right = self.loads[index]
            if load <= right:
                far = (load - left) / (right - left)
                return _between(self.errors[index - 1], self.errors[index], far)
            left = right
        return self.errors[-1]


def _between(near: Errors, other: Errors, far: float) -> Errors:
    return Errors(
        near.facts,
        tuple([a + (b - a) * far for a, b in zip(near.down, other.down, strict=True)]),
        tuple([a + (b - a) * far for a, b in zip(near.up, other.up, strict=True)]),
    )


@lru_cache(maxsize=65536)
def draw(kind: ComponentKind, part: str) -> Draw:
    """Power curve of one unit of a part; never an error.

    A part nobody knows gets the default of its kind, and says so; so does one whose row is a guess.
    """
    found = _draw(kind, part)
    if found.assumed or found.doubt:
        return found
    return replace(found, doubt=doubt(found.facts, f"watts of {shown(part)}"))


def _draw(kind: ComponentKind, part: str) -> Draw:
    if kind == "vcpu":
        return _of_processor(part)
    if kind == "gpu":
        return _of_board(part)
    if kind == "memory" and memory.is_dram(part):
        return _of_memory(part)
    known = facts.figures().get(_FIGURE[kind].format(part))
    if known:
        return _flat(known)
    if kind == "memory":
        return _of_memory(memory.DRAM, f"unknown {kind} {part}")
    stand_in = figure(_FIGURE[kind].format(_DEFAULT_PART.get(kind, "default")))
    return _flat(stand_in, f"unknown {kind} {part}")


def _of_processor(part: str) -> Draw:
    """A thread: of a server somebody described, of a family with several processors, or of one."""
    described = server.parse(part)
    if described:
        return _of_rented(described) if server.is_rented(part) else _of_server(described)
    return _of_pool(part) if POOLED in part else _of_share(part)


def _of_share(part: str) -> Draw:
    """A thread of a host, and its share of the hosts and switches beside it that nobody is given.

    Who rents all threads of a host has the same: hosts like it wait for the next. A machine that
    stands in a cloud as it was bought does not.
    """
    curve = _of_thread(part)
    return curve if is_whole_machine(part) else _with_spare(curve)


def _with_spare(curve: Draw) -> Draw:
    """Spare capacity: no cloud says how much of it is whose, so that it is in the interval alone.

    The benchmark, and so a server that somebody describes, knows none.
    """
    spare = figure("model.spare_capacity.ratio")
    errors: list[Errors] = []
    for watts, known in zip(curve.watts, curve.errors, strict=True):
        errors.append(known.also(spare.id, watts * spare.down, watts * spare.up))
    return replace(curve, errors=tuple(errors), facts=(*curve.facts, spare.id))


def _of_rented(described: server.Server) -> Draw:
    """A server that a cloud rents whole: as such a server measures, or up to what a host draws.

    The gap to production is that of EC2's hosts. Of a plain server nobody measured one, and what
    Scaleway says of its own shows none (docs/scaleway.md), so that it is in the interval alone.
    """
    curve, hosted = _of_server(described), _of_thread(server.host_part(described))
    dram = tuple(each.value for each in memory.watts(described.memory_gib, described.sockets))
    errors: list[Errors] = []
    for load, watts, known in zip(curve.loads, curve.watts, curve.errors, strict=True):
        of_memory = interpolate(hosted.loads, dram, load) / described.threads
        more = hosted.at(load) + of_memory - watts
        errors.append(known.also(production_gap.FACT, 0, max(0, more)))
    used = (*curve.facts, *production_gap.IDS)
    return _with_spare(replace(curve, errors=rising(curve.watts, errors), facts=used))


def _flat(known: Figure, assumed: str = "") -> Draw:
    """The same at every load: the draw follows from size alone."""
    source = f"{known.source} ({known.year})"
    return Draw((0,), (known.value,), (known.errors,), (known.id,), known.unit, source, assumed)


def _of_memory(part: str, assumed: str = "") -> Draw:
    """A GiB of DRAM: by the load of the processor beside it, and the size of its modules."""
    curve = memory.curve(part)
    row = figure(memory.IDS[0])
    return Draw(
        tuple(LEVELS.values()),
        tuple(each.value for each in curve),
        tuple(each.errors for each in curve),
        memory.IDS,
        row.unit,
        f"{row.source} ({row.year})",
        assumed,
    )


def _of_board(part: str) -> Draw:
    """An accelerator and its share of the node: from idle to what a busy board draws.

    A busy board draws less than it may.
    """
    board, busy = nodes.board(part), figure("gpu.full_load_ratio")
    idle, most = board.idle, board.most
    full = max(idle.value, most.value * busy.value)
    rest, work = nodes.overhead(board, idle.value), nodes.overhead(board, full)
    # what is wrong about a board, or a node, is wrong at rest and at work; how much of its limit a
    # busy board draws is one figure for all boards
    fact = f"gpu.{board.name}"
    at_rest = Errors((fact, busy.id, board.node), (idle.down, 0, rest.down), (idle.up, 0, rest.up))
    at_work = product(most.value, Errors((fact,), (most.down,), (most.up,)), busy.factor)
    at_work = at_work.times(1 + work.slope).also(board.node, work.down, work.up)
    known = board.name == part
    return Draw(
        (0, 1),
        (idle.value + rest.value, full + work.value),
        (at_rest, at_work.within(full + work.value)),
        (*board.facts, busy.id),
        "W/board",
        f"{most.source} ({most.year})",
        "" if known else f"unknown accelerator {part}",
        board.doubt if known else "",
    )


def is_whole_machine(name: str) -> bool:
    """Whether a processor's row is a desktop machine, memory included, as its maker measured it.

    Such a machine stands in a cloud as it was bought, so that the gap to production is not its own.
    """
    return f"embodied.machine.{name}.grams" in facts.figures()


def _of_pool(part: str) -> Draw:
    """A thread of one of several microarchitectures: as the first, and as unsure as all of them."""
    first, *others = curves = [_of_share(name) for name in part.split(POOLED)]
    errors: list[Errors] = []
    for level, value in enumerate(first.watts):
        down, up = first.errors[level].reach()
        low, high = value - down, value + up
        for curve in curves:
            below, above = curve.errors[level].reach()
            low = min(low, curve.watts[level] - below)
            high = max(high, curve.watts[level] + above)
        # beside what the first one's figures may be wrong by: that it is not the first
        less = sqrt(max(0, (value - low) ** 2 - down**2))
        more = sqrt(max(0, (high - value) ** 2 - up**2))
        errors.append(first.errors[level].also(f"processors.{names(part)}", less, more))
    used = (*first.facts, *(other.facts[0] for other in others))
    return replace(first, errors=tuple(errors), facts=used)


def _of_thread(part: str) -> Draw:
    """A hardware thread of a cloud host: that of the benchmark machine and the gap to production.

    The gap does not grow with what is wrong about the benchmark machine: hosts that were measured
    say what there is in all.
    """
    held = thread(part)
    name = held.microarchitecture
    in_production = not is_whole_machine(name)
    watts: list[float] = []
    errors: list[Errors] = []
    for level, measured in zip(LEVELS, held.watts, strict=True):
        value = measured.value
        errs = Errors((f"processors.{name}",), (value - measured.low,), (measured.high - value,))
        if in_production:
            gap = production_gap.gap(level, value, held.tdp_watts)
            value, errs = value + gap.more, errs.also(production_gap.FACT, gap.down, gap.up)
        watts.append(max(value, *watts, 0))
        errors.append(errs)
    ids = (*held.facts, *(production_gap.IDS if in_production else ()))
    loads = tuple(LEVELS.values())
    bounds = rising(watts, errors)
    return Draw(loads, tuple(watts), bounds, ids, "W/thread", held.source, held.assumed)


def _of_server(described: server.Server) -> Draw:
    """A whole server, memory included, as such a server measures; spread over its threads."""
    curve = server_power.curve(described)
    unit = 1 / described.threads
    watts: list[float] = []
    errors: list[Errors] = []
    for value, low, high in zip(curve.watts, curve.low, curve.high, strict=True):
        watts.append(value * unit)
        fact = (f"server.{described.microarchitecture}",)
        errors.append(Errors(fact, ((value - low) * unit,), ((high - value) * unit,)))
    return Draw(
        curve.loads,
        tuple(watts),
        rising(watts, errors),
        curve.facts,
        "W/thread",
        curve.source,
        described.assumed,
    )
