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


class Board(NamedTuple):
    """An accelerator's watts, and the watts of its nodes for each watt of its limit.

    at_rest, at_limit: the node's, while its boards idle, and while they draw what they may.
    """

    name: str
    node: str
    idle: Figure
    most: Figure
    at_rest: Figure
    at_limit: Figure

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


class Overhead(NamedTuple):
    """Watts of a node for one board, how far they may be off, and more of them a board's watt."""

    value: float
    down: float
    up: float
    slope: float


@cache
def _nodes() -> dict[str, str]:
    return {row["accelerator"]: row["node"] for row in facts.rows("accelerator_nodes")}


@lru_cache(maxsize=4096)
def board(part: str) -> Board:
    """The accelerator of that name, else the one that stands for those nobody knows."""
    name = part if f"gpu.{part}.max_watts" in facts.figures() else "default"
    node = _nodes()[name]
    return Board(
        name,
        f"node.{node}",
        figure(f"gpu.{name}.idle_watts"),
        figure(f"gpu.{name}.max_watts"),
        figure(f"node.{node}.idle_ratio"),
        figure(f"node.{node}.full_ratio"),
    )


def overhead(of: Board, watts: float) -> Overhead:
    """What the node draws for a board that draws so many watts itself."""
    idle, limit = of.idle.value, of.most.value
    span = limit - idle
    share = max(0, (watts - idle) / span) if span > 0 else 1
    rest, full = of.at_rest, of.at_limit
    return Overhead(
        limit * (rest.value + (full.value - rest.value) * share),
        limit * (rest.down + (full.down - rest.down) * share),
        limit * (rest.up + (full.up - rest.up) * share),
        limit * (full.value - rest.value) / span if share and span > 0 else 0,
    )


def node_watts(part: str, amount: float, watts: float) -> float:
    """Watts of so many boards that tell theirs, with what their node draws for them."""
    return watts + amount * overhead(board(part), watts / amount).value if amount else watts
