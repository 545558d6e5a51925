"""POST /api/v1/advice: a person accepts a piece of advice, dismisses it, or takes that back."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web

from cloud_carbon_exporter.model.advice import Advice, Decision
from cloud_carbon_exporter.web.api.advice_schema import DECIDED, UNDECIDED
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.reload import from_elsewhere
from cloud_carbon_exporter.web.settings import SERVING


class Decisions(Protocol):
    """What remembers decisions about advice. Asked in any thread."""

    def decision(self, advice_id: str) -> Decision | None:
        """What was decided about a piece of advice."""

    def decide(self, advice_id: str, decision: Decision | None, now: float) -> None:
        """Remember a decision, or forget it."""

    def marked(self, advice: Sequence[Advice]) -> tuple[Advice, ...]:
        """The same advice with what was decided about each."""


class NothingDecided:
    """Decisions where nothing remembers any."""

    def decision(self, advice_id: str) -> Decision | None:
        """None of any advice."""

    def decide(self, advice_id: str, decision: Decision | None, now: float) -> None:
        """Forget it at once."""

    def marked(self, advice: Sequence[Advice]) -> tuple[Advice, ...]:
        """The advice as it is."""
        return tuple(advice)


DECISIONS = web.AppKey("decisions", Decisions)


async def decision_answer(request: web.Request) -> web.Response:
    """What is decided from now on; metrics and reports follow with the next collection."""
    if from_elsewhere(request):
        return error_answer(403, "advice is not decided about from a page of another site")
    # A form of another site cannot send this type without asking first.
    if request.content_type != "application/json":
        return error_answer(415, "the body is to be application/json")
    body = await _body(request)
    advice_id, word = body.get("id"), body.get("decision")
    if not isinstance(advice_id, str) or not isinstance(word, str) or word not in DECIDED:
        told = f'{{"id": ID of a piece of advice, "decision": one of {", ".join(DECIDED)}}}'
        return error_answer(400, f"the body is to be {told}", "decision")
    decisions, advice = request.app[DECISIONS], request.app[SERVING].collector.snapshot.advice
    known = decisions.decision(advice_id) is not None
    if not known and all(each.id != advice_id for each in advice):
        return error_answer(404, "no such advice now", "id")
    decision: Decision | None = None
    if word != UNDECIDED:
        decision = "accepted" if word == "accepted" else "dismissed"
    decisions.decide(advice_id, decision, time.time())
    return json_answer({"id": advice_id, "decision": word})


async def _body(request: web.Request) -> Mapping[str, Any]:
    """The JSON object that was sent; empty for anything else."""
    try:
        told = json.loads(await request.read())
    except (ValueError, RecursionError):  # brackets within brackets are no object of ours
        return {}
    return told if isinstance(told, dict) else {}
