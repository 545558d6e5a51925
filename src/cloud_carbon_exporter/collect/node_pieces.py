"""Pieces of counted time of machines and disks, kept for whoever shares them out."""

from __future__ import annotations

from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.kubernetes.machines import KINDS
from cloud_carbon_exporter.kubernetes.shares import Counted
from cloud_carbon_exporter.model.types import Resource


class NodePieces:
    """What was counted of what may be in a cluster, until it is taken. One caller at a time.

    wanted: whether there is anybody to take it.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._pieces: list[Counted] = []

    def add(self, resource: Resource, piece: Piece) -> None:
        """Keep a piece of a resource's time."""
        if self.wanted and resource.kind in KINDS:
            self._pieces.append(Counted(resource.id, *piece[:5], resource))

    def take(self) -> list[Counted]:
        """All that was counted since this was last asked."""
        taken, self._pieces = self._pieces, []
        return taken
