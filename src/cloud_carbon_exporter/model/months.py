"""A calendar month of our own estimate, to hold beside what the provider reports of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """Emissions we counted for an account in the month [start, end), over [first, last) of it."""

    provider: str
    account_id: str
    start: float
    end: float
    operational_grams: float
    embodied_grams: float
    first: float
    last: float

    @property
    def grams(self) -> float:
        """Operational and embodied together, as the providers report them."""
        return self.operational_grams + self.embodied_grams

    @property
    def covered_ratio(self) -> float:
        """How much of the month was counted."""
        return (self.last - self.first) / (self.end - self.start)
