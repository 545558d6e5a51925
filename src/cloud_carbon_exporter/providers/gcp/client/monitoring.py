"""Cloud Monitoring: one timeSeries.list call a metric type and project, for all resources."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from cloud_carbon_exporter.errors import CollectError, Malformed, NotThere
from cloud_carbon_exporter.masking import excerpt
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.gcp.client.http import Rest
from cloud_carbon_exporter.providers.gcp.client.time_series_answer import UNREADABLE, Answer
from cloud_carbon_exporter.providers.gcp.client.time_series_request import Question, questions
from cloud_carbon_exporter.providers.spec import Read, Reading


async def read(rest: Rest, reads: Sequence[Read], until: float, scope: str = "") -> Reading:
    """Read all series up to `until`, through the scoping project where one is given."""
    asked = (_ask(rest, question) for question in questions(reads, until, scope))
    points: dict[tuple[str, Signal], tuple[Point, ...]] = {}
    failures: dict[str, CollectError] = {}
    skipped: Counter[tuple[str, str]] = Counter()
    for answer in await asyncio.gather(*asked):
        for of, told in answer.points():
            points[of] = _together(of.signal, points.get(of, ()), told)
        kinds = _kinds(answer.question)
        for reason, count in answer.skipped.items():
            skipped[min(kinds), reason] += count
        if answer.error is not None:
            failures.update(dict.fromkeys(kinds, answer.error))
    return Reading(points, failures, skipped)


def _together(
    signal: Signal, before: tuple[Point, ...], more: tuple[Point, ...]
) -> tuple[Point, ...]:
    """Points of two metrics that fill one signal.

    Quantities are added up by the period; of ratios the first one that speaks is taken.
    """
    if not any(point.value for point in more):
        return before or more
    if signal.endswith("_ratio"):
        return before or more
    if not any(point.value for point in before):
        return more
    by_end = {point.end: point for point in before}
    for point in more:
        known = by_end.get(point.end)
        value = point.value + known.value if known else point.value
        by_end[point.end] = Point(point.start, point.end, value)
    return tuple(by_end[end] for end in sorted(by_end))


async def _ask(rest: Rest, question: Question) -> Answer:
    answer = Answer(question)
    call = question.call()
    try:
        async for page in rest.pages(call):
            try:
                answer.take_page(page)
            except UNREADABLE as error:
                said = f"unreadable series: {type(error).__name__} {error}"
                answer.error = Malformed(excerpt(said, 200))
    except NotThere as error:
        # Nothing ever wrote this metric here (no agent), or Monitoring itself is off: only the
        # latter has a remedy.
        answer.error = error if error.hint else None
        answer.seen.update(question.reads)
    except CollectError as error:
        answer.error = error
    answer.judge()
    if answer.error is not None:
        answer.error = call.named(answer.error)
    return answer


def _kinds(question: Question) -> set[str]:
    kinds: set[str] = set()
    for reads in question.reads.values():
        kinds.update(read.resource.kind for read in reads)
    return kinds
