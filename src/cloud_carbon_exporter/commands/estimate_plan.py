"""`estimate -plan`: what a plan of Terraform changes, and whether it keeps within a budget."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.config import machine_flags as flags
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flag import Flag, Values
from cloud_carbon_exporter.config.flags import ESTIMATE_FORMAT
from cloud_carbon_exporter.config.grid_flags import GRID_METHOD
from cloud_carbon_exporter.config.plan_flags import BUDGET, PLAN
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.plan.document import BadPlan, Document, parse
from cloud_carbon_exporter.plan.plan import Asked, estimated
from cloud_carbon_exporter.plan.regions import CLOUDS
from cloud_carbon_exporter.reporting import plan as report
from cloud_carbon_exporter.reporting.tables import as_markdown, as_text

_LOADS = (flags.CPU_RATIO, flags.GPU_RATIO)
_OF_ONE_MACHINE: tuple[Flag[object], ...] = (
    flags.MACHINE_TYPE,
    flags.PROCESSOR,
    flags.MICROARCHITECTURE,
    flags.TDP_WATTS,
    flags.SOCKETS,
    flags.THREADS,
    flags.MEMORY_GIB,
    flags.HOURS,
    flags.EXPLAIN,
    flags.BATCH,
)


def answer(options: Values) -> int:
    """Print the estimate of a plan. Returns 1 unless it is known to be within its budget."""
    _refuse_what_does_not_fit(options)
    plan = estimated(_read(options[PLAN]), _asked(options))
    budget = options[BUDGET]
    period = budget.period if budget else "month"
    held = report.held(plan, budget.kilograms, period) if budget else None
    form = options[ESTIMATE_FORMAT]
    if form == "json":
        sys.stdout.write(json.dumps(report.document(plan, period, held)) + "\n")
    else:
        sections = report.sections(plan, period, held)
        width = terminal.width(sys.stdout)
        sys.stdout.write(as_markdown(sections) if form == "markdown" else as_text(sections, width))
    return int(held is not None and held.exceeded)


def _refuse_what_does_not_fit(options: Values) -> None:
    """Raises ConfigError for a budget of no plan, and for flags that describe a machine."""
    if not options[PLAN]:
        raise ConfigError(f"-{BUDGET.name}: is held against a plan: give one with -{PLAN.name}")
    for flag in _OF_ONE_MACHINE:
        if options[flag] not in (flag.kind.empty, False):
            raise ConfigError(f"-{flag.name}: means nothing beside -{PLAN.name}")
    region, known = options[flags.MACHINE_REGION].lower(), _regions()
    if region and region not in known:
        raise ConfigError(f"-region: {quoted(region)} is no region{nearest(region, known)}")


def _regions() -> set[str]:
    regions: set[str] = set()
    for cloud in CLOUDS.values():
        regions.update(facts.regions(cloud))
    return regions


def _asked(options: Values) -> Asked:
    loads: dict[str, float] = {}
    for flag in _LOADS:
        ratio = options[flag]
        if ratio is not None:
            loads[flag.field] = ratio
    return Asked(options[flags.MACHINE_REGION], loads, options[GRID_METHOD])


def _read(name: str) -> Document:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ConfigError(f"-plan: cannot read {quoted(name)}: {error.strerror}") from None
    try:
        return parse(data)
    except BadPlan as error:
        raise ConfigError(f"-plan: {quoted(name)} {error}") from None
