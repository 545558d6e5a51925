"""/api/v1/advice: what could be done, the largest saving first, as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from aiohttp import web
from multidict import MultiMapping

from cloud_carbon_exporter.model.advice import (
    ADVICE_KINDS,
    Advice,
    AdviceSum,
    Saving,
    standing,
    sums_of,
)
from cloud_carbon_exporter.model.followed import Followed
from cloud_carbon_exporter.model.quantities import GRAMS_PER_KILOGRAM, SECONDS_PER_YEAR
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.advice_decisions import DECISIONS, Decisions
from cloud_carbon_exporter.web.api.advice_parameters import LIMIT_DEFAULT, LIMIT_MOST
from cloud_carbon_exporter.web.api.advice_schema import DECIDED, UNDECIDED
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import check_parameters
from cloud_carbon_exporter.web.api.resource_query import BadQuery
from cloud_carbon_exporter.web.settings import SERVING

_PARAMETERS = ("limit", "advice", "resource", "decision")
Piece = TypeVar("Piece", Advice, Followed)
_KILOGRAMS_A_YEAR = SECONDS_PER_YEAR / GRAMS_PER_KILOGRAM


def advice_object(advice: Iterable[Advice]) -> list[JsonObject]:
    """Pieces of advice as JSON, in their order."""
    return [dict(_members(each)) for each in advice]


def kilograms_per_year(saved: Estimate) -> Estimate:
    """Grams a second over a year."""
    bounds = (saved.value, saved.lower, saved.upper)
    value, lower, upper = [bound * _KILOGRAMS_A_YEAR for bound in bounds]
    return Estimate(value, lower, upper, saved.basis)


def _members(of: Advice) -> Iterator[tuple[str, object]]:
    yield "id", of.id
    yield "advice", of.kind
    yield "cloud_provider", of.provider
    yield "cloud_account_id", of.account_id
    yield "cloud_region", of.region
    yield "kind", of.resource_kind
    if of.is_of_one:
        yield "cloud_resource_id", of.subject
    yield "name", of.name
    yield "resources", of.resources
    yield "action", of.action
    yield "decided_on", of.decided_on
    yield "caveat", of.caveat
    yield "way_back", of.way_back
    if of.becomes:
        yield "becomes", of.becomes
    yield "decision", of.decision or UNDECIDED
    if of.cost is not None:
        yield "saved_cost_per_year", of.cost._asdict()
    yield from _saved(of.saved_grams_per_second)


def _saved(saved: Estimate) -> Iterator[tuple[str, object]]:
    yield "saved_emissions_grams_per_second", json_objects.estimate(saved)
    yield "saved_emissions_kilograms_per_year", json_objects.estimate(kilograms_per_year(saved))


def followed_object(followed: Iterable[Followed]) -> list[JsonObject]:
    """What was done of the advice as JSON, in its order."""
    return [dict(_members_of_followed(each)) for each in followed]


def _members_of_followed(of: Followed) -> Iterator[tuple[str, object]]:
    yield "id", of.id
    yield "advice", of.kind
    yield "cloud_provider", of.provider
    yield "cloud_account_id", of.account_id
    yield "cloud_region", of.region
    yield "kind", of.resource_kind
    yield "cloud_resource_id", of.subject
    yield "name", of.name
    yield "way", of.way
    yield "accepted", of.accepted
    yield "told_at", of.told_at
    yield "since", of.since
    yield "emissions_before_grams_per_second", json_objects.estimate(of.before_grams_per_second)
    yield "emissions_after_grams_per_second", json_objects.estimate(of.after_grams_per_second)
    yield from _saved(of.saved_grams_per_second)


def sums_object(advice: Iterable[Saving]) -> list[JsonObject]:
    """Sums by account and kind as JSON."""
    return [dict(_members_of_sum(each)) for each in sums_of(advice)]


def _members_of_sum(of: AdviceSum) -> Iterator[tuple[str, object]]:
    yield "cloud_provider", of.provider
    yield "cloud_account_id", of.account_id
    yield "advice", of.kind
    yield "pieces", of.pieces
    yield "resources", of.resources
    yield from _saved(of.saved_grams_per_second)


def _answer(taken: Snapshot, decisions: Decisions, query: MultiMapping[str]) -> JsonObject:
    """The whole answer. Raises BadQuery."""
    check_parameters(query, _PARAMETERS)
    kind, resource = query.get("advice", ""), query.get("resource", "")
    if kind and kind not in ADVICE_KINDS:
        raise BadQuery("advice", f"not known; allowed: {', '.join(ADVICE_KINDS)}")
    decision = query.get("decision", "")
    if decision not in ("", *DECIDED):
        raise BadQuery("decision", f"not known; allowed: {', '.join(DECIDED)}")
    of_decision = _decided(decisions.marked(taken.advice), decision)
    matching = list(_chosen(of_decision, kind, resource))
    followed = list(_chosen(taken.followed, kind, resource))
    limit = _limit(query)
    return {
        "taken_at": taken.taken_at,
        "matching": len(matching),
        "dismissed": len(_decided(decisions.marked(taken.advice), "dismissed")),
        "advice": advice_object(matching[:limit]),
        "sums": sums_object(matching),
        "followed": followed_object(followed[:limit]),
        "followed_sums": sums_object(followed),
    }


def _decided(advice: Iterable[Advice], decision: str) -> Sequence[Advice]:
    """Advice by what was decided about it; all but what was dismissed where nothing is said."""
    if not decision:
        return standing(advice)
    return [each for each in advice if (each.decision or UNDECIDED) == decision]


def _chosen(pieces: Iterable[Piece], kind: str, resource: str) -> Iterator[Piece]:
    for each in pieces:
        if kind in ("", each.kind) and resource in ("", each.subject):
            yield each


def _limit(query: MultiMapping[str]) -> int:
    text = query.get("limit", str(LIMIT_DEFAULT))
    whole = text.isascii() and text.isdigit() and len(text) <= len(str(LIMIT_MOST))
    if not whole or not 1 <= int(text) <= LIMIT_MOST:
        raise BadQuery("limit", f"not a whole number from 1 to {LIMIT_MOST}")
    return int(text)


async def advice_answer(request: web.Request) -> web.Response:
    """Advice, filtered by kind or resource, and what it saves by account and kind."""
    taken: Snapshot = request.app[SERVING].collector.snapshot
    try:
        body = await asyncio.to_thread(_answer, taken, request.app[DECISIONS], request.query)
    except BadQuery as error:
        return error_answer(400, str(error), error.parameter)
    return json_answer(body)
