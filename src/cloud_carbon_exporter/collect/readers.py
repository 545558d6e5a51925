"""Readers of a sweep: which ServiceSpec accepts an object of its Listing."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.providers.spec import Listing, Raw, ServiceSpec


class Readers:
    """ServiceSpecs of a Listing, each asked once where a field of an object tells which reads it.

    Asset Inventory feeds eighty of them, of which most objects are read by one of the last.
    """

    def __init__(self, listing: Listing, specs: Iterable[ServiceSpec]) -> None:
        self._told_by = listing.told_by
        self._specs = tuple(specs)
        self._known: dict[object, ServiceSpec | None] = {}

    def of(self, raw: Raw) -> ServiceSpec | None:
        """The spec that accepts an object, None where no one does. Raises what `accepts` does."""
        if not self._told_by:
            return self._asked(raw)
        told = raw[self._told_by]
        if told not in self._known:
            self._known[told] = self._asked(raw)
        return self._known[told]

    def _asked(self, raw: Raw) -> ServiceSpec | None:
        return next((spec for spec in self._specs if spec.accepts(raw)), None)
