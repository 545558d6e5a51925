"""Tokens of Cockpit: CreateToken and DeleteToken, all that we ever change, and their list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(slots=True)
class MadeTokens:
    """held: id -> the token made under it. bodies: what was posted. deleted: ids."""

    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> set[str]:
        """What opens Cockpit now."""
        return {str(token["secret_key"]) for token in self.held.values()}

    async def answer(self, request: web.Request, path: str) -> web.Response:
        """The answer to any of them."""
        parts = path.split("/")
        if parts[:3] != ["cockpit", "v1", "regions"] or parts[4] != "tokens":
            return _not_found("unknown path")
        if request.method == "GET":
            return self._list(request, parts[3])
        if request.method == "DELETE":
            if self.held.pop(parts[5], None) is None:
                return _not_found("no such token")
            self.deleted.append(parts[5])
            return web.Response(status=204)
        body = await request.json()
        self.bodies.append(body)
        token = made_token(len(self.bodies), parts[3], body)
        self.held[token["id"]] = token
        return web.json_response(token)

    def _list(self, request: web.Request, region: str) -> web.Response:
        """The answer to ListTokens: no secrets. Without a project the SDK asks of the default."""
        place = (region, request.query["project_id"])
        shown: list[dict[str, Any]] = []
        for token in self.held.values():
            if (token["region"], token["project_id"]) == place:
                shown += [{**token, "secret_key": None}]
        first = request.query.get("page", "1") == "1"
        return web.json_response({"tokens": shown if first else [], "total_count": len(shown)})


def made_token(number: int, region: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to CreateToken, which alone shows the secret."""
    return {
        "id": f"5c0ce001-0000-4000-8000-{number:012}",
        "project_id": body["project_id"],
        "name": body["name"],
        "created_at": "2026-11-24T12:00:00Z",
        "updated_at": "2026-11-24T12:00:00Z",
        "scopes": body["token_scopes"],
        "secret_key": f"made-secret-{number}",
        "region": region,
    }


def _not_found(message: str) -> web.Response:
    return web.json_response({"type": "not_found", "message": message}, status=404)
