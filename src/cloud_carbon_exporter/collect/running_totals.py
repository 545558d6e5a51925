"""Running sums of energy and emissions, of one resource or of one account."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Totals


class RunningTotals:
    """Joules and grams so far. They only rise: what is added is never negative."""

    __slots__ = ("embodied_grams", "energy_joules", "operational_grams")

    def __init__(self, so_far: Totals | None = None) -> None:
        self.energy_joules = so_far.energy_joules if so_far else 0.0
        self.operational_grams = so_far.operational_grams if so_far else 0.0
        self.embodied_grams = so_far.embodied_grams if so_far else 0.0

    def add(self, joules: float, operational_grams: float, embodied_grams: float) -> None:
        """Count a piece of time."""
        self.energy_joules += joules
        self.operational_grams += operational_grams
        self.embodied_grams += embodied_grams

    def frozen(self) -> Totals:
        """The sums as they stand now."""
        return Totals(self.energy_joules, self.operational_grams, self.embodied_grams)
