"""Page of machine families: what stands behind each, and how far off its watts may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.hosts import names, part_of_family
from cloud_carbon_exporter.model.power import is_whole_machine
from cloud_carbon_exporter.model.quantities import PERCENT
from cloud_carbon_exporter.model.server import describe, server
from cloud_carbon_exporter.model.types import Component, Estimate
from cloud_carbon_exporter.reporting.tables import markdown_table

HEAD = (
    "cloud",
    "family",
    "processor",
    "W a vCPU",
    "interval, load not read",
    "interval, load read",
    "hardware",
    "why assumed",
)


def blocks() -> Iterator[str]:
    """What the table tells, and the table."""
    usual = {
        signal: figure(f"model.default.{signal}").value for signal in ("cpu_ratio", "gpu_ratio")
    }
    cpu, gpu = (f"{PERCENT * ratio:.0f} %" for ratio in usual.values())
    yield (
        "One vCPU of each family with its part of memory and accelerators, without PUE, at the "
        f"default loads ({cpu} of processors, {gpu} of accelerators). Intervals are the 90 % "
        "bounds beside the value: first where monitoring did not tell the load, then where it told "
        "just that."
    )
    rows = [_row(family, usual) for family in facts.rows("families") if not family["pattern"]]
    yield markdown_table(HEAD, rows)


def _row(family: facts.Row, usual: Mapping[str, float]) -> tuple[str, ...]:
    part = part_of(family)
    held = replace(server(describe()), components=_held(family, part))
    unread, read = (estimate(held, loads, NOWHERE, None) for loads in ({}, usual))
    return (
        family["provider"],
        f"`{family['family']}`",
        names(part),
        f"{unread.power_watts.value:.3g}",
        _around(unread.power_watts),
        _around(read.power_watts),
        read.hardware_basis,
        read.reason,
    )


def part_of(family: facts.Row) -> str:
    """The part of a thread of a family, of which the API said nothing more."""
    pool = filter(None, family["pool"].split(";"))
    processors = (family["microarchitecture"], *pool)
    return part_of_family(family["provider"], family["family"], processors)


def _held(family: facts.Row, part: str) -> tuple[Component, ...]:
    reason = family["assumed"]
    memory = "unified" if is_whole_machine(family["microarchitecture"]) else "dram"
    boards = float(family["gpus_per_vcpu"] or 0)
    vcpu = Component(
        "vcpu",
        part,
        float(family["threads_per_vcpu"]),
        "cpu_ratio",
        share=float(family["share"] or 1),
        assumed=reason,
    )
    gib = Component("memory", memory, float(family["gib_per_vcpu"]), assumed=reason)
    if not boards:
        return (vcpu, gib)
    return (vcpu, gib, Component("gpu", family["gpu"], boards, "gpu_ratio", assumed=reason))


def _around(power: Estimate) -> str:
    """Bounds beside the value, in percent of it."""
    down, up = (PERCENT * (bound / power.value - 1) for bound in (power.lower, power.upper))
    return f"{down:+.0f} % to {up:+.0f} %"
