"""`completion SHELL`: a script that lets bash, zsh or fish complete commands, flags and the words a
flag allows.
"""

from __future__ import annotations

import sys

from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flags import COMMANDS, PROGRAM, of_command
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError

SHELLS = ("bash", "zsh", "fish")


def run(invocation: Invocation) -> int:
    """Print the script. Raises ConfigError for a shell nobody knows."""
    shell = " ".join(invocation.operands)
    if shell not in SHELLS:
        raise ConfigError(f"completion: {quoted(shell)} is not known; allowed: bash, zsh or fish")
    sys.stdout.write(fish() if shell == "fish" else bash(zsh=shell == "zsh"))
    return 0


def bash(*, zsh: bool = False) -> str:
    """The script for bash; zsh runs the same through its bashcompinit."""
    cases = "\n".join(
        f'    {name}) flags="{" ".join(f"-{known}" for flag in of_command(name) for known in flag.names)}" ;;'
        for name in COMMANDS
    )
    values = "\n".join(
        f'    {name}:-{flag.name}) words="{" ".join(flag.kind.choices)}" ;;'
        for name in COMMANDS
        for flag in of_command(name)
        if flag.kind.choices
    )
    head = "autoload -U +X bashcompinit && bashcompinit\n" if zsh else ""
    return f"""{head}_cloud_carbon_exporter() {{
  local command=serve flags="" words="" word
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in {"|".join(COMMANDS)}) command="$word" ;; esac
  done
  if [ "$previous" = "=" ]; then previous="${{COMP_WORDS[COMP_CWORD-2]}}"; fi
  if [ "$current" = "=" ]; then previous="${{COMP_WORDS[COMP_CWORD-1]}}"; current=""; fi
  previous="${{previous/#--/-}}"
  case "$command" in
{cases}
  esac
  case "$command:$previous" in
{values}
    *:-config.file|*:-batch) COMPREPLY=($(compgen -f -- "$current")); return ;;
    completion:*) words="bash zsh fish" ;;
    *) words="$flags -help -version"; [ "$COMP_CWORD" = 1 ] && words="{" ".join(COMMANDS)} $words" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _cloud_carbon_exporter {PROGRAM}
"""


def fish() -> str:
    """The script for fish."""
    lines = [f"complete -c {PROGRAM} -f"]
    for name, meaning in COMMANDS.items():
        lines.append(
            f"complete -c {PROGRAM} -n __fish_is_first_arg -a {name} -d {_single(meaning)}"
        )
        condition = f"'__fish_seen_subcommand_from {name}'"
        if name == "serve":
            others = " ".join(other for other in COMMANDS if other != "serve")
            condition = f"'not __fish_seen_subcommand_from {others}'"
        for flag in of_command(name):
            words = f" -x -a {_single(' '.join(flag.kind.choices))}" if flag.kind.choices else " -r"
            files = " -F" if flag.name in ("config.file", "batch") else ""
            lines.append(
                f"complete -c {PROGRAM} -n {condition} -o {flag.name}{words}{files} -d {_single(flag.meaning)}"
            )
    lines.append(
        f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from completion' -a '{' '.join(SHELLS)}'"
    )
    return "\n".join([*lines, ""])


def _single(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
