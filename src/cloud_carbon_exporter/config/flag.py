"""Flag: what one is, which command takes it, and the values of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar, cast

from cloud_carbon_exporter.config.values import Kind
from cloud_carbon_exporter.providers.clouds import CloudName

PROGRAM = "cloud-carbon-exporter"

COMMANDS: Mapping[str, str] = {
    "serve": (
        "serve the figures to Prometheus, and a page to people; what happens without a command"
    ),
    "report": "collect once and print what the estate draws and emits",
    "check": "try the credentials and every call that is needed, and print what is missing",
    "permissions": "print the least the exporter must be allowed, per provider",
    "services": "print what is supported, and how it is estimated",
    "estimate": "price a machine type or a server, without any account",
    "history": "what a bill of the past drew and emitted, from an export of it",
    "completion": "print a completion script for a shell",
    "version": "print which release this is, and which model it estimates by",
}

EXIT_CODES: Mapping[int, str] = {
    0: "all is well; a report is, where only a part of it failed and -strict was not said",
    1: "it failed: no credentials, nothing to be read, a call that check tried, a line of a batch; "
    "a plan is above its budget",
    2: "the command line, a variable or the file cannot be followed; with -strict a name, too",
    130: "ended by Ctrl-C; serve ends with 0, as it does when told to by SIGTERM",
}
"""Exit codes and what they tell."""

COLLECTING = ("serve", "report", "check")
SERVE = ("serve",)

Held_co = TypeVar("Held_co", covariant=True)
Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True, eq=False)
class Flag(Generic[Held_co]):
    """Flag of a command. Two flags are never equal: `format` of one command is not that of another.

    default: as the person would type it, empty for none. aliases: other names it answers to.
    commands: who takes it. providers: for whom it means something; empty for all.
    ecosystem: variable of somebody else's tools that is read where nothing is said here.
    """

    name: str
    kind: Kind[Held_co]
    default: str
    meaning: str
    aliases: tuple[str, ...] = ()
    commands: tuple[str, ...] = COLLECTING
    providers: tuple[CloudName, ...] = ()
    ecosystem: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Name and aliases."""
        return (self.name, *self.aliases)

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that say the same."""
        return tuple(map(variable, self.names))

    @property
    def dashed(self) -> tuple[str, ...]:
        """Names as they are typed."""
        return tuple(map("-{}".format, self.names))

    @property
    def field(self) -> str:
        """Name in snake case, as a JSON line says it."""
        return self.name.replace(".", "_").replace("-", "_")

    @property
    def value_by_default(self) -> Held_co:
        """What it holds where nobody says anything."""
        return self.kind.parse(self.default) if self.default else self.kind.empty


class Values:
    """Values of flags: each comes out as the type its own flag says."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[Flag[object], object] = MappingProxyType({})) -> None:
        self._values = dict(values)

    def __getitem__(self, flag: Flag[Asked]) -> Asked:
        # The one place where a type is asserted: what stands under a flag came out of its Kind.
        return cast(Asked, self._values[flag])

    def __contains__(self, flag: Flag[object]) -> bool:
        return flag in self._values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and self._values == other._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def holds(self, flag: Flag[object]) -> bool:
        """Whether anything is said of a flag; 0 is something."""
        return self._values[flag] != flag.kind.empty

    def but(self, said: Mapping[Flag[object], object]) -> Values:
        """Values that are the same but for what is said."""
        return Values({**self._values, **said})


def said_or_inherited(values: Values, flag: Flag[str], environment: Mapping[str, str]) -> str:
    """Value of a flag, or that of the variable somebody else's tools read it from."""
    return values[flag] or environment.get(flag.ecosystem, "")


def words_of(flags: Iterable[Flag[object]]) -> Mapping[str, Flag[object]]:
    """Flags by every name and alias; of two with one name, as two commands have them, the first."""
    named: dict[str, Flag[object]] = {}
    for flag in flags:
        for name in flag.names:
            named.setdefault(name, flag)
    return named


def flags_in(module: Mapping[str, object]) -> tuple[Flag[object], ...]:
    """Flags a module defines, in their order; no second list of them can forget one."""
    return tuple(thing for thing in module.values() if isinstance(thing, Flag))


def variable(name: str) -> str:
    """Environment variable of a flag's name."""
    return "CLOUD_CARBON_" + name.upper().replace(".", "_").replace("-", "_")
