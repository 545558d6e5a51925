"""Choices at the head of a dashboard."""

from __future__ import annotations

from typing import Any

from queries import AT, POWER

Json = dict[str, Any]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def variable(name: str, query: str, regex: str = "", **more: Any) -> Json:
    """One choice at the head of a dashboard; of several values unless `more` says otherwise."""
    return {
        "type": "query",
        "name": name,
        "label": name.capitalize(),
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": name},
        "regex": regex,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
        **more,
    }


SOURCE: Json = {
    "type": "datasource",
    "name": "datasource",
    "label": "Data source",
    "query": "prometheus",
    "current": {"text": "Prometheus", "value": "prometheus"},
    "refresh": 1,
}
GROUP = variable(
    "group",
    "label_names(cloud_carbon)",
    "/^(tag_.+|host_type|architecture|cpu|basis|reason|cloud_availability_zone)$/",
    label="Group by",
    multi=False,
    includeAll=False,
    current={"text": "", "value": ""},
    sort=2,  # from z to a: tags first
)
"""A label of resources: a key of -metrics.tags, as tag_team, or what the exporter tells itself.

Of all series: with -metrics.aggregate there is no resource, and a query wants a label still.
"""


def text(name: str, label: str, default: str) -> Json:
    """A choice that is typed."""
    current = {"text": default, "value": default}
    return {
        "type": "textbox",
        "name": name,
        "label": label,
        "query": default,
        "current": current,
        "options": [current | {"selected": True}],
    }


PLACES = [
    variable("provider", f"label_values({POWER}, cloud_provider)"),
    variable("account", f'label_values({POWER}{{cloud_provider=~"$provider"}}, cloud_account_id)'),
    variable("region", f"label_values({POWER}{{{AT}}}, cloud_region)"),
]
