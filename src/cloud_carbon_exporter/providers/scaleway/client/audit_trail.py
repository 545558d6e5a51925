"""Audit Trail of Scaleway: what was asked of its Instances in the last hour, and when.

It is free, and tells of each region what was asked there: documented for CreateServer,
DeleteServer and ServerAction (docs-content, macros/audit-trail/instances-endpoints.mdx). It takes
AuditTrailReadOnly, which is granted for a whole organisation; where it is not, or in Warsaw, which
has none, nothing is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.spec import Scope

PERMISSION = "AuditTrailReadOnly"
PATH = "audit-trail/v1alpha1/regions/{region}/events"

METHODS = frozenset({"CreateServer", "DeleteServer", "ServerAction"})
# The zones of a region are swept at about the same time, and share one answer.
SHARED_SECONDS = 20.0
# Of an hour: CI that starts more than five hundred machines in it is told of in part.
MOST_PAGES = 10
PAGE_SIZE = 100


class ServerEvent(NamedTuple):
    """What was asked of one server. zone: empty where it is not told. body: of the request."""

    server_id: str
    method: str
    at: float
    zone: str
    project_id: str
    body: Mapping[str, Any]


async def server_events(api: Api, scope: Scope) -> Sequence[ServerEvent] | None:
    """Events of the servers of a region in the last hour, newest first; None where not allowed."""

    async def ask() -> Sequence[ServerEvent]:
        with api.refusals.asking(api.organization_id, PERMISSION, scope.region):
            return await _events(api, scope)

    key = ("audit-trail", scope.region)
    return await api.memory.get_extra(key, SHARED_SECONDS, ask, None)


async def _events(api: Api, scope: Scope) -> Sequence[ServerEvent]:
    events: list[ServerEvent] = []
    token = ""
    for _ in range(MOST_PAGES):
        document = await api.ask(
            "ListEvents", PATH, scope=scope, permission=PERMISSION, params=_params(api, token)
        )
        listed = document.fields.get("events")
        for event in listed if isinstance(listed, list) else ():
            events += _read(event)
        token = str(document.fields.get("next_page_token") or "")
        if not token:
            break
    return events


def _params(api: Api, token: str) -> Mapping[str, str | int]:
    """Parameters of a page; what was recorded in the last hour is what it tells unasked."""
    params: dict[str, str | int] = {
        "organization_id": api.organization_id,
        "resource_type": "instance_server",
        "status": 200,
        "order_by": "recorded_at_desc",
        "page_size": PAGE_SIZE,
    }
    return {**params, "page_token": token} if token else params


def _read(event: Any) -> list[ServerEvent]:
    """An event for each server it is about; none where it is of no use or cannot be read."""
    if not isinstance(event, dict) or event.get("method_name") not in METHODS:
        return []
    at, resources = moment(event.get("recorded_at")), event.get("resources")
    if at is None or not isinstance(resources, list):
        return []
    body = event.get("request_body")
    told = ServerEvent(
        "",
        event["method_name"],
        at,
        str(event.get("locality") or ""),
        str(event.get("project_id") or ""),
        body if isinstance(body, dict) else {},
    )
    identities = [resource.get("id") for resource in resources if isinstance(resource, dict)]
    return [
        told._replace(server_id=identity) for identity in identities if isinstance(identity, str)
    ]
