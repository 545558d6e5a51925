"""Families of totals: what each cloud and all of them draw and emit now, with bounds.

Bounds of sums do not add up, in Prometheus no more than elsewhere: whoever wants the interval of
the whole finds it here, the same that the page, the API and the report show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from cloud_carbon_exporter.exposition.family import Family, FromSums, Shown, SumSample
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, Sum

_SHOWN: tuple[tuple[Shown, str], ...] = (("value", ""), ("lower", "lower_"), ("upper", "upper_"))
_OVER_ALL = ""
"""The label of the sum over all clouds: an empty one is left out."""
_SCOPE = "by cloud; over all of them where no cloud is named."


def _totals(amount: Callable[[FootprintSum], Sum], shown: Shown) -> FromSums:
    def samples(snapshot: Snapshot) -> Iterator[SumSample]:
        if not snapshot.first_collection_done:
            return  # a sum of what is listed by then, which nothing in a sample could say
        for provider, total in snapshot.totals.items():
            yield SumSample((provider,), amount(total))
        if snapshot.totals:
            yield SumSample((_OVER_ALL,), amount(snapshot.total()))

    return FromSums(samples, shown)


def _families(name: str, unit: str, amount: str, what: str) -> Iterator[Family]:
    """The value of a total, and each bound of it."""
    for shown, word in _SHOWN:
        head = f"{shown.capitalize()} bound of the 90 % interval of the sum" if word else "Sum"
        yield Family(
            f"cloud_carbon_total_{name}_{word}{unit}",
            "gauge",
            f"{head} of the {what}, {_SCOPE}",
            _totals(attrgetter(amount), shown),
            ("cloud_provider",),
            unit,
        )


TOTALS: tuple[Family, ...] = (
    *_families("power", "watts", "power_watts", "power drawn now, PUE included"),
    *_families(
        "operational_emissions",
        "grams_per_second",
        "operational_grams_per_second",
        "CO2eq emitted now by the power drawn",
    ),
    *_families(
        "embodied_emissions",
        "grams_per_second",
        "embodied_grams_per_second",
        "CO2eq of manufacture, spread over the lifetime of the hardware",
    ),
)
