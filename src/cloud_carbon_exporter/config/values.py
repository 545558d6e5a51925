"""The kinds of value a flag, a variable, a key of the file or a field of a batch line can hold, and
what each allows.

A Kind reads two things: text, as it stands on a command line, and a decoded value, as YAML and JSON
bring it. Both raise ValueError with the reason; the caller knows the name and says it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.masking import masked

Value = Any
"""What a Kind makes: str, int, float, bool, Address or a tuple of str."""

_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
_DURATION = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h|d)", re.ASCII)
_TRUE, _FALSE = ("1", "t", "true"), ("0", "f", "false")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. An empty host means every interface; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand there. name: its word in the help; allowed: what an error tells; both without
    the flag's name.
    """

    name: str
    allowed: str
    accept: Callable[[object], Value]
    parse: Callable[[str], Value]
    choices: tuple[str, ...] = ()
    empty: Value = ""
    secret: bool = False  # an error must not show the value


def text(name: str = "TEXT", *, secret: bool = False) -> Kind:
    """Any line of text. Numbers stay out: YAML would have changed them (a leading zero, an
    exponent).
    """

    def accept(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("is not text")
        if any(ord(char) < 32 for char in value):
            raise ValueError("holds a control character")
        return value.strip()

    return Kind(name, "text on one line", accept, accept, secret=secret)


def identifier(name: str) -> Kind:
    """Text, or a whole number as YAML reads the ids of Google's folders and organisations."""
    inner = text(name)

    def accept(value: object) -> str:
        return (
            str(value)
            if isinstance(value, int) and not isinstance(value, bool)
            else inner.accept(value)
        )

    return Kind(name, "an identifier, as text or a number", accept, accept)


def shaped(name: str, allowed: str, pattern: str) -> Kind:
    """Text of a known shape. pattern: what the whole of it must match; the empty text is always
    allowed.
    """
    inner = text(name)

    def accept(value: object) -> str:
        word: str = inner.accept(value)
        if word and not re.fullmatch(pattern, word):
            raise ValueError("has another shape")
        return word

    return Kind(name, allowed, accept, accept)


def choice(*choices: str) -> Kind:
    """One of a few words."""

    def accept(value: object) -> str:
        if value not in choices:
            raise ValueError("is not known")
        return str(value)

    return Kind("|".join(choices), listed(choices), accept, accept, choices)


def several(name: str, *choices: str) -> Kind:
    """Words with commas between them, or a list of them; of `choices` where given. None twice."""

    def accept(value: object) -> tuple[str, ...]:
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
            raise ValueError("is not a list of words")
        words = [item.strip() for item in items if item.strip()]
        for word in words:
            if choices and word not in choices:
                raise ValueError(
                    "is not known"
                    if len(words) == 1
                    else f"holds {quoted(word)}, which is not known"
                )
        return tuple(dict.fromkeys(words))

    allowed = (
        f"{listed(choices)}; several with commas" if choices else "words with commas between them"
    )
    return Kind(name, allowed, accept, accept, choices, empty=())


def account_ids(name: str) -> Kind:
    """Ids of AWS accounts, twelve digits each, as text or as the number YAML takes them for. None
    twice.
    """

    def accept(value: object) -> tuple[str, ...]:
        items = (
            value.split(",")
            if isinstance(value, str)
            else value
            if isinstance(value, list | tuple)
            else [value]
        )
        words = [str(item).strip() for item in items]
        for word in words:
            if not re.fullmatch(r"\d{12}", word):
                raise ValueError(f"holds {quoted(word)}, which has not twelve digits")
        return tuple(dict.fromkeys(words))

    return Kind(
        name,
        "ids of accounts, of twelve digits, in quotes where they begin with 0",
        accept,
        accept,
        empty=(),
    )


def secrets_of(name: str) -> Kind:
    """A mapping of names to secrets, as a tuple of "name=secret"."""

    def accept(value: object) -> tuple[str, ...]:
        if not isinstance(value, Mapping) or not all(
            isinstance(word, str) for pair in value.items() for word in pair
        ):
            raise ValueError("is not a mapping of names to text")
        return tuple(f"{key}={secret}" for key, secret in value.items())

    return Kind(name, "a mapping of names to text", accept, accept, empty=(), secret=True)


def boolean() -> Kind:
    """True or false, in the spellings Go's flags take."""

    def accept(value: object) -> bool:
        word = str(value).lower() if isinstance(value, bool | str) else ""
        if word not in _TRUE + _FALSE:
            raise ValueError("is neither true nor false")
        return word in _TRUE

    return Kind("BOOL", "true or false", accept, accept, ("true", "false"))


def number(
    name: str, allowed: str, low: float, high: float = math.inf, *, whole: bool = False
) -> Kind:
    """A finite number within [low, high]; `whole` for counts."""

    def accept(value: object) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("is not a number")
        if not _finite(value):
            raise ValueError("is not a finite number")
        if whole and value != int(value):
            raise ValueError("is not a whole number")
        if not low <= value <= high:
            raise ValueError("is out of range")
        return int(value) if whole else float(value)

    def parse(value: str) -> float | int:
        try:
            found: float = int(value) if whole else float(value)
        except ValueError:
            raise ValueError("is not a whole number" if whole else "is not a number") from None
        return accept(found)

    return Kind(name, allowed, accept, parse, empty=None)


def fraction() -> Kind:
    """i/n, with 0 <= i < n: read as (i, n)."""

    def accept(value: object) -> tuple[int, int]:
        match = (
            re.fullmatch(r"(\d{1,4})/(\d{1,4})", value, re.ASCII)
            if isinstance(value, str)
            else None
        )
        if match is None:
            raise ValueError("is not of the form i/n")
        index, of = int(match[1]), int(match[2])
        if index >= of:
            raise ValueError("counts from 0: i must be below n")
        return index, of

    return Kind("I/N", "i/n with 0 <= i < n, such as 0/3", accept, accept)


def duration() -> Kind:
    """A length of time in Go's notation ("1h30m", "500ms") or bare seconds; from 1 s up. Value in
    seconds.
    """

    def accept(value: object) -> float:
        if isinstance(value, str):
            seconds = _seconds(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            seconds = float(value) if _finite(value) else math.inf
        else:
            raise ValueError("is not a duration")
        if not 1 <= seconds < math.inf:
            raise ValueError("is out of range")
        return seconds

    return Kind("DURATION", "a duration of 1s or more, such as 30s, 5m or 1h30m", accept, accept)


def address() -> Kind:
    """HOST:PORT as Go's net.Listen takes it; the host may be empty."""

    def accept(value: object) -> Address:
        host, colon, port = (
            str(value).strip().rpartition(":") if isinstance(value, str) else ("", "", "")
        )
        bracketed = host.startswith("[") and host.endswith("]")
        if (
            not colon
            or not port.isascii()
            or not port.isdigit()
            or (":" in host and not bracketed)
            or " " in host
        ):
            raise ValueError("is not an address")
        if int(port) > 65535:
            raise ValueError("has a port out of range")
        return Address(host[1:-1] if bracketed else host, int(port))

    return Kind("ADDRESS", "HOST:PORT or :PORT, with a port from 0 to 65535", accept, accept)


def read_value(where: str, kind: Kind, value: object, *, decoded: bool = False) -> Value:
    """Read one value as its kind. Raises ConfigError that names where it stood, the value, and what
    is allowed.
    """
    try:
        return kind.accept(value) if decoded else kind.parse(str(value))
    except ValueError as error:
        shown = "what is given" if kind.secret else quoted(value)
        raise ConfigError(f"{where}: {shown} {error}; allowed: {kind.allowed}") from None


def quoted(value: object) -> str:
    """A value as an error shows it: on one line, not longer than a line bears, no password of a URL
    in it.
    """
    shown = (
        repr(value)
        if not isinstance(value, str)
        else '"' + value.encode("unicode_escape").decode() + '"'
    )
    shown = masked(shown)  # before it is cut
    return shown if len(shown) <= 80 else f"{shown[:76]}..."


def listed(words: tuple[str, ...]) -> str:
    """The words as a sentence lists them."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int no float can hold
        return False


def _seconds(value: str) -> float:
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", value):
        return float(value)
    parts = _DURATION.findall(value)
    if not parts or "".join(parts) != value:
        raise ValueError("is not a duration")
    return sum(_part(part) for part in parts)


def _part(part: str) -> float:
    digits = part.rstrip("nuµmshd")
    return float(digits) * _SECONDS[part[len(digits) :]]
