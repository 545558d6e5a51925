"""Parameters of /api/v1/resources, as the OpenAPI document has them."""

from __future__ import annotations

from cloud_carbon_exporter.web.api.json_schema import TEXT, one_of
from cloud_carbon_exporter.web.api.openapi import Parameter
from cloud_carbon_exporter.web.api.resource_query import (
    FILTERS,
    LIMIT_DEFAULT,
    LIMIT_MOST,
    SORT_DEFAULT,
    SORTS,
)

_DESCENDING = tuple(f"-{name}" for name in SORTS)

RESOURCE_PARAMETERS = (
    Parameter(
        "limit",
        "resources a page",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT_DEFAULT},
    ),
    Parameter("cursor", "the `cursor` of the page before", TEXT),
    Parameter(
        "sort",
        "what they are ordered by; `-` in front descends",
        {**one_of((*SORTS, *_DESCENDING)), "default": SORT_DEFAULT},
    ),
    Parameter(
        "filter",
        "`label=value`, all must hold; an empty value asks for what has no such label. "
        f"Labels: {', '.join(FILTERS)} and each tag_*",
        TEXT,
        repeated=True,
    ),
    Parameter(
        "search", "words in the name, id, kind, region, type of machine or value of a tag", TEXT
    ),
)
