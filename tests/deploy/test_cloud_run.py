"""Cloud Run: the port it gives, and the service it is told to run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from cloud_carbon_exporter.config import load as configured
from cloud_carbon_exporter.errors import ConfigError
from tests.deploy.files import DEPLOY, load

DEMO = {"CLOUD_CARBON_DEMO_ENABLED": "true"}
DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "run.v1.json"
PYTHON: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}
RUN = {**DEMO, "K_SERVICE": "carbon", "PORT": "8080"}


@pytest.mark.parametrize(
    ("arguments", "environment", "listen"),
    [
        ([], RUN, ":8080"),
        (["-listen=:9999"], RUN, ":9999"),
        ([], RUN | {"CLOUD_CARBON_LISTEN": ":9998"}, ":9998"),
        ([], DEMO | {"PORT": "8080"}, "0.0.0.0:2922"),
        ([], DEMO | {"K_SERVICE": "carbon"}, "0.0.0.0:2922"),
    ],
)
def test_the_port_of_cloud_run_counts_there_and_where_nothing_else_is_said(
    arguments: list[str], environment: Mapping[str, str], listen: str
) -> None:
    assert str(configured(arguments, environment).settings.listen) == listen


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="PORT"):
        configured([], RUN | {"PORT": "many"})


def test_other_commands_do_not_mind_it() -> None:
    assert configured(["services"], RUN).command == "services"


def test_the_service_collects_when_it_is_asked() -> None:
    service = load(DEPLOY / "cloud-run" / "service.yml")
    container = service["spec"]["template"]["spec"]["containers"][0]
    settings = configured(container["args"], {"K_SERVICE": "carbon", "PORT": "8080"}).settings
    assert settings.mode == "scrape"
    assert settings.listen.port == 8080
    assert [target.provider for target in settings.targets] == ["gcp"]
    assert service["spec"]["template"]["spec"]["timeoutSeconds"] >= 60


def faults(value: Any, schema: Mapping[str, Any], schemas: Any, place: str = "") -> Iterator[str]:
    """What a value has that a schema of Google's discovery does not know, or knows otherwise."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    if schema["type"] == "object":
        for name, inner in value.items():
            known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if known is None:
                yield f"{place}.{name} is not known"
            else:
                yield from faults(inner, known, schemas, f"{place}.{name}")
    elif schema["type"] == "array":
        for inner in value:
            yield from faults(inner, schema["items"], schemas, f"{place}[]")
    elif not isinstance(value, PYTHON[schema["type"]]):
        yield f"{place} is no {schema['type']}"


def test_the_service_is_one_that_google_knows() -> None:
    schemas = json.loads(DOCUMENT.read_text(encoding="utf-8"))["schemas"]
    service = load(DEPLOY / "cloud-run" / "service.yml")
    assert list(faults(service, schemas["Service"], schemas)) == []
    service["spec"]["template"]["spec"]["containers"][0]["arg"] = [1]
    assert list(faults(service, schemas["Service"], schemas)) == [
        ".spec.template.spec.containers[].arg is not known"
    ]
