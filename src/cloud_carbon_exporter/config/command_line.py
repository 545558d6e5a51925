"""Command line, in the grammar of Go's flag package, which the exporter's first users type.

One or two dashes, `=` or a space, booleans with or without a value. Python's libraries for command
lines each disagree with it in one point or another (they refuse `-demo.enabled true`, or take
`-lis` for `-listen`), so it is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cloud_carbon_exporter.config.flag import COMMANDS, Flag, words_of
from cloud_carbon_exporter.config.flags import FLAGS, find
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError

Wish = Literal["", "help", "help all", "version"]

_NAMES = words_of(FLAGS)
_WISHES: dict[str, Wish] = {
    "help": "help",
    "h": "help",
    "help-all": "help all",
    "version": "version",
}


class Given(NamedTuple):
    """Flag as it stood on the command line: which, how it was spelled, the text of its value."""

    flag: Flag[object]
    spelled: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Command line, read: the command, its flags in order, and what else was asked for."""

    command: str
    given: tuple[Given, ...]
    wants: Wish = ""
    operands: tuple[str, ...] = ()


class _Pair(NamedTuple):
    """Flag before the command is known. value: None where none was given."""

    name: str
    value: str | None
    spelled: str


def read_words(arguments: Sequence[str]) -> Words:
    """Command line, read. Raises ConfigError for a flag or command nobody knows, or no value."""
    pairs, words = _split(arguments)
    asked = [_WISHES[pair.name] for pair in pairs if pair.name in _WISHES]
    wants: Wish = asked[0] if asked else ""
    if "help" in words[:2]:  # help report, report help
        words = [word for word in words if word != "help"]
        wants = wants or "help"
    if wants == "help" and "all" in words:
        words, wants = [word for word in words if word != "all"], "help all"
    command = words.pop(0) if words else "serve"
    if command not in COMMANDS:
        near = nearest(command, [*COMMANDS, "help"])
        raise ConfigError(f"unknown command {quoted(command)}{near}")
    if words and command != "completion":
        raise ConfigError(f"unexpected argument {quoted(words[0])}: a flag begins with a dash")
    given = () if wants else tuple(_given(command, pair) for pair in pairs)
    return Words(command, given, wants, tuple(words))


def _split(arguments: Sequence[str]) -> tuple[list[_Pair], list[str]]:
    """Flags with their values, and the other words. Raises ConfigError for a flag nobody knows."""
    pairs: list[_Pair] = []
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
        spelled, equals, value = word.partition("=")
        name = spelled.removeprefix("-").removeprefix("-")
        if name not in _NAMES and name not in _WISHES:
            near = nearest(name, [*_NAMES, *_WISHES], "-")
            raise ConfigError(f"unknown flag {quoted(spelled)}{near}")
        pairs.append(_Pair(name, value if equals else _next_value(name, rest), spelled))
    return pairs, words


def nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    """End of an error about an unknown name: the known one it comes nearest to, if any."""
    import difflib

    spelled = {word.lower(): word for word in sorted(known)}
    close = difflib.get_close_matches(name.lower(), spelled, 1)
    if not close and name:
        # "provider" is too far from cloud.provider for difflib
        close = [word for word in spelled if word.rpartition(".")[2] == name.lower()]
    return f"; the nearest known one is {prefix}{spelled[close[0]]}" if close else ""


def _next_value(name: str, rest: list[str]) -> str | None:
    """Value that stands in the next word, which is taken away; a boolean's may be left out."""
    flag = _NAMES.get(name)
    if flag is None or not rest:
        return None
    if flag.kind.name == "BOOL":
        return "true" if rest[0].startswith("-") or rest[0] in COMMANDS else rest.pop(0)
    next_name = rest[0].lstrip("-").partition("=")[0]
    if rest[0].startswith("-") and next_name in _NAMES:
        return None  # a flag stands where the value should
    return rest.pop(0)


def _given(command: str, pair: _Pair) -> Given:
    flag = find(pair.name, command)
    if flag is None:
        others = ", ".join(owner for owner in COMMANDS if find(pair.name, owner))
        raise ConfigError(f"{pair.spelled} is not a flag of {command}, but of {others}")
    if pair.value is not None:
        return Given(flag, pair.spelled, pair.value)
    if flag.kind.name == "BOOL":
        return Given(flag, pair.spelled, "true")
    raise ConfigError(f"{pair.spelled} needs a value: {flag.kind.allowed}")
