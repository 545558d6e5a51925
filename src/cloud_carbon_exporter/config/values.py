"""Values: what a Kind of value is, how one is read, and how an error shows one.

A Kind reads two things: text, as it stands on a command line, and a decoded value, as YAML and JSON
bring it. Both raise ValueError with the reason; the caller knows the name and says it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.masking import masked

Held_co = TypeVar("Held_co", covariant=True)
"""What a Kind makes: str, int, float, bool, Address or a tuple."""

_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Address:
    """Address to listen at. An empty host means every interface; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Kind(Generic[Held_co]):
    """Kind of value: what may stand there, and what is made of it.

    name: its word in the help; allowed: what an error tells; both without the flag's name.
    empty: what it is where nothing is said. secret: an error must not show the value.
    """

    name: str
    allowed: str
    accept: Callable[[object], Held_co]
    parse: Callable[[str], Held_co]
    empty: Held_co
    choices: tuple[str, ...] = ()
    secret: bool = False


def read_value(where: str, kind: Kind[Held_co], value: object, *, decoded: bool = False) -> Held_co:
    """Value of a kind. Raises ConfigError that names where it stood, it, and what is allowed."""
    try:
        return kind.accept(value) if decoded else kind.parse(str(value))
    except ValueError as error:
        shown = "what is given" if kind.secret else quoted(value)
        raise ConfigError(f"{where}: {shown} {error}; allowed: {kind.allowed}") from None


def quoted(value: object) -> str:
    """Value as an error shows it: on one line, not too long, no password of a URL in it."""
    if isinstance(value, str):
        shown = '"' + value.encode("unicode_escape").decode() + '"'
    else:
        shown = repr(value)
    # Masked before it is cut: half a URL would not be known as one.
    shown = masked(shown)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 4]}..."


def listed(words: tuple[str, ...]) -> str:
    """Words as a sentence lists them: "a, b or c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
