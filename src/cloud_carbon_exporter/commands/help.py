"""What `-help` prints, from the table of flags."""

from __future__ import annotations

import shutil
import sys
import textwrap

import cloud_carbon_exporter
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flag import COMMANDS, PROGRAM, Flag
from cloud_carbon_exporter.config.flags import of_command
from cloud_carbon_exporter.version import model_version

_INTRODUCTION = (
    "Watts and CO2eq of every resource of a cloud account, for Prometheus. "
    "A flag takes one dash or two, and its value after = or a space. Each flag can also be given "
    "as an environment variable, CLOUD_CARBON_ and its name in capitals with _ for dots and "
    "dashes; those of serve also in -config.file. Flags win over variables, variables over the "
    "file."
)


def run(invocation: Invocation) -> int:
    """Print the help of the command, or the version."""
    if invocation.wants == "version":
        sys.stdout.write(
            f"{PROGRAM} {cloud_carbon_exporter.__version__} (model {model_version()})\n"
        )
    else:
        width = min(shutil.get_terminal_size((100, 24)).columns, 120)
        sys.stdout.write(render(invocation.command, width))
    return 0


def render(command: str, width: int = 100) -> str:
    """Help of one command, wrapped to `width` columns."""
    usages = {"serve": "[serve] [flags]", "completion": "completion bash|zsh|fish"}
    lines = [f"usage: {PROGRAM} {usages.get(command, f'{command} [flags]')}", ""]
    if command == "serve":
        lines += [*textwrap.wrap(_INTRODUCTION, width), *_commands(width)]
    else:
        lines.append(_sentence(COMMANDS[command]))
    if command == "completion":
        lines += ["", f'To try it in bash: eval "$({PROGRAM} completion bash)"']
    flags = of_command(command)
    if flags:
        lines += ["", f"Flags of {command}:"]
    for flag in flags:
        lines += _flag(flag, width)
    return "\n".join([*lines, ""])


def _commands(width: int) -> list[str]:
    lines = ["", "Commands (their flags: COMMAND -help):"]
    for name, meaning in COMMANDS.items():
        head = f"  {name:<12} "
        lines += textwrap.wrap(
            meaning, width, initial_indent=head, subsequent_indent=" " * len(head)
        )
    return lines


def _flag(flag: Flag[object], width: int) -> list[str]:
    """Lines of one flag: its names and kind, then what it means."""
    switch = flag.kind.name == "BOOL"
    head = "  " + ", ".join(flag.dashed)
    meaning = flag.meaning
    # Where the kind's own name lists the words (text|json), they need not be told again.
    if flag.kind.choices and flag.kind.name.isupper() and not switch:
        meaning += f" Allowed: {flag.kind.allowed}."
    if flag.default and flag.default != "false":
        meaning += f" (default {flag.default})"
    indent = " " * 8
    return [
        head if switch else f"{head} {flag.kind.name}",
        *textwrap.wrap(meaning, width, initial_indent=indent, subsequent_indent=indent),
    ]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
