"""Flags that describe a machine, for `estimate` alone."""

from __future__ import annotations

from cloud_carbon_exporter.config.flag import Flag, flags_in
from cloud_carbon_exporter.config.kinds import boolean, text
from cloud_carbon_exporter.config.quantities import count, maybe, number
from cloud_carbon_exporter.config.values import Kind

_ESTIMATE = ("estimate",)
_TINY = 1e-9
"""The least that counts as above 0: no machine holds less of anything."""


def _amount(name: str) -> Kind[float | None]:
    return maybe(number(name, "a number above 0", _TINY))


def _ratio() -> Kind[float | None]:
    return maybe(number("RATIO", "a number from 0 to 1", 0, 1))


MACHINE_TYPE = Flag(
    "machine-type",
    text("TYPE"),
    "",
    "Machine type of the cloud, such as m5.large.",
    commands=_ESTIMATE,
)
MACHINE_REGION = Flag(
    "region",
    text("REGION"),
    "",
    "Region of the cloud; without one, PUE is 1.",
    commands=_ESTIMATE,
)
PROCESSOR = Flag(
    "processor",
    text("NAME"),
    "",
    "Processor of the server, such as Xeon Gold 6248.",
    commands=_ESTIMATE,
)
MICROARCHITECTURE = Flag(
    "microarchitecture",
    text("NAME"),
    "",
    "Its microarchitecture, such as Skylake.",
    commands=_ESTIMATE,
)
TDP_WATTS = Flag(
    "tdp-watts", _amount("WATTS"), "", "Thermal design power of one socket.", commands=_ESTIMATE
)
SOCKETS = Flag(
    "sockets",
    maybe(count("COUNT", "a whole number from 1 to 64", 1, 64)),
    "",
    "Processors in the server.",
    commands=_ESTIMATE,
)
THREADS = Flag(
    "threads",
    maybe(count("COUNT", "a whole number from 1 to 100000", 1, 100_000)),
    "",
    "Hardware threads of the whole server.",
    commands=_ESTIMATE,
)
MEMORY_GIB = Flag(
    "memory-gib", _amount("GIB"), "", "Memory of the whole server.", commands=_ESTIMATE
)
CPU_RATIO = Flag(
    "cpu-ratio",
    _ratio(),
    "",
    "Share of the processors at work; a stated default when empty.",
    commands=_ESTIMATE,
)
GPU_RATIO = Flag(
    "gpu-ratio",
    _ratio(),
    "",
    "Share of the accelerators at work; a stated default when empty.",
    commands=_ESTIMATE,
)
HOURS = Flag(
    "hours",
    maybe(number("HOURS", "a number from 0 up", 0)),
    "",
    "Also print what so many hours of it come to: energy and emissions.",
    commands=_ESTIMATE,
)
EXPLAIN = Flag(
    "explain",
    boolean(),
    "false",
    "Also print the sum, term by term, with its sources.",
    commands=_ESTIMATE,
)
BATCH = Flag(
    "batch",
    text("FILE"),
    "",
    "Read JSON lines with the same names in snake case from a file, or from stdin when it is -; "
    "what flags say holds for the lines that do not.",
    commands=_ESTIMATE,
)

MACHINE_FLAGS = flags_in(globals())
