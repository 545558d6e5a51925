"""Parts of docs/api.md that follow from the routes: endpoints, parameters, OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cloud_carbon_exporter.web.api.openapi import openapi_document
from cloud_carbon_exporter.web.api.resource_parameters import RESOURCE_PARAMETERS
from cloud_carbon_exporter.web.routes import ROUTES

_COLUMNS = 100


def written(page: str) -> str:
    """The page with its parts as they must be. Raises ValueError where it has no place for one."""
    for name, text in parts().items():
        begin, end = f"<!-- {name}: written by scripts/docs -->", f"<!-- end of {name} -->"
        head, _, rest = page.partition(begin)
        _, ending, tail = rest.partition(end)
        if not ending:
            raise ValueError(f"no {begin} ... {end} in the page")
        page = f"{head}{begin}\n\n{text}\n\n{end}{tail}"
    return page


def parts() -> Mapping[str, str]:
    """The text of each part, by its name."""
    return {
        "endpoints": _endpoints(),
        "parameters": _parameters(),
        "openapi": f"```json\n{laid_out(openapi_document(ROUTES))}\n```",
    }


def _endpoints() -> str:
    lines = ["| path | methods | answers |", "| --- | --- | --- |"]
    for route in ROUTES:
        [summary] = {operation.summary for operation in route.operations.values()}
        lines.append(f"| `{route.path}` | {', '.join(route.operations)} | {summary} |")
    return "\n".join(lines)


def _parameters() -> str:
    lines = ["| parameter | meaning | default |", "| --- | --- | --- |"]
    for parameter in RESOURCE_PARAMETERS:
        default = parameter.schema.get("default", "")
        shown = f"`{default}`" if default else ""
        meaning = _meaning(parameter.description, parameter.schema)
        lines.append(f"| `{parameter.name}` | {meaning} | {shown} |")
    return "\n".join(lines)


def _meaning(description: str, schema: Mapping[str, Any]) -> str:
    if "maximum" in schema:
        return f"{description}, {schema['minimum']} to {schema['maximum']}"
    ascending = [f"`{word}`" for word in schema.get("enum", ()) if not word.startswith("-")]
    return f"{description}: {', '.join(ascending)}" if ascending else description


def laid_out(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON in which what fits on a line stands on one. before: columns taken on the first line."""
    line = json.dumps(value, ensure_ascii=False)
    if before + indent + len(line) <= _COLUMNS or not isinstance(value, dict | list) or not value:
        return line
    if isinstance(value, list):
        return _block("[", "]", (laid_out(item, indent + 2) for item in value), indent)
    members = (_member(name, member, indent + 2) for name, member in value.items())
    return _block("{", "}", members, indent)


def _member(name: str, value: Any, indent: int) -> str:
    label = f"{json.dumps(name)}: "
    return f"{label}{laid_out(value, indent, len(label))}"


def _block(opening: str, closing: str, items: Iterable[str], indent: int) -> str:
    inner = ",\n".join(f"{' ' * (indent + 2)}{item}" for item in items)
    return f"{opening}\n{inner}\n{' ' * indent}{closing}"
