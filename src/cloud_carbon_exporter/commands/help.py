"""What `-help` prints, from the table of flags."""

from __future__ import annotations

import shutil
import sys
import textwrap

import cloud_carbon_exporter
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flags import COMMANDS, PROGRAM, Flag, of_command
from cloud_carbon_exporter.version import model_version

_INTRODUCTION = (
    "Watts and CO2eq of every resource of a cloud account, for Prometheus. "
    "A flag takes one dash or two, and its value after = or a space. Each flag can also be given as an environment "
    "variable, CLOUD_CARBON_ and its name in capitals with _ for dots and dashes; those of serve also in -config.file. "
    "Flags win over variables, variables over the file."
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
    """The help of one command, wrapped to `width` columns."""
    what = {"serve": "[serve] [flags]", "completion": "completion bash|zsh|fish"}.get(
        command, f"{command} [flags]"
    )
    lines = [f"usage: {PROGRAM} {what}", ""]
    lines += (
        textwrap.wrap(_INTRODUCTION, width)
        if command == "serve"
        else [f"{_sentence(COMMANDS[command])}"]
    )
    if command == "serve":
        lines += ["", "Commands (their flags: COMMAND -help):"]
        for name, meaning in COMMANDS.items():
            lines += textwrap.wrap(
                meaning, width, initial_indent=f"  {name:<12} ", subsequent_indent=" " * 15
            )
    if command == "completion":
        lines += ["", f'To try it in bash: eval "$({PROGRAM} completion bash)"']
    flags = of_command(command)
    if flags:
        lines += ["", f"Flags of {command}:"]
    for flag in flags:
        lines += _flag(flag, width)
    return "\n".join([*lines, ""])


def _flag(flag: Flag, width: int) -> list[str]:
    names = ", ".join(f"-{name}" for name in flag.names)
    head = f"  {names}" if flag.kind.name == "BOOL" else f"  {names} {flag.kind.name}"
    default = f" (default {flag.default})" if flag.default and flag.default != "false" else ""
    allowed = (
        f" Allowed: {flag.kind.allowed}." if flag.kind.choices and flag.kind.name.isupper() else ""
    )
    if flag.kind.name == "BOOL":
        allowed = ""
    return [
        head,
        *textwrap.wrap(
            f"{flag.meaning}{allowed}{default}",
            width,
            initial_indent=" " * 8,
            subsequent_indent=" " * 8,
        ),
    ]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
