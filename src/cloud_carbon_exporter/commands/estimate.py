"""`estimate`: price a machine type, or a server, without any account; one, or a batch of lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.commands.doubted_names import Doubts, doubts
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config import machine_flags as flags
from cloud_carbon_exporter.config.cloud_flags import MACHINE_PROVIDER
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flag import Flag, Values
from cloud_carbon_exporter.config.flags import ANSWER_FORMAT, STRICT
from cloud_carbon_exporter.config.grid_flags import GRID_METHOD
from cloud_carbon_exporter.config.values import listed, quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.explain import Term, explain
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.server import describe, server
from cloud_carbon_exporter.model.types import CarbonIntensity, Footprint, Location, Place, Resource
from cloud_carbon_exporter.providers.clouds import LABELS, REAL_CLOUDS
from cloud_carbon_exporter.reporting.explanation import footprint_text
from cloud_carbon_exporter.web.api import json_objects

_SERVER: tuple[Flag[object], ...] = (
    flags.PROCESSOR,
    flags.MICROARCHITECTURE,
    flags.TDP_WATTS,
    flags.SOCKETS,
    flags.THREADS,
    flags.MEMORY_GIB,
)
_LOADS = (flags.CPU_RATIO, flags.GPU_RATIO)
_TITLE = (flags.MACHINE_TYPE, flags.PROCESSOR, MACHINE_PROVIDER, flags.MACHINE_REGION)
_DESCRIBING: tuple[Flag[object], ...] = (
    MACHINE_PROVIDER,
    flags.MACHINE_REGION,
    flags.MACHINE_TYPE,
    *_SERVER,
    *_LOADS,
    GRID_METHOD,
)
FIELDS: Mapping[str, Flag[object]] = {flag.field: flag for flag in _DESCRIBING}
"""Fields of a line of a batch: the flags that describe what is estimated, in snake case."""

_NOTHING = Values({flag: flag.kind.empty for flag in (*_DESCRIBING, STRICT)})


class BadField(Exception):
    """Field of an input that cannot be followed; in snake case, empty for the whole of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject of an estimate: what it is, where it stands, and how hard it works."""

    resource: Resource
    place: Place
    intensity: CarbonIntensity | None
    loads: Mapping[str, float]

    def footprint(self) -> Footprint:
        """Footprint of it."""
        return estimate(self.resource, self.loads, self.place, self.intensity)

    def terms(self) -> tuple[Term, ...]:
        """Terms of the sum it comes from."""
        return explain(self.resource, self.loads, self.place, self.intensity)


def run(invocation: Invocation) -> int:
    """Print one estimate, or those of a batch. Returns 1 when a line of the batch was bad."""
    options = invocation.settings.options
    explained = options[flags.EXPLAIN]
    if options[flags.BATCH]:
        return _batch(options[flags.BATCH], options, explained=explained)
    try:
        subject = _checked(options, Doubts())
    except BadField as error:
        name = f"-{FIELDS[error.field].name}: " if error.field else ""
        raise ConfigError(f"{name}{error}") from None
    if options[ANSWER_FORMAT] == "json":
        sys.stdout.write(_answer(subject, explained=explained))
        return 0
    title = " ".join(options[flag] for flag in _TITLE if options.holds(flag)) or "server"
    terms = subject.terms() if explained else ()
    text = footprint_text(title, subject.footprint(), terms, terminal.width(sys.stdout))
    sys.stdout.write(text)
    return 0


def _answer(subject: Subject, *, explained: bool) -> str:
    """Estimate as one JSON line, with its sum where that is asked for."""
    answer = document(subject.footprint())
    if explained:
        answer["explain"] = list(map(asdict, subject.terms()))
    return json.dumps(answer) + "\n"


def _batch(name: str, given: Values, *, explained: bool) -> int:
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
    lines: Iterable[bytes], given: Values = _NOTHING, *, explained: bool = False
) -> Iterator[tuple[bool, str]]:
    """One JSON line for each line, in order; whether it is an error stands before it.

    given: what holds for every line that does not say otherwise. explained: each answer also holds
        its sum.
    """
    told = Doubts()
    for line in lines:
        try:
            subject = _checked(_parse(line, given), told)
            yield False, _answer(subject, explained=explained)
        except BadField as error:
            yield True, json.dumps({"error": {"field": error.field, "message": str(error)}}) + "\n"


def _parse(line: bytes, given: Values) -> Values:
    """Values of one line, on top of those given. Raises BadField."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadField("", "is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise BadField("", f"is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise BadField("", "is not JSON: a number or a nesting no one needs") from None
    if not isinstance(fields, dict):
        raise BadField("", "is not a JSON object")
    said: dict[Flag[object], object] = {}
    for name, value in fields.items():
        flag = FIELDS.get(name)
        if flag is None:
            raise BadField(name, f"is not known{nearest(name, FIELDS)}")
        said[flag] = _accept(flag, value)
    return given.but(said)


def _accept(flag: Flag[object], value: object) -> object:
    """Value of a field; null says that nothing is said, whatever the flags say."""
    if value is None:
        return flag.kind.empty
    try:
        return flag.kind.accept(value)
    except ValueError as error:
        message = f"{quoted(value)} {error}; allowed: {flag.kind.allowed}"
        raise BadField(flag.field, message) from None


def _checked(given: Values, told: Doubts) -> Subject:
    """Subject of an input; a name nobody knows is told, with -strict refused. Raises BadField."""
    subject = subject_of(given)
    if given[STRICT]:
        for flag, doubt in doubts(given):
            raise BadField(flag.field, doubt)
    else:
        told.tell(given)
    return subject


def subject_of(given: Values) -> Subject:
    """Machine or server that values describe. Raises BadField where they do not fit together."""
    _refuse_what_does_not_fit(given)
    provider, region = given[MACHINE_PROVIDER], given[flags.MACHINE_REGION]
    place = facts.place(LABELS[provider], region) if region else NOWHERE
    if machine_type := given[flags.MACHINE_TYPE]:
        resource = _machine(LABELS[provider], machine_type, region)
    else:
        resource = _server(
            given[flags.PROCESSOR],
            given[flags.MICROARCHITECTURE],
            given[flags.TDP_WATTS],
            given[flags.SOCKETS],
            given[flags.THREADS],
            given[flags.MEMORY_GIB],
        )
    loads: dict[str, float] = {}
    for flag in _LOADS:
        ratio = given[flag]
        if ratio is not None:
            loads[flag.field] = ratio
    return Subject(resource, place, annual_of(place, given[GRID_METHOD]), loads)


def _refuse_what_does_not_fit(given: Values) -> None:
    """Raises BadField for a machine and a server at once, for neither, and for no cloud."""
    machine_type = given[flags.MACHINE_TYPE]
    described = [flag.field for flag in _SERVER if given.holds(flag)]
    if machine_type and described:
        raise BadField(
            described[0], "describes a server, machine_type a machine of a cloud: give one of them"
        )
    if not given[MACHINE_PROVIDER] and (machine_type or given[flags.MACHINE_REGION]):
        what = "machine type" if machine_type else "region"
        allowed = listed(tuple(REAL_CLOUDS))
        raise BadField(MACHINE_PROVIDER.field, f"is missing: whose {what}? allowed: {allowed}")
    if not machine_type and not described:
        fields = ", ".join(flag.field for flag in _SERVER)
        raise BadField(flags.MACHINE_TYPE.field, f"is missing; or describe a server by {fields}")


@lru_cache(maxsize=4096)
def _machine(provider: str, name: str, region: str) -> Resource:
    hardware = components(machine(provider, name))
    return Resource(name, "machine", name, Location(provider, "", region), hardware)


@lru_cache(maxsize=4096)
def _server(
    processor: str,
    microarchitecture: str,
    tdp_watts: float | None,
    sockets: int | None,
    threads: int | None,
    memory_gib: float | None,
) -> Resource:
    return server(describe(processor, microarchitecture, tdp_watts, sockets, threads, memory_gib))


def document(footprint: Footprint) -> dict[str, Any]:
    """Estimate as one JSON object."""
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
