"""Requests and answers of Google's APIs, checked against the discovery documents Google publishes.

What the documents do not say (which parameters are required, how a filter reads, which aligner fits
which metric) is added by the fake itself, after the reference pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import googleapiclient
import jsonschema

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
VERSIONS = {
    "aiplatform": "v1",
    "alloydb": "v1",
    "apigee": "v1",
    "artifactregistry": "v1",
    "backupdr": "v1",
    "bigquery": "v2",
    "bigqueryreservation": "v1",
    "bigtableadmin": "v2",
    "cloudasset": "v1",
    "cloudfunctions": "v1",
    "composer": "v1",
    "compute": "v1",
    "container": "v1",
    "dataflow": "v1b3",
    "datafusion": "v1",
    "dataproc": "v1",
    "file": "v1",
    "firestore": "v1",
    "gkebackup": "v1",
    "looker": "v1",
    "managedkafka": "v1",
    "memcache": "v1",
    "monitoring": "v3",
    "netapp": "v1",
    "oracledatabase": "v1",
    "parallelstore": "v1",
    "pubsub": "v1",
    "redis": "v1",
    "run": "v2",
    "spanner": "v1",
    "sqladmin": "v1",
    "storage": "v1",
    "tpu": "v2",
    "vmwareengine": "v1",
}

_DATETIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
_FORMATS = {
    "int64": r"^-?\d+$",
    "uint64": r"^\d+$",
    "google-datetime": _DATETIME,
    "date-time": _DATETIME,
    "google-duration": r"^-?\d+(\.\d{1,9})?s$",
}


@dataclass(frozen=True, slots=True)
class Method:
    """Method of an API. `response`: name of its schema. `path`: pattern below the API's root."""

    api: str
    id: str
    verb: str
    path: re.Pattern[str]
    parameters: Mapping[str, Mapping[str, Any]]
    request: str
    response: str


@cache
def document(name: str) -> Mapping[str, Any]:
    """A discovery document, "compute.v1". Raises FileNotFoundError."""
    discovery: Mapping[str, Any] = json.loads(
        (DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")
    )
    return discovery


def _methods(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from tree.get("methods", {}).values()
    for branch in tree.get("resources", {}).values():
        yield from _methods(branch)


def _pattern(path: str) -> re.Pattern[str]:
    text = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return re.compile(f"{text}$")


@cache
def methods(api: str) -> Sequence[Method]:
    """All methods of an API in the version we speak."""
    tree = document(f"{api}.{VERSIONS[api]}")
    return [
        Method(
            api,
            method["id"],
            method["httpMethod"],
            _pattern(tree["servicePath"] + method.get("flatPath", method["path"])),
            {**tree["parameters"], **method.get("parameters", {})},
            method.get("request", {}).get("$ref", ""),
            method.get("response", {}).get("$ref", ""),
        )
        for method in _methods(tree)
    ]


def aligners() -> Mapping[str, str]:
    """Aligners of Cloud Monitoring, each with what its document says of it."""
    [listing] = [
        known for known in methods("monitoring") if known.id.endswith("cts.timeSeries.list")
    ]
    told = listing.parameters["aggregation.perSeriesAligner"]
    return dict(zip(told["enum"], told["enumDescriptions"], strict=True))


def method(api: str, verb: str, path: str) -> Method | None:
    """The method a request means, if there is one."""
    return next(
        (known for known in methods(api) if known.verb == verb and known.path.match(path)), None
    )


def _parameter(name: str, value: str, says: Mapping[str, Any]) -> Iterator[str]:
    if "enum" in says and value not in says["enum"]:
        yield f"{name}={value} is none of {says['enum'][:8]}"
    if says["type"] == "integer" and not value.lstrip("-").isdigit():
        yield f"{name}={value} is no integer"
    pattern = _FORMATS.get(says.get("format", ""))
    if pattern and not re.match(pattern, value):
        yield f"{name}={value} is no {says['format']}"


def request_errors(asked: Method, query: Iterable[tuple[str, str]], body: Any) -> list[str]:
    """What is wrong with a request."""
    errors, given = [], [*query]
    for name, value in given:
        says = asked.parameters.get(name)
        if says is None or says.get("location") == "path":
            errors.append(f"{asked.id} has no parameter {name}")
        else:
            errors += _parameter(name, value, says)
    names = [name for name, _ in given]
    for name, says in asked.parameters.items():
        if says.get("required") and says.get("location") == "query" and name not in names:
            errors.append(f"{name} is missing")
        if not says.get("repeated") and names.count(name) > 1:
            errors.append(f"{name} is given more than once")
    if asked.request:
        errors += schema_errors(f"{asked.api}.{VERSIONS[asked.api]}", asked.request, body)
    elif body:  # an empty object is none: all that a POST without parameters sends
        errors.append(f"{asked.id} takes no body")
    return errors


def response_errors(asked: Method, answer: Any) -> list[str]:
    """Errors of an answer; the data of assets is checked against the API they come from."""
    errors = schema_errors(f"{asked.api}.{VERSIONS[asked.api]}", asked.response, answer)
    if asked.id == "cloudasset.assets.list":
        for asset in answer.get("assets", ()):
            errors += asset_errors(asset)
    return errors


def asset_errors(asset: Mapping[str, Any]) -> list[str]:
    """What is wrong with an asset's data, by the document its `resource` names."""
    resource = asset.get("resource")
    if resource is None:
        return []
    name = f"{asset['assetType'].partition('.')[0]}.{resource['version']}"
    if not (DOCUMENTS / f"{name}.json").exists():
        return []
    return schema_errors(name, resource["discoveryName"], resource["data"])


def schema_errors(name: str, schema: str, value: Any) -> list[str]:
    """What is wrong with a value of this schema of this document."""
    return [*_errors_of_text(name, schema, json.dumps(value))]


@lru_cache(maxsize=256)
def _errors_of_text(name: str, schema: str, text: str) -> tuple[str, ...]:
    """Most tests send the same recorded answers: each is held against its schema once."""
    return tuple(
        f"{schema}{error.json_path[1:]}: {error.message[:200]}"
        for error in _validator(name, schema).iter_errors(json.loads(text))
    )


@cache
def _validator(name: str, schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{schema}", "$defs": _definitions(name)}
    )


@cache
def _definitions(name: str) -> Mapping[str, Any]:
    return {key: _converted(value) for key, value in document(name)["schemas"].items()}


def _converted(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Discovery's dialect as JSON Schema, strict about unknown fields."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kind = schema.get("type", "any")
    if kind == "any":
        return {}
    converted: dict[str, Any] = {"type": kind}
    if "enum" in schema:
        converted["enum"] = schema["enum"]
    if kind == "number":
        converted = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
    if kind == "string" and schema.get("format") in _FORMATS:
        converted["pattern"] = _FORMATS[schema["format"]]
    if kind == "array":
        converted["items"] = _converted(schema["items"])
    if kind == "object":
        converted["properties"] = {
            key: _converted(value) for key, value in schema.get("properties", {}).items()
        }
        more = schema.get("additionalProperties")
        converted["additionalProperties"] = _converted(more) if more else False
    return converted
