"""Nodes of accelerators: what a machine draws for its boards, beside the boards themselves.

Switches between boards, network cards, fans, and what power supplies lose. `accelerator_nodes.csv`
says what nodes a board is built into, `nodes.csv` what such nodes draw for each watt of the boards'
limits. It follows what the boards draw, so that a node draws the same whether monitoring tells the
load of its boards or their watts; a machine with some of a node's boards bears their share.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure


class Overhead(NamedTuple):
    """Watts of a node for one board, how far they may be off, and more of them a board's watt."""

    value: float
    down: float
    up: float
    slope: float


class Board(NamedTuple):
    """An accelerator's watts, and the watts of its nodes for each watt of its limit.

    at_rest, at_limit: the node's, while its boards idle, and while they draw what they may. rest:
    watts of the node while the board idles; more: for each watt that it draws above that.
    """

    name: str
    node: str
    idle: Figure
    most: Figure
    at_rest: Figure
    at_limit: Figure
    rest: Overhead
    more: Overhead

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the rows, the board's first."""
        return (self.idle.id, self.most.id, self.at_rest.id, self.at_limit.id)

    @property
    def doubt(self) -> str:
        """Why the draw is no better than assumed though the board is known: a row is a guess."""
        guessed = "assumed" in (self.idle.basis, self.most.basis)
        return f"assumed watts of {self.name}" if guessed else self.node_doubt

    @property
    def node_doubt(self) -> str:
        """The same of what its node draws beside it."""
        guessed = "assumed" in (self.at_rest.basis, self.at_limit.basis)
        return f"assumed node of {self.name}" if guessed else ""


@cache
def _nodes() -> dict[str, str]:
    return {row["accelerator"]: row["node"] for row in facts.rows("accelerator_nodes")}


@lru_cache(maxsize=4096)
def board(part: str) -> Board:
    """The accelerator of that name, else the one that stands for those nobody knows."""
    name = part if f"gpu.{part}.max_watts" in facts.figures() else "default"
    node = _nodes()[name]
    idle, most = figure(f"gpu.{name}.idle_watts"), figure(f"gpu.{name}.max_watts")
    rest, full = figure(f"node.{node}.idle_ratio"), figure(f"node.{node}.full_ratio")
    limit = most.value
    rate = limit / (limit - idle.value) if limit > idle.value else 0
    slope = (full.value - rest.value) * rate
    return Board(
        name,
        f"node.{node}",
        idle,
        most,
        rest,
        full,
        Overhead(limit * rest.value, limit * rest.down, limit * rest.up, 0),
        Overhead(slope, (full.down - rest.down) * rate, (full.up - rest.up) * rate, slope),
    )


def overhead(of: Board, watts: float) -> Overhead:
    """What the node draws for a board that draws so many watts itself."""
    rest, above = of.rest, watts - of.idle.value
    if above <= 0:
        return rest
    more = of.more
    return Overhead(
        rest.value + more.value * above,
        rest.down + more.down * above,
        rest.up + more.up * above,
        more.slope,
    )


def node_watts(part: str, amount: float, watts: float) -> float:
    """Watts of so many boards that tell theirs, with what their node draws for them."""
    return watts + amount * overhead(board(part), watts / amount).value if amount else watts
