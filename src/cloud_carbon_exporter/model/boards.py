"""Boards that tell their watts, and those beside them that are silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from cloud_carbon_exporter.model.types import Component, Resource, Signal


class Boards(NamedTuple):
    """Of a component's boards: those that tell their watts, how many watts, and the silent ones."""

    told: Component
    watts: float
    silent: Component | None


def boards(component: Component, resource: Resource, loads: Mapping[Signal, float]) -> Boards:
    """A component's part of what the boards of a resource tell together.

    gpu_watts is the sum over the gpu_boards that told it; without those, over all. Boards of
    several components are told together, so each component has its share of either.
    """
    everything = sum(part.amount for part in resource.components if part.kind == "gpu")
    share = component.amount / everything if everything else 0.0
    watts = max(0.0, share * loads["gpu_watts"])
    told = min(loads.get("gpu_boards", everything), everything)
    if told >= everything:
        return Boards(component, watts, None)
    silent = replace(component, amount=share * (everything - told))
    return Boards(replace(component, amount=share * told), watts, silent)
