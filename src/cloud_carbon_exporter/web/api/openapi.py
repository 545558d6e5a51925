"""OpenAPI document of the HTTP endpoints, made from the routes the application serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from cloud_carbon_exporter.web.api.json_schema import Schema, reference
from cloud_carbon_exporter.web.api.schemas import SCHEMAS

API_VERSION = "1.0.0"
"""Version of the API, as docs/stability.md counts it; not that of the program."""

JSON = "application/json"
_DESCRIPTION = """\
GET endpoints answer HEAD too. Every answer links the source of the running version in its `Link` \
header. What may change in which version is said in docs/stability.md."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Parameter of an operation. repeated: may be given more than once."""

    name: str
    description: str
    schema: Schema
    where: Literal["query", "path"] = "query"
    required: bool = False
    repeated: bool = False

    def document(self) -> dict[str, Any]:
        """The Parameter Object."""
        schema = {"type": "array", "items": self.schema} if self.repeated else self.schema
        return {
            "name": self.name,
            "in": self.where,
            "description": self.description,
            "required": self.required,
            "schema": schema,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of an operation. content: media type -> schema; empty where there is no body."""

    description: str
    content: Mapping[str, Schema]

    def document(self) -> dict[str, Any]:
        """The Response Object."""
        content = {media: {"schema": schema} for media, schema in self.content.items()}
        return {"description": self.description} | ({"content": content} if content else {})


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route does, in words: one Operation Object.

    answers: by status, or "default". body: JSON that it takes; nothing where it takes none.
    """

    identity: str
    summary: str
    answers: Mapping[str, Answer]
    parameters: tuple[Parameter, ...] = ()
    body: Schema | None = None

    def document(self) -> dict[str, Any]:
        """The Operation Object."""
        taken = {JSON: {"schema": self.body}} if self.body else {}
        answers = {status: answer.document() for status, answer in self.answers.items()}
        parameters = [parameter.document() for parameter in self.parameters]
        return {
            "operationId": self.identity,
            "summary": self.summary,
            **({"parameters": parameters} if parameters else {}),
            **({"requestBody": {"required": True, "content": taken}} if taken else {}),
            "responses": answers,
        }


class DescribedRoute(Protocol):
    """A route, as far as the document tells of it."""

    @property
    def path(self) -> str:
        """The path, with parameters in braces."""

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What each method does."""


def json_answers(schema: str, description: str) -> Mapping[str, Answer]:
    """Answers of an endpoint of the API: one of SCHEMAS, or an error as JSON."""
    return {
        "200": Answer(description, {JSON: reference(schema)}),
        "default": Answer(
            "an error: which parameter cannot be followed, who may not ask, or not now",
            {JSON: reference("error")},
        ),
    }


def openapi_document(routes: Iterable[DescribedRoute], server: str = "/") -> dict[str, Any]:
    """The whole document. server: what stands before all paths."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operations = paths.setdefault(route.path, {})
        for method, operation in route.operations.items():
            operations[method.lower()] = operation.document()
    return {
        # 3.1 takes JSON Schema 2020-12 as it is; in 3.0 `null` and `const` are other words
        "openapi": "3.1.0",
        "info": {
            "title": "Cloud carbon exporter",
            "version": API_VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": server}],
        # an empty requirement beside the other: a password is asked for only where users are
        # configured
        "security": [{}, {"basic": []}],
        "paths": paths,
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "where basic_auth_users stand in the file of -web.config.file",
                }
            },
        },
    }
