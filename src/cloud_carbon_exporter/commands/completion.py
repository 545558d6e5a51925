"""`completion SHELL`: a script that lets bash, zsh or fish complete commands, flags and words."""

from __future__ import annotations

import sys

from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flag import COMMANDS, PROGRAM, Flag
from cloud_carbon_exporter.config.flags import CONFIG_FILE, of_command
from cloud_carbon_exporter.config.machine_flags import BATCH
from cloud_carbon_exporter.config.values import listed, quoted
from cloud_carbon_exporter.errors import ConfigError

SHELLS = ("bash", "zsh", "fish")
_FILES: tuple[Flag[object], ...] = (CONFIG_FILE, BATCH)


def run(invocation: Invocation) -> int:
    """Print the script. Raises ConfigError for a shell nobody knows."""
    shell = " ".join(invocation.operands)
    if shell not in SHELLS:
        allowed = listed(SHELLS)
        raise ConfigError(f"completion: {quoted(shell)} is not known; allowed: {allowed}")
    sys.stdout.write(fish() if shell == "fish" else bash(zsh=shell == "zsh"))
    return 0


def bash(*, zsh: bool = False) -> str:
    """Script for bash; zsh runs the same through its bashcompinit."""
    cases = "\n".join(f'    {name}) flags="{_dashed(name)}" ;;' for name in COMMANDS)
    values = "\n".join(_choices())
    files = "|".join(f"*:-{flag.name}" for flag in _FILES)
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
    {files}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    completion:*) words="{" ".join(SHELLS)}" ;;
    *) words="$flags -help -help-all -version"
       [ "$COMP_CWORD" = 1 ] && words="{" ".join(COMMANDS)} help $words" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _cloud_carbon_exporter {PROGRAM}
"""


def _dashed(command: str) -> str:
    """Flags of a command by all their names, as they are typed."""
    names: list[str] = []
    for flag in of_command(command):
        names += flag.dashed
    return " ".join(names)


def _choices() -> list[str]:
    """Cases of the flags of which only a few words are allowed."""
    cases: list[str] = []
    for command in COMMANDS:
        for flag in of_command(command):
            if flag.kind.choices:
                words = " ".join(flag.kind.choices)
                cases.append(f'    {command}:-{flag.name}) words="{words}" ;;')
    return cases


def fish() -> str:
    """Script for fish."""
    start = f"complete -c {PROGRAM}"
    lines = [f"{start} -f"]
    for name, meaning in COMMANDS.items():
        lines.append(f"{start} -n __fish_is_first_arg -a {name} -d {_single(meaning)}")
        condition = f"'__fish_seen_subcommand_from {name}'"
        if name == "serve":
            others = " ".join(other for other in COMMANDS if other != "serve")
            condition = f"'not __fish_seen_subcommand_from {others}'"
        lines += [
            f"{start} -n {condition} -o {flag.name}{_fish_value(flag)}" for flag in of_command(name)
        ]
    shells = " ".join(SHELLS)
    lines.append(f"{start} -n '__fish_seen_subcommand_from completion' -a '{shells}'")
    return "\n".join([*lines, ""])


def _fish_value(flag: Flag[object]) -> str:
    """What fish is told of a flag's value, and its meaning."""
    words = f" -x -a {_single(' '.join(flag.kind.choices))}" if flag.kind.choices else " -r"
    files = " -F" if flag in _FILES else ""
    return f"{words}{files} -d {_single(flag.meaning)}"


def _single(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
