"""JSON Schema of /api/v1/advice."""

from __future__ import annotations

from cloud_carbon_exporter.model.advice import ADVICE_KINDS
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    MOMENT,
    TEXT,
    list_of,
    noted,
    object_of,
    one_of,
    reference,
)

_KIND = one_of(ADVICE_KINDS)
_SAVED = {
    "saved_emissions_grams_per_second": reference("estimate"),
    "saved_emissions_kilograms_per_year": reference("estimate"),
}

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
        **_SAVED,
    },
    optional=("cloud_resource_id",),
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
        "advice": list_of(_ADVICE, "the largest saving first"),
        "sums": list_of(_SUM),
    }
)
