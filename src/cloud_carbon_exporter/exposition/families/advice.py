"""Families of advice: how much of it there is, and what it would save, by account and kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_LABELS
from cloud_carbon_exporter.model.advice import AdviceSum, Saving, standing, sums_of
from cloud_carbon_exporter.model.snapshot import Snapshot

_LABELS = (*ACCOUNT_LABELS, "advice")
_APART = "Kinds overlap (a machine may be told to be smaller, or of Arm): they do not add up."


def _told(snapshot: Snapshot) -> Iterable[Saving]:
    return standing(snapshot.advice)


def _followed(snapshot: Snapshot) -> Iterable[Saving]:
    return snapshot.followed


def _per_sum(
    number: Callable[[AdviceSum], float],
    of: Callable[[Snapshot], Iterable[Saving]] = _told,
) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for each in sums_of(of(snapshot)):
            labels = (each.provider, each.account_id, each.kind)
            yield FamilySample(labels, number(each))

    return FromSnapshot(samples)


ADVICE: tuple[Family, ...] = (
    Family(
        "cloud_carbon_advice",
        "gauge",
        "How many pieces of advice there are, by kind, without those dismissed.",
        _per_sum(lambda each: each.pieces),
        _LABELS,
    ),
    Family(
        "cloud_carbon_advice_savings_grams_per_second",
        "gauge",
        f"CO2eq of power and manufacture that advice of a kind would save. {_APART}",
        _per_sum(lambda each: each.saved_grams_per_second.value),
        _LABELS,
        "grams_per_second",
    ),
    Family(
        "cloud_carbon_advice_savings_lower_grams_per_second",
        "gauge",
        "Lower bounds of the 90 % intervals of these savings, added: above 0 by each rule.",
        _per_sum(lambda each: each.saved_grams_per_second.lower),
        _LABELS,
        "grams_per_second",
    ),
    Family(
        "cloud_carbon_advice_savings_upper_grams_per_second",
        "gauge",
        "Upper bounds of the 90 % intervals of these savings, added.",
        _per_sum(lambda each: each.saved_grams_per_second.upper),
        _LABELS,
        "grams_per_second",
    ),
    Family(
        "cloud_carbon_advice_followed",
        "gauge",
        "How many pieces of advice were followed, of which it is seen what that saves.",
        _per_sum(lambda each: each.pieces, _followed),
        _LABELS,
    ),
    Family(
        "cloud_carbon_advice_followed_savings_grams_per_second",
        "gauge",
        "CO2eq that the resources of advice that was followed emit less than before.",
        _per_sum(lambda each: each.saved_grams_per_second.value, _followed),
        _LABELS,
        "grams_per_second",
    ),
    Family(
        "cloud_carbon_advice_followed_savings_lower_grams_per_second",
        "gauge",
        "Lower bounds of the 90 % intervals of what they emit less, added.",
        _per_sum(lambda each: each.saved_grams_per_second.lower, _followed),
        _LABELS,
        "grams_per_second",
    ),
    Family(
        "cloud_carbon_advice_followed_savings_upper_grams_per_second",
        "gauge",
        "Upper bounds of the 90 % intervals of what they emit less, added.",
        _per_sum(lambda each: each.saved_grams_per_second.upper, _followed),
        _LABELS,
        "grams_per_second",
    ),
)
