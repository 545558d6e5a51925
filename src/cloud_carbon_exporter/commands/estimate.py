"""`estimate`: price a machine type, or a server, without any account. One, or a batch of JSON
lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flags import Flag, of_command
from cloud_carbon_exporter.config.values import Value, quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.explain import Term, explain
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.server import describe, server
from cloud_carbon_exporter.model.types import CarbonIntensity, Footprint, Location, Place, Resource
from cloud_carbon_exporter.reporting.explanation import footprint_text
from cloud_carbon_exporter.web.api import json_objects

LABELS = {
    "aws": "aws",
    "gcp": "gcp",
    "scw": "scaleway",
    "scaleway": "scaleway",
}  # -cloud.provider -> cloud_provider
_SERVER = ("processor", "microarchitecture", "tdp_watts", "sockets", "threads", "memory_gib")
_WHERE = ("cloud_provider", "region")
_LOADS = ("cpu_ratio", "gpu_ratio")
_NOTHING: Mapping[str, Value] = MappingProxyType({})
FIELDS = (*_WHERE, "machine_type", *_SERVER, *_LOADS)


class BadField(Exception):
    """One field of an input cannot be followed. field: its name in snake case; empty for the whole."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be estimated, where it stands, and how hard it works."""

    resource: Resource
    place: Place
    intensity: CarbonIntensity | None
    loads: Mapping[str, float]

    def footprint(self) -> Footprint:
        """Its Footprint."""
        return estimate(self.resource, self.loads, self.place, self.intensity)

    def terms(self) -> tuple[Term, ...]:
        """The sum it comes from, term by term."""
        return explain(self.resource, self.loads, self.place, self.intensity)


def run(invocation: Invocation) -> int:
    """Print one estimate, or those of a batch. Returns 1 when a line of the batch was bad."""
    options = invocation.settings.options
    given = {
        name: value
        for name, value in ((name, options[flag.name]) for name, flag in _flags().items())
        if _said(value)
    }
    if options["batch"]:
        return _batch(options["batch"], given, explained=options["explain"])
    try:
        subject = subject_of(given)
    except BadField as error:
        name = f"-{_flags()[error.field].name}: " if error.field else ""
        raise ConfigError(f"{name}{error}") from None
    if options["format"] == "json":
        sys.stdout.write(
            json.dumps(document(subject.footprint()) | _terms(subject, options["explain"])) + "\n"
        )
        return 0
    title = (
        " ".join(
            str(given[name]) for name in ("machine_type", "processor", *_WHERE) if name in given
        )
        or "server"
    )
    sys.stdout.write(
        footprint_text(title, subject.footprint(), subject.terms() if options["explain"] else ())
    )
    return 0


@lru_cache(maxsize=1)
def _flags() -> Mapping[str, Flag]:
    """The flags that describe what is estimated, by their names in snake case."""
    names = (
        (flag.name.replace(".", "_").replace("-", "_"), flag) for flag in of_command("estimate")
    )
    return {name: flag for name, flag in names if name in FIELDS}


def _terms(subject: Subject, wanted: bool) -> dict[str, Any]:
    return {"explain": [asdict(term) for term in subject.terms()]} if wanted else {}


def _said(value: Value) -> bool:
    return value is not None and value != ""


def _batch(name: str, given: Mapping[str, Value], *, explained: bool) -> int:
    if name == "-":
        return _write(answers(sys.stdin.buffer, given, explained=explained))
    try:
        with Path(name).open("rb") as file:
            return _write(answers(file, given, explained=explained))
    except OSError as error:
        if error.filename != name:  # not of reading, but of writing
            raise
        raise ConfigError(f"-batch: cannot read {quoted(name)}: {error.strerror}") from None


def _write(answered: Iterable[tuple[bool, str]]) -> int:
    failed = 0
    for failure, answer in answered:
        failed |= failure
        sys.stdout.write(answer)
    return failed


def answers(
    lines: Iterable[bytes], given: Mapping[str, Value] = _NOTHING, *, explained: bool = False
) -> Iterator[tuple[bool, str]]:
    """One JSON line for each line, in order; whether it is an error stands before it.

    given: what holds for every line that does not say otherwise. explained: each answer also holds
        its sum.
    """
    for line in lines:
        try:
            subject = subject_of(_parse(line, given))
            yield (
                False,
                json.dumps(document(subject.footprint()) | _terms(subject, explained)) + "\n",
            )
        except BadField as error:
            yield True, json.dumps({"error": {"field": error.field, "message": str(error)}}) + "\n"


def _parse(line: bytes, given: Mapping[str, Value]) -> dict[str, Value]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadField("", "is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        reason = (
            error.msg
            if isinstance(error, json.JSONDecodeError)
            else "a number or a nesting no one needs"
        )
        raise BadField("", f"is not JSON: {reason}") from None
    if not isinstance(found, dict):
        raise BadField("", "is not a JSON object")
    accepted = {name: _accept(name, value) for name, value in found.items()}
    return {name: value for name, value in {**given, **accepted}.items() if _said(value)}


def _accept(name: str, value: object) -> Value:
    flag = _flags().get(name)
    if flag is None:
        raise BadField(name, f"is not known{nearest(name, FIELDS)}")
    try:
        return None if value is None else flag.kind.accept(value)
    except ValueError as error:
        raise BadField(name, f"{quoted(value)} {error}; allowed: {flag.kind.allowed}") from None


def subject_of(given: Mapping[str, Value]) -> Subject:
    """The machine or server a set of fields describes. Raises BadField where they do not fit
    together.
    """
    provider, region, machine_type = (given.get(name, "") for name in (*_WHERE, "machine_type"))
    described = [name for name in _SERVER if name in given]
    if machine_type and described:
        raise BadField(
            described[0], "describes a server, machine_type a machine of a cloud: give one of them"
        )
    if machine_type and not provider:
        raise BadField("cloud_provider", "is missing: whose machine type? allowed: aws, gcp or scw")
    if region and not provider:
        raise BadField("cloud_provider", "is missing: whose region? allowed: aws, gcp or scw")
    if not machine_type and not described:
        raise BadField("machine_type", f"is missing; or describe a server by {', '.join(_SERVER)}")
    place = facts.place(LABELS[provider], region) if region else NOWHERE
    resource = (
        _machine(LABELS[provider], machine_type, region)
        if machine_type
        else _server(*map(given.get, _SERVER))
    )
    loads = {name: given[name] for name in _LOADS if name in given}
    return Subject(resource, place, place.intensities[0] if place.intensities else None, loads)


@lru_cache(maxsize=4096)
def _machine(provider: str, name: str, region: str) -> Resource:
    found = machine(provider, name)
    return Resource(name, "machine", name, Location(provider, "", region), components(found))


@lru_cache(maxsize=4096)
def _server(*described: Any) -> Resource:
    processor, microarchitecture, *numbers = described
    return server(describe(processor or "", microarchitecture or "", *numbers))


def document(footprint: Footprint) -> dict[str, Any]:
    """The estimate as one JSON object."""
    return {
        "power_watts": json_objects.estimate(footprint.power_watts),
        "operational_emissions_grams_per_second": json_objects.estimate(
            footprint.operational_grams_per_second
        ),
        "embodied_emissions_grams_per_second": json_objects.estimate(
            footprint.embodied_grams_per_second
        ),
        "reason": footprint.reason,
        "facts": list(footprint.facts),
    }
