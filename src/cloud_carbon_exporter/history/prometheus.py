"""History from a Prometheus that has scraped the exporter: increases of its counters, by the day.

Wire: GET /api/v1/query of Prometheus' HTTP API
(https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries), one query a day, as a
year of samples is more than one query may load. Intervals are those of the whole, by the bounds
the exporter told; of single groups none is known.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.history.split import NotSplit, check_labels, rest
from cloud_carbon_exporter.model.cluster_sums import CLUSTER_LABELS
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, Amounts
from cloud_carbon_exporter.model.sums import NO_FACT, Reach, Sum
from cloud_carbon_exporter.model.types import BASES, Basis

_DAY = 24 * HOUR_SECONDS
_LOOK_SECONDS = 300
"""How often it is looked whether an exporter was there."""

_AT_ONCE = 8
_AMOUNTS = ("energy_joules", "operational_emissions_grams", "embodied_emissions_grams")
_RATES = (
    "power{}_watts",
    "operational_emissions{}_grams_per_second",
    "embodied_emissions{}_grams_per_second",
)
_BASIS = (
    "sum by (basis) (cloud_carbon_power_watts{{{0}}} * on (job, instance, cloud_resource_id)"
    " group_left (basis) cloud_carbon_resource_info{{{0}}})"
)

Labels = tuple[str, ...]
Answered = TypeVar("Answered")


class Sample(NamedTuple):
    """Sample of an answer: its labels, and the number."""

    labels: Mapping[str, str]
    value: float


class Ask(Protocol):
    """What a Prometheus says: the samples of a query at a moment. Raises CollectError."""

    def __call__(self, query: str, at: float) -> Coroutine[Any, Any, Sequence[Sample]]:
        """Samples of a query at a moment."""


class Part(NamedTuple):
    """Part of the range within one day."""

    start: int
    end: int


class _Ratios(NamedTuple):
    """Bounds of a quantity beside its value, over a range."""

    down: float
    up: float


class CannotTell(Exception):
    """A question that the series of a Prometheus do not answer."""


class PrometheusHistory:
    """Answers queries as the history file does. One caller at a time.

    selector: matchers of the series to read, as they stand between braces.
    """

    def __init__(self, ask: Ask, selector: str = "") -> None:
        self._ask = ask
        self._selector = selector
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._known: dict[tuple[str, float], Sequence[Sample]] = {}

    async def find(self, query: Query) -> Sequence[Summed]:
        """The sums that are asked for, by the day at the finest.

        Raises CollectError; CannotTell for labels nothing is told by.
        """
        names = tuple(query.by)
        parts = tuple(_parts(query.since, query.until))
        if "basis" in names:
            amounts = await self._by_basis(names, parts)
        elif set(names).intersection(CLUSTER_LABELS):
            amounts = await self._by_cluster(names, parts)
        else:
            amounts = await self._by_labels(names, parts)
        seen = dict(zip(parts, await self._all(map(self._seen, parts)), strict=True))
        ratios = await self._ratios(query)
        groups: defaultdict[tuple[int, Labels], list[tuple[Part, Sequence[float]]]]
        groups = defaultdict(list)
        for (part, labels), values in amounts.items():
            groups[_start(part.start, query), labels].append((part, values))
        sums: list[Summed] = []
        for (start, labels), of_group in sorted(groups.items()):
            end = max(part.end for part, _ in of_group) if query.step else query.until
            seconds = sum(seen[part] for part, _ in of_group)
            columns = zip(*[values for _, values in of_group], strict=True)
            basis = _basis(dict(zip(names, labels, strict=True)))
            told = [
                _bounded(sum(column), reach, basis)
                for column, reach in zip(columns, ratios, strict=True)
            ]
            sums.append(Summed(start, end, labels, seconds, Amounts(*told)))
        return sums

    async def _by_labels(
        self, names: Labels, parts: Sequence[Part]
    ) -> Mapping[tuple[Part, Labels], Sequence[float]]:
        """Increases of the counters of accounts; of resources, where a tag is asked for."""
        tags = [name for name in names if name not in LABELS]
        if tags:
            await self._check_tags(parts[-1].end)
        family = "cloud_carbon_{}_total" if tags else "cloud_carbon_account_{}_total"
        return await self._increases(family, names, parts)

    async def _by_cluster(
        self, names: Labels, parts: Sequence[Part]
    ) -> Mapping[tuple[Part, Labels], Sequence[float]]:
        """Increases of the counters of workloads, and what accounts have beside: in no cluster."""
        try:
            check_labels(names)
        except NotSplit as not_split:
            raise CannotTell(str(not_split)) from None
        amounts = await self._increases("cloud_carbon_kubernetes_{}_total", names, parts)
        outer = tuple([name for name in names if name not in CLUSTER_LABELS])
        accounts = await self._by_labels(outer, parts)
        told: dict[tuple[Part, Labels], Sequence[float]] = dict(amounts)
        for part in parts:
            of_part = {labels: values for (at, labels), values in amounts.items() if at == part}
            whole = {labels: values for (at, labels), values in accounts.items() if at == part}
            for labels, left in rest(names, whole, of_part).items():
                told[part, labels] = left
        return told

    async def _increases(
        self, family: str, names: Labels, parts: Sequence[Part]
    ) -> Mapping[tuple[Part, Labels], Sequence[float]]:
        """Increases over each part, by labels."""
        amounts: dict[tuple[Part, Labels], list[float]] = {}
        for place, name in enumerate(_AMOUNTS):
            counter = f"{family.format(name)}{{{self._selector}}}"
            answers = await self._all(self._increase(counter, names, part) for part in parts)
            for part, samples in zip(parts, answers, strict=True):
                for sample in samples:
                    key = part, tuple([sample.labels.get(label, "") for label in names])
                    amounts.setdefault(key, [0.0] * len(_AMOUNTS))[place] += sample.value
        return amounts

    def _increase(
        self, counter: str, names: Labels, part: Part
    ) -> Coroutine[Any, Any, Sequence[Sample]]:
        seconds = part.end - part.start
        by = ", ".join(names)
        return self._query(f"sum by ({by}) (increase({counter}[{seconds}s]))", part.end)

    async def _check_tags(self, at: float) -> None:
        """Raises CannotTell where value series bear their id alone, and so no tag."""
        series = f"cloud_carbon_energy_joules_total{{{self._selector}}}"
        known = await self._query(f"count by (kind) (last_over_time({series}[{_DAY}s]))", at)
        if known and not any(sample.labels.get("kind") for sample in known):
            raise CannotTell(
                "-by a tag: the series there have cloud_resource_id alone "
                "(-metrics.labels=slim); the history file has tags whatever is exported"
            )

    async def _by_basis(
        self, names: Labels, parts: Sequence[Part]
    ) -> Mapping[tuple[Part, Labels], Sequence[float]]:
        """Energy by basis, as the power was at the end of each day; grams are not told by it."""
        if names != ("basis",):
            raise CannotTell("-by basis: a Prometheus tells it of the whole alone")
        query = _BASIS.format(self._selector)
        answers = await self._all(self._query(query, part.end) for part in parts)
        amounts: dict[tuple[Part, Labels], Sequence[float]] = {}
        for part, samples in zip(parts, answers, strict=True):
            for sample in samples:
                joules = sample.value * (part.end - part.start)
                amounts[part, (sample.labels.get("basis", ""),)] = (joules, 0.0, 0.0)
        return amounts

    async def _seen(self, part: Part) -> float:
        """Seconds of a day in which an exporter was scraped."""
        seconds = part.end - part.start
        info = f"cloud_carbon_exporter_build_info{{{self._selector}}}"
        query = f"count_over_time(count({info})[{seconds}s:{_LOOK_SECONDS}s])"
        samples = await self._query(query, part.end)
        looks = sum(sample.value for sample in samples)
        return min(float(seconds), looks * _LOOK_SECONDS)

    async def _ratios(self, query: Query) -> Sequence[_Ratios]:
        """Bounds beside values, of power, operational and embodied emissions."""
        answers = await self._all(self._ratio(rate, query) for rate in _RATES)
        return tuple(answers)

    async def _ratio(self, rate: str, query: Query) -> _Ratios:
        shown = await self._all(
            self._mean(rate.format(bound), query) for bound in ("_lower", "", "_upper")
        )
        lower, value, upper = shown
        if not value:
            return _Ratios(0, 0)
        return _Ratios(max(0.0, 1 - lower / value), max(0.0, upper / value - 1))

    async def _mean(self, name: str, query: Query) -> float:
        matchers = ",".join(filter(None, ('cloud_provider=""', self._selector)))
        series = f"cloud_carbon_total_{name}{{{matchers}}}"
        seconds = query.until - query.since
        samples = await self._query(f"sum(avg_over_time({series}[{seconds}s]))", query.until)
        return sum(sample.value for sample in samples)

    async def _query(self, query: str, at: float) -> Sequence[Sample]:
        if (query, at) not in self._known:
            async with self._turns:
                self._known[query, at] = await self._ask(query, at)
        return self._known[query, at]

    async def _all(self, calls: Iterable[Coroutine[Any, Any, Answered]]) -> Sequence[Answered]:
        return await asyncio.gather(*calls)


def _parts(since: int, until: int) -> Iterator[Part]:
    """The days of a range, the first and last cut to it."""
    while since < until:
        end = min(until, since // _DAY * _DAY + _DAY)
        yield Part(since, end)
        since = end


def _start(at: int, query: Query) -> int:
    """Start of the step a day lies in, cut to the range."""
    if query.step == "day":
        return at
    return query.since


def _basis(labels: Mapping[str, str]) -> Basis:
    """Basis of a group: what its label says; else nothing better is known than the weakest."""
    for basis in BASES:
        if labels.get("basis") == basis:
            return basis
    return "assumed"


def _bounded(value: float, reach: _Ratios, basis: Basis) -> Sum:
    down, up = Reach({NO_FACT: value * reach.down}), Reach({NO_FACT: value * reach.up})
    return Sum(value, down, up, basis)
