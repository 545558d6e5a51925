"""Sums over the labels that -metrics.aggregate leaves out, for those who only want totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from cloud_carbon_exporter.exposition.family import (
    Family,
    FamilySample,
    FromContext,
    FromSnapshot,
    FromSums,
    RenderContext,
    SumSample,
)
from cloud_carbon_exporter.model.sums import Sum

_LABEL_OF = {"account": "cloud_account_id", "region": "cloud_region", "kind": "kind"}
"""Word of -metrics.aggregate -> the label that stays when it is named."""

Labels = tuple[str, ...]


def samples_of(
    family: Family, context: RenderContext, aggregate: Collection[str]
) -> Iterable[FamilySample]:
    """Samples of a small family, summed as its row says where the operator wants sums."""
    source = family.source
    keep = _left_out(family.labels, aggregate)
    if isinstance(source, FromSums):
        sums = source.sums(context.snapshot)
        if aggregate and family.summed == "interval":
            sums = _summed(sums, keep)
        return _shown(sums, source)
    if isinstance(source, FromSnapshot):
        samples = source.samples(context.snapshot)
        return _added(samples, keep) if aggregate and family.summed == "added" else samples
    return source.samples(context) if isinstance(source, FromContext) else ()


def _left_out(names: tuple[str, ...], aggregate: Collection[str]) -> Callable[[Labels], Labels]:
    """Label values with those emptied that are not asked for; an empty label is not written."""
    dropped = {label for word, label in _LABEL_OF.items() if word not in aggregate}

    def keep(values: Labels) -> Labels:
        named = zip(names, values, strict=True)
        return tuple("" if name in dropped else value for name, value in named)

    return keep


def _added(
    samples: Iterable[FamilySample], keep: Callable[[Labels], Labels]
) -> Iterator[FamilySample]:
    sums: dict[Labels, float] = defaultdict(float)
    for labels, value in samples:
        sums[keep(labels)] += value
    for labels, value in sums.items():
        yield FamilySample(labels, value)


def _summed(samples: Iterable[SumSample], keep: Callable[[Labels], Labels]) -> Iterator[SumSample]:
    sums: dict[Labels, Sum] = defaultdict(Sum)
    for labels, part in samples:
        sums[keep(labels)] += part
    for labels, whole in sums.items():
        yield SumSample(labels, whole)


def _shown(samples: Iterable[SumSample], source: FromSums) -> Iterator[FamilySample]:
    for labels, whole in samples:
        yield FamilySample(labels, getattr(whole.estimate, source.shown))
