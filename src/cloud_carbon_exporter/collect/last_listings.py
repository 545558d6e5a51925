"""Last listings: when each sweep went well as a whole, held against starts that a cloud tells."""

from __future__ import annotations

import math

from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model.types import Resource

# A start that lies further before a listing that did not hold it is of another clock than ours, as
# where a machine runs ahead. Less is a listing that lags (Cloud Asset Inventory) or takes its time.
LAG_SECONDS = 600.0


class LastListings:
    """Moments of the last listings of which no part failed."""

    def __init__(self) -> None:
        self._listed_at: dict[SweepKey, float] = {}

    def note(self, sweep: SweepKey, at: float) -> None:
        """A listing went well as a whole."""
        self._listed_at[sweep] = at

    def missing_at(self, sweep: SweepKey, resource: Resource) -> float:
        """When a listing had not yet what is new in it, against the start that its cloud tells."""
        listed_at = self._listed_at.get(sweep, -math.inf)
        lags = resource.started is not None and resource.started >= listed_at - LAG_SECONDS
        return -math.inf if lags else listed_at

    def move(self, seconds: float) -> None:
        """The clock was set."""
        for sweep in self._listed_at:
            self._listed_at[sweep] += seconds
