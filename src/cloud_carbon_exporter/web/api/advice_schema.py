"""JSON Schema of /api/v1/advice."""

from __future__ import annotations

from cloud_carbon_exporter.model.advice import ADVICE_KINDS, DECISIONS
from cloud_carbon_exporter.model.followed import WAYS
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    list_of,
    noted,
    object_of,
    one_of,
    reference,
)

UNDECIDED = "undecided"
"""What takes a decision back, and finds what none was taken about."""

DECIDED = (*DECISIONS, UNDECIDED)

_KIND = one_of(ADVICE_KINDS)
_SAVED = {
    "saved_emissions_grams_per_second": reference("estimate"),
    "saved_emissions_kilograms_per_year": reference("estimate"),
}

_COST = object_of(
    {
        "currency": noted(TEXT, "as the bill has it"),
        "value": NUMBER,
        "lower": noted(NUMBER, "by the cheapest day of the bill"),
        "upper": noted(NUMBER, "by the dearest day of the bill"),
    },
    description="Money a year, where a bill tells what the resource costs.",
)

_ADVICE = object_of(
    {
        "id": noted(TEXT, "by which it is dismissed: `advice.dismiss` of the configuration"),
        "advice": _KIND,
        "cloud_provider": TEXT,
        "cloud_account_id": TEXT,
        "cloud_region": TEXT,
        "kind": noted(TEXT, "of the resources; empty where it is about several kinds"),
        "cloud_resource_id": noted(TEXT, "where it is about one resource"),
        "name": TEXT,
        "resources": noted(COUNT, "how many it is about"),
        "action": noted(TEXT, "what to do"),
        "decided_on": noted(TEXT, "the figures it was decided on"),
        "caveat": noted(TEXT, "what was not known, and is to be looked at first; may be empty"),
        "way_back": noted(TEXT, "how it is undone"),
        "becomes": noted(TEXT, "machine type that is advised, where it is one"),
        "decision": one_of(DECIDED),
        "saved_cost_per_year": _COST,
        **_SAVED,
    },
    optional=("cloud_resource_id", "becomes", "saved_cost_per_year"),
)

_FOLLOWED = object_of(
    {
        "id": noted(TEXT, "of the advice that was followed"),
        "advice": _KIND,
        "cloud_provider": TEXT,
        "cloud_account_id": TEXT,
        "cloud_region": TEXT,
        "kind": TEXT,
        "cloud_resource_id": TEXT,
        "name": TEXT,
        "way": noted(one_of(WAYS), "how: the resource is gone, stopped, of the advised type, ..."),
        "accepted": noted(FLAG, "whether a person had said that the advice is followed"),
        "told_at": noted(MOMENT, "when it was told first, in Unix seconds"),
        "since": noted(MOMENT, "since when it was seen to be followed, in Unix seconds"),
        "emissions_before_grams_per_second": reference("estimate"),
        "emissions_after_grams_per_second": reference("estimate"),
        **_SAVED,
    }
)

_SUM = object_of(
    {
        "cloud_provider": TEXT,
        "cloud_account_id": TEXT,
        "advice": _KIND,
        "pieces": COUNT,
        "resources": COUNT,
        **_SAVED,
    },
    description="Advice of one kind in one account. Kinds overlap: their sums are not added up.",
)

ADVICE = object_of(
    {
        "taken_at": MOMENT,
        "matching": noted(COUNT, "pieces of advice, of which `limit` are told"),
        "dismissed": noted(COUNT, "pieces of advice that were dismissed, which are not told"),
        "advice": list_of(_ADVICE, "the largest saving first"),
        "sums": list_of(_SUM),
        "followed": list_of(_FOLLOWED, "what was done of it, the largest saving first"),
        "followed_sums": list_of(_SUM),
    }
)

DECISION = object_of(
    {"id": noted(TEXT, "of a piece of advice"), "decision": one_of(DECIDED)},
    description="What a person has decided; `undecided` takes it back.",
)
