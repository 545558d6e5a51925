"""Calls of Cockpit's API that make, list and delete tokens of a project and region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.providers.scaleway.client import paging
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.http import Call

PERMISSION = "ObservabilityFullAccess"
SCOPE = "read_only_metrics"


class SourceKey(NamedTuple):
    """Key of a Cockpit data source: a token opens those of one project in one region."""

    project_id: str
    region: str

    def __str__(self) -> str:
        return f"{self.project_id}/{self.region}"


@dataclass(frozen=True, slots=True)
class Token:
    """Token of ours. secret: empty where it was listed, as its making alone tells it."""

    id: str
    source: SourceKey
    secret: str = field(default="", repr=False)


async def create(api: Api, source: SourceKey, name: str) -> Token:
    """Make a token. Raises what the call failed with, or Malformed where no token is told."""
    # This answer alone shows the secret.
    body = {"project_id": source.project_id, "name": name, "token_scopes": [SCOPE]}
    answer = await api.http.send(_call(api, "POST", "CreateToken", source, body=body))
    fields = answer.document if isinstance(answer.document, dict) else {}
    identity, secret = fields.get("id"), fields.get("secret_key")
    if not (isinstance(identity, str) and isinstance(secret, str)):
        raise Malformed(
            "cockpit: the answer holds no token",
            provider="scaleway",
            account_id=api.organization_id,
            region=source.region,
            operation="CreateToken",
        )
    return Token(identity, source, secret)


async def delete(api: Api, token: Token) -> None:
    """Delete a token. Raises NotThere where it is gone already."""
    await api.http.send(_call(api, "DELETE", "DeleteToken", token.source, end=f"/{token.id}"))


async def listed(api: Api, source: SourceKey) -> Sequence[Mapping[str, Any]]:
    """Tokens of our scope that a project has in a region, whoever made them."""
    call = _call(api, "GET", "ListTokens", source)
    tokens: list[Mapping[str, Any]] = []
    async for page in paging.pages(api.http, call, "tokens"):
        tokens += [token for token in page if isinstance(token, dict)]
    return [token for token in tokens if token.get("scopes") == [SCOPE]]


def _call(
    api: Api,
    method: str,
    operation: str,
    source: SourceKey,
    *,
    end: str = "",
    body: Mapping[str, Any] | None = None,
) -> Call:
    credentials = api.credentials
    return Call(
        f"{credentials.api_url}/cockpit/v1/regions/{source.region}/tokens{end}",
        "cockpit",
        operation,
        params={"project_id": source.project_id} if method == "GET" else None,
        headers={"X-Auth-Token": credentials.secret_key},
        place=source.region,
        permission=PERMISSION,
        json=method != "DELETE",
        method=method,
        body=body,
    )
