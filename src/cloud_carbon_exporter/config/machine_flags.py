"""The flags that describe a machine, for `estimate` alone."""

from __future__ import annotations

from cloud_carbon_exporter.config.flag import Flag
from cloud_carbon_exporter.config.values import Kind, boolean, number, text

_ESTIMATE = ("estimate",)
_POSITIVE = "a number above 0"
_RATIO = "a number from 0 to 1"
_TINY = 1e-9  # the least that counts as above 0: no machine holds less of anything


def _amount(name: str) -> Kind:
    return number(name, _POSITIVE, _TINY)


MACHINE_FLAGS: tuple[Flag, ...] = (
    Flag(
        "machine-type",
        text("TYPE"),
        "",
        "Machine type of the cloud, such as m5.large.",
        commands=_ESTIMATE,
    ),
    Flag(
        "region",
        text("REGION"),
        "",
        "Region of the cloud; without one, PUE is 1.",
        commands=_ESTIMATE,
    ),
    Flag(
        "processor",
        text("NAME"),
        "",
        "Processor of the server, such as Xeon Gold 6248.",
        commands=_ESTIMATE,
    ),
    Flag(
        "microarchitecture",
        text("NAME"),
        "",
        "Its microarchitecture, such as Skylake.",
        commands=_ESTIMATE,
    ),
    Flag(
        "tdp-watts", _amount("WATTS"), "", "Thermal design power of one socket.", commands=_ESTIMATE
    ),
    Flag(
        "sockets",
        number("COUNT", "a whole number from 1 to 64", 1, 64, whole=True),
        "",
        "Processors in the server.",
        commands=_ESTIMATE,
    ),
    Flag(
        "threads",
        number("COUNT", "a whole number from 1 to 100000", 1, 100_000, whole=True),
        "",
        "Hardware threads of the whole server.",
        commands=_ESTIMATE,
    ),
    Flag("memory-gib", _amount("GIB"), "", "Memory of the whole server.", commands=_ESTIMATE),
    Flag(
        "cpu-ratio",
        number("RATIO", _RATIO, 0, 1),
        "",
        "Share of the processors at work; a stated default when empty.",
        commands=_ESTIMATE,
    ),
    Flag(
        "gpu-ratio",
        number("RATIO", _RATIO, 0, 1),
        "",
        "Share of the accelerators at work; a stated default when empty.",
        commands=_ESTIMATE,
    ),
    Flag(
        "explain",
        boolean(),
        "false",
        "Also print the sum, term by term, with its sources.",
        commands=_ESTIMATE,
    ),
    Flag(
        "batch",
        text("FILE"),
        "",
        "Read JSON lines with the same names in snake case from a file, or from stdin when it is -; what flags say "
        "holds for the lines that do not.",
        commands=_ESTIMATE,
    ),
)
