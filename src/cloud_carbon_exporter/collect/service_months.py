"""Sums by month, account, region and service: what is compared with a provider's report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cloud_carbon_exporter.model.months import ServiceMonth
from cloud_carbon_exporter.model.reported_services import service_of
from cloud_carbon_exporter.model.types import CarbonIntensity, Resource

KEPT_MONTHS = 13
"""The month that runs and the twelve before it, of all accounts together."""


class ServicePart(NamedTuple):
    """What is summed together. method: that emissions are counted by; empty where there is none."""

    provider: str
    account_id: str
    region: str
    service: str
    method: str


class _Grams:
    __slots__ = ("embodied", "operational")

    def __init__(self) -> None:
        self.operational = self.embodied = 0.0


def part_of(resource: Resource, intensities: Iterable[CarbonIntensity]) -> ServicePart:
    """The sum that a resource counts in, where emissions are counted by the first of these."""
    at = resource.location
    preferred = next(iter(intensities), None)
    method = "" if preferred is None else preferred.method
    service = service_of(at.provider, resource.kind)
    return ServicePart(at.provider, at.account_id, at.region, service, method)


class ServiceMonths:
    """The sums of the newest months. One caller at a time."""

    def __init__(self) -> None:
        self._months: dict[float, dict[ServicePart, _Grams]] = {}

    def add(self, part: ServicePart, month: float, operational: float, embodied: float) -> None:
        """Count grams in the month that begins then; not in one older than those kept."""
        sums = self._of(month)
        if sums is None:
            return
        grams = sums.get(part)
        if grams is None:
            grams = sums[part] = _Grams()
        grams.operational += operational
        grams.embodied += embodied

    def _of(self, month: float) -> dict[ServicePart, _Grams] | None:
        sums = self._months.get(month)
        if sums is not None:
            return sums
        oldest = sorted((*self._months, month))[-KEPT_MONTHS:][0]
        for start in [start for start in self._months if start < oldest]:
            del self._months[start]
        if month < oldest:
            return None
        return self._months.setdefault(month, {})

    def all(self) -> Iterator[ServiceMonth]:
        """Every sum, the running month's too."""
        for start, sums in list(self._months.items()):
            for part, grams in list(sums.items()):
                yield ServiceMonth(*part, start, grams.operational, grams.embodied)

    def resume(self, saved: Iterable[ServiceMonth]) -> None:
        """Go on with the sums of an earlier process, and no others."""
        self._months = {}
        for month in saved:
            at = (month.provider, month.account_id, month.region, month.service, month.method)
            self.add(ServicePart(*at), month.start, month.operational_grams, month.embodied_grams)
