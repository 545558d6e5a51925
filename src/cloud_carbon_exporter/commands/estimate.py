"""`estimate`: price a machine type, or a server, without any account; one, or a batch of lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.commands import estimate_plan, terminal
from cloud_carbon_exporter.commands.doubted_names import Doubts, doubts
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config import machine_flags as flags
from cloud_carbon_exporter.config.cloud_flags import MACHINE_PROVIDER
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flag import Flag, Values
from cloud_carbon_exporter.config.flags import ESTIMATE_FORMAT, STRICT
from cloud_carbon_exporter.config.grid_flags import GRID_METHOD
from cloud_carbon_exporter.config.plan_flags import BUDGET, PLAN
from cloud_carbon_exporter.config.values import listed, quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS
from cloud_carbon_exporter.reporting import estimates
from cloud_carbon_exporter.reporting.explanation import figures, period, sums
from cloud_carbon_exporter.reporting.tables import as_markdown, as_text

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
    flags.HOURS,
    GRID_METHOD,
)
FIELDS: Mapping[str, Flag[object]] = {flag.field: flag for flag in _DESCRIBING}
"""Fields of a line of a batch: the flags that describe what is estimated, in snake case."""

_NOTHING = Values({flag: flag.kind.empty for flag in (*_DESCRIBING, flags.EXPLAIN, STRICT)})


class BadField(Exception):
    """Field of an input that cannot be followed; in snake case, empty for the whole of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def run(invocation: Invocation) -> int:
    """Print one estimate, those of a batch, or that of a plan.

    Returns 1 when a line of the batch was bad, or the plan is not within its budget.
    """
    options = invocation.settings.options
    if options[PLAN] or options.holds(BUDGET):
        return estimate_plan.answer(options)
    if options[flags.BATCH]:
        return _batch(options[flags.BATCH], options)
    try:
        result = _checked(options, Doubts())
    except BadField as error:
        name = f"-{FIELDS[error.field].name}: " if error.field else ""
        raise ConfigError(f"{name}{error}") from None
    if options[ESTIMATE_FORMAT] == "json":
        sys.stdout.write(_answer(result, options))
        return 0
    title = " ".join(options[flag] for flag in _TITLE if options.holds(flag)) or "server"
    sections = [figures(title, result.footprint)]
    if options.holds(flags.HOURS):
        sections.append(period(result))
    if options[flags.EXPLAIN]:
        sections += sums(result.explain())
    if options[ESTIMATE_FORMAT] == "markdown":
        sys.stdout.write(as_markdown(sections))
    else:
        sys.stdout.write(as_text(sections, terminal.width(sys.stdout)))
    return 0


def _answer(result: estimate.Result, options: Values) -> str:
    """Estimate as one JSON line, with its period and its sum where they are asked for."""
    answer = estimates.footprint(result.footprint)
    if options.holds(flags.HOURS):
        answer |= estimates.period(result)
    if options[flags.EXPLAIN]:
        answer["explain"] = list(map(asdict, result.explain()))
    return json.dumps(answer) + "\n"


def _batch(name: str, given: Values) -> int:
    if name == "-":
        return _write(answers(sys.stdin.buffer, given))
    try:
        with Path(name).open("rb") as file:
            return _write(answers(file, given))
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


def answers(lines: Iterable[bytes], given: Values = _NOTHING) -> Iterator[tuple[bool, str]]:
    """One JSON line for each line, in order; whether it is an error stands before it.

    given: what holds for every line that does not say otherwise.
    """
    told = Doubts()
    for line in lines:
        try:
            options = _parse(line, given)
            yield False, _answer(_checked(options, told), options)
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


def _checked(given: Values, told: Doubts) -> estimate.Result:
    """Estimate of an input; a name nobody knows is told, with -strict refused. Raises BadField."""
    result = result_of(given)
    if given[STRICT]:
        for flag, doubt in doubts(given):
            raise BadField(flag.field, doubt)
    else:
        told.tell(given)
    return result


def result_of(given: Values) -> estimate.Result:
    """Estimate of what values describe. Raises BadField where they do not fit together."""
    _refuse_what_does_not_fit(given)
    hours = given[flags.HOURS]
    provider, region = given[MACHINE_PROVIDER], given[flags.MACHINE_REGION]
    loads: dict[str, float] = {}
    for flag in _LOADS:
        ratio = given[flag]
        if ratio is not None:
            loads[flag.field] = ratio
    over = 1 if hours is None else hours
    if machine_type := given[flags.MACHINE_TYPE]:
        return estimate.machine(provider, machine_type, region, loads, over, given[GRID_METHOD])
    return estimate.server(
        given[flags.PROCESSOR],
        given[flags.MICROARCHITECTURE],
        given[flags.TDP_WATTS],
        given[flags.SOCKETS],
        given[flags.THREADS],
        given[flags.MEMORY_GIB],
        provider=provider,
        region=region,
        loads=loads,
        hours=over,
        grid_method=given[GRID_METHOD],
    )


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
