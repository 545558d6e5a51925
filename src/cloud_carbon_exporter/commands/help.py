"""What `-help` prints: the few flags one begins with; `-help-all` prints all, from their table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.config import (
    Invocation,
    cloud_flags,
    flags,
    grid_flags,
    history_flags,
    machine_flags,
)
from cloud_carbon_exporter.config.flag import COMMANDS, EXIT_CODES, PROGRAM, Flag
from cloud_carbon_exporter.config.flags import of_command
from cloud_carbon_exporter.reporting.columns import paragraph

_WIDTH_OF_A_FILE = 100
_WIDEST = 120
_COLUMN = 14
_PURPOSE = "Watts and CO2eq of every resource of a cloud account, for Prometheus."
_GRAMMAR = (
    "A flag takes one dash or two, and its value after = or a space. Each flag can also be given "
    "as an environment variable, CLOUD_CARBON_ and its name in capitals with _ for dots and "
    "dashes; those of serve also in -config.file. Flags win over variables, variables over the "
    "file."
)
_EXAMPLES = (
    ("-demo.enabled", "a made-up estate, served"),
    ("check -cloud.provider=aws", "is everything allowed?"),
    ("report -cloud.provider=aws", "collect once, and print"),
    ("-cloud.provider=aws,gcp", "serve what Prometheus scrapes"),
)
_USAGES = {
    "serve": "[serve] [flags]",
    "completion": "completion bash|zsh|fish",
    "version": "version",
}
_EVERYWHERE: tuple[Flag[object], ...] = (
    cloud_flags.PROVIDERS,
    cloud_flags.DEMO_ENABLED,
    flags.CONFIG_FILE,
)
FEW: Mapping[str, tuple[Flag[object], ...]] = {
    "serve": (*_EVERYWHERE, flags.LISTEN, flags.STATE_FILE, flags.TAGS, flags.BUDGET),
    "report": (*_EVERYWHERE, flags.REPORT_FORMAT, grid_flags.WHAT_IF, flags.STRICT),
    "check": (*_EVERYWHERE, flags.ANSWER_FORMAT),
    "estimate": (
        cloud_flags.MACHINE_PROVIDER,
        machine_flags.MACHINE_TYPE,
        machine_flags.MACHINE_REGION,
        machine_flags.PROCESSOR,
        machine_flags.CPU_RATIO,
        machine_flags.EXPLAIN,
        flags.STRICT,
    ),
    "history": (
        history_flags.BILL,
        history_flags.SINCE,
        history_flags.UNTIL,
        history_flags.BY,
        history_flags.COST,
        history_flags.TO,
        history_flags.OUTPUT,
    ),
}
"""Flags one begins with; of a command that is not here, all of them."""


def run(invocation: Invocation) -> int:
    """Print the help of the command."""
    width = min(terminal.width(sys.stdout) or _WIDTH_OF_A_FILE, _WIDEST)
    whole = invocation.wants == "help all"
    sys.stdout.write(render(invocation.command, width, whole=whole))
    return 0


def render(command: str, width: int = _WIDTH_OF_A_FILE, *, whole: bool = False) -> str:
    """Help of one command, wrapped to `width` columns. whole: with every flag."""
    usage = _USAGES.get(command, f"{command} [flags]")
    lines = [*paragraph(f"usage: {PROGRAM} {usage}", width), ""]
    lines += _of_serve(width, whole=whole) if command == "serve" else _of_another(command, width)
    every = of_command(command)
    shown = every if whole else FEW.get(command, every)
    if shown:
        lines += ["", f"Flags of {command}:"]
    for flag in shown:
        lines += _flag(flag, width)
    if len(shown) < len(every):
        rest = f"The other {len(every) - len(shown)} flags: {PROGRAM} help all"
        rest = rest if command == "serve" else f"{rest} {command}"
        lines += ["", *paragraph(rest, width)]
    codes = ((str(code), meaning) for code, meaning in EXIT_CODES.items())
    lines += ["", "Exit codes:", *_pairs(codes, width, 6)]
    return "\n".join([*lines, ""])


def _of_serve(width: int, *, whole: bool) -> list[str]:
    lines = paragraph(_PURPOSE, width)
    if whole:
        lines += paragraph(_GRAMMAR, width)
    else:
        lines += ["", f"Begin with ({PROGRAM} ...):", *_pairs(_EXAMPLES, width, 30)]
    lines += ["", *paragraph("Commands (their flags: help COMMAND):", width)]
    return [*lines, *_pairs(COMMANDS.items(), width, _COLUMN)]


def _of_another(command: str, width: int) -> list[str]:
    text = COMMANDS[command]
    lines = paragraph(f"{text[0].upper()}{text[1:]}.", width)
    if command == "completion":
        lines += ["", "To try it in bash:", f'eval "$({PROGRAM} completion bash)"']
    return lines


def _pairs(pairs: Iterable[tuple[str, str]], width: int, column: int) -> list[str]:
    """Words and what they mean: side by side where there is room, else one below the other."""
    lines: list[str] = []
    for word, meaning in pairs:
        told = paragraph(meaning, width, " " * column)
        if 2 * column > width or len(word) + 3 > column:
            lines += [f"  {word}", *paragraph(meaning, width, " " * 6)]
        else:
            lines += [f"  {word:<{column - 2}}{told[0].strip()}", *told[1:]]
    return lines


def _flag(flag: Flag[object], width: int) -> list[str]:
    """Lines of one flag: its names and kind, then what it means."""
    switch = flag.kind.name == "BOOL"
    named = "  " + ", ".join(flag.dashed)
    head = named if switch else f"{named} {flag.kind.name}"
    meaning = flag.meaning
    # Where the kind's own name lists the words (text|json), they need not be told again.
    listed = not flag.kind.name.isupper()
    if listed and len(head) > width:
        head, listed = f"{named} WORD", False
    if flag.kind.choices and not listed and not switch:
        meaning += f" Allowed: {flag.kind.allowed}."
    if flag.default and flag.default != "false":
        meaning += f" (default {flag.default})"
    return [head, *paragraph(meaning, width, " " * 8)]
