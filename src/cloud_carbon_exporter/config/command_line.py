"""The command line, in the grammar of Go's flag package, which the exporter's first users type.

One or two dashes, `=` or a space, booleans with or without a value. Python's libraries for command
lines each disagree with it in one point or another (they refuse `-demo.enabled true`, or take
`-lis` for `-listen`), so it is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.config.flags import COMMANDS, FLAGS, Flag, find
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError

_NAMES = frozenset(name for flag in FLAGS for name in flag.names)
_WANTS = {"help": "help", "h": "help", "version": "version"}


@dataclass(frozen=True, slots=True)
class Words:
    """A command line, read: the command, its flags in order (flag, as spelled, text), and what else
    was asked for.
    """

    command: str
    given: tuple[tuple[Flag, str, str], ...]
    wants: str = ""  # help or version
    operands: tuple[str, ...] = ()


def read_words(arguments: Sequence[str]) -> Words:
    """Read a command line. Raises ConfigError for a flag or command nobody knows, and for a value
    left out.
    """
    pairs: list[tuple[str, str | None, str]] = []
    words: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            words += rest
            break
        if len(word) < 2 or not word.startswith("-"):
            words.append(word)
            continue
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name not in _NAMES and name not in _WANTS:
            raise ConfigError(
                f"unknown flag {quoted(word.partition('=')[0])}{nearest(name, _NAMES, '-')}"
            )
        pairs.append((name, value if equals else _next_value(name, rest), word.partition("=")[0]))
    command = "serve"
    wants = next((_WANTS[name] for name, _, _ in pairs if name in _WANTS), "")
    if words and words[0] == "help":
        words, wants = words[1:], "help"
    if words:
        command = words.pop(0)
    if command not in COMMANDS:
        raise ConfigError(f"unknown command {quoted(command)}{nearest(command, COMMANDS)}")
    if words and command != "completion":
        raise ConfigError(f"unexpected argument {quoted(words[0])}: a flag begins with a dash")
    given = () if wants else tuple(_given(command, *pair) for pair in pairs)
    return Words(command, given, wants, tuple(words))


def nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    """The end of an error about an unknown name: the known one it comes nearest to, if any."""
    import difflib

    lowered = {word.lower(): word for word in sorted(known)}
    found = difflib.get_close_matches(name.lower(), lowered, 1)
    if not found:  # "provider" for cloud.provider
        found = [word for word in lowered if name and word.rpartition(".")[2] == name.lower()][:1]
    return f"; the nearest known one is {prefix}{lowered[found[0]]}" if found else ""


def _next_value(name: str, rest: list[str]) -> str | None:
    """The value that stands in the next word; a boolean's may be left out."""
    kinds = [flag.kind for flag in FLAGS if name in flag.names]
    if not kinds or not rest:
        return None
    if kinds[0].name == "BOOL":
        return "true" if rest[0].startswith("-") or rest[0] in COMMANDS else rest.pop(0)
    if rest[0].startswith("-") and rest[0].lstrip("-").partition("=")[0] in _NAMES:
        return None  # a flag stands where the value should
    return rest.pop(0)


def _given(command: str, name: str, value: str | None, spelled: str) -> tuple[Flag, str, str]:
    flag = find(name, command)
    if flag is None:
        others = ", ".join(owner for owner in COMMANDS if find(name, owner))
        raise ConfigError(f"{spelled} is not a flag of {command}, but of {others}")
    if value is None:
        if flag.kind.name == "BOOL":
            return flag, spelled, "true"
        raise ConfigError(f"{spelled} needs a value: {flag.kind.allowed}")
    return flag, spelled, value
