"""Kinds of text, words and switches: what each allows, and what is made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from cloud_carbon_exporter.config.values import Kind, listed, quoted

Word = TypeVar("Word", bound=str)

_TRUE, _FALSE = ("1", "t", "true"), ("0", "f", "false")
_HOST = re.compile(r"(?i)(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?")
_FIRST_PRINTABLE = 32  # of ASCII; what stands below is a control character


def text(name: str = "TEXT", *, secret: bool = False) -> Kind[str]:
    """Line of text. Numbers stay out: YAML would have changed them (leading zeros, exponents)."""

    def accept(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("is not text")
        if any(ord(char) < _FIRST_PRINTABLE for char in value):
            raise ValueError("holds a control character")
        return value.strip()

    return Kind(name, "text on one line", accept, accept, "", secret=secret)


def identifier(name: str) -> Kind[str]:
    """Identifier: text, or a whole number, as YAML reads the ids of Google's folders."""
    inner = text(name)

    def accept(value: object) -> str:
        # bool is an int to Python, and no id to anybody
        whole = isinstance(value, int) and not isinstance(value, bool)
        return str(value) if whole else inner.accept(value)

    return Kind(name, "an identifier, as text or a number", accept, accept, "")


def shaped(name: str, allowed: str, pattern: str) -> Kind[str]:
    """Text of a known shape: the whole of it matches the pattern; empty text is always allowed."""
    inner = text(name)

    def accept(value: object) -> str:
        word = inner.accept(value)
        if word and not re.fullmatch(pattern, word):
            raise ValueError("has another shape")
        return word

    return Kind(name, allowed, accept, accept, "")


def chain(name: str, allowed: str, pattern: str) -> Kind[tuple[str, ...]]:
    """Texts of a known shape in an order that matters: one, or a list of them."""
    inner = shaped(name, allowed, pattern)

    def accept(value: object) -> tuple[str, ...]:
        parts = value if isinstance(value, list | tuple) else [value]
        return tuple(filter(None, map(inner.accept, parts)))

    return Kind(name, f"{allowed}, or a list of such", accept, accept, ())


def choice(*choices: Word) -> Kind[Word]:
    """Choice of one of a few words; the first where nothing is said."""

    def accept(value: object) -> Word:
        for word in choices:
            if value == word:
                return word
        raise ValueError("is not known")

    return Kind("|".join(choices), listed(choices), accept, accept, choices[0], choices)


def optional_choice(*choices: str) -> Kind[str]:
    """Choice of one of a few words, or none: the empty text where nothing is said."""
    inner = choice(*choices)
    return Kind(inner.name, inner.allowed, inner.accept, inner.parse, "", choices)


def several(name: str, *choices: str) -> Kind[tuple[str, ...]]:
    """Words with commas between them, or a list of them; of `choices` where given. None twice."""

    def accept(value: object) -> tuple[str, ...]:
        words = _words(value)
        for word in words:
            if choices and word not in choices:
                what = "" if len(words) == 1 else f"holds {quoted(word)}, which "
                raise ValueError(f"{what}is not known")
        return words

    allowed = (
        f"{listed(choices)}; several with commas" if choices else "words with commas between them"
    )
    return Kind(name, allowed, accept, accept, (), choices)


def host_names() -> Kind[tuple[str, ...]]:
    """Names of hosts, without a port: `*.` before one for all below it, `*` alone for any."""
    inner = several("HOSTS")

    def accept(value: object) -> tuple[str, ...]:
        names = inner.accept(value)
        for name in names:
            if name != "*" and not _HOST.fullmatch(name):
                raise ValueError(f"holds {quoted(name)}, which is no name of a host without a port")
        return tuple(name.lower().removesuffix(".") for name in names)

    allowed = "names of hosts with commas between them, *.NAME for all below one, or *"
    return Kind("HOSTS", allowed, accept, accept, ())


def _words(value: object) -> tuple[str, ...]:
    """Words of a list, or of a text with commas, each once. Raises ValueError for anything else."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("is not a list of words")
    words: dict[str, None] = {}
    for part in parts:
        if not isinstance(part, str):
            raise ValueError("is not a list of words")
        if part.strip():
            words[part.strip()] = None
    return tuple(words)


def account_ids(name: str) -> Kind[tuple[str, ...]]:
    """Ids of AWS accounts, twelve digits each, as text or as the number YAML takes them for."""

    def accept(value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            value = value.split(",")
        # YAML reads 111111111111 as a number, and would drop the zeros an id may begin with.
        parts = value if isinstance(value, list | tuple) else [value]
        words = [str(part).strip() for part in parts]
        for word in words:
            if not re.fullmatch(r"\d{12}", word):
                raise ValueError(f"holds {quoted(word)}, which has not twelve digits")
        return tuple(dict.fromkeys(words))

    allowed = "ids of accounts, of twelve digits, in quotes where they begin with 0"
    return Kind(name, allowed, accept, accept, ())


def secrets_of(name: str) -> Kind[tuple[str, ...]]:
    """Secrets by name, a mapping, as a tuple of "name=secret"."""

    def accept(value: object) -> tuple[str, ...]:
        if not isinstance(value, Mapping):
            raise ValueError("is not a mapping of names to text")
        pairs: list[str] = []
        for key, secret in value.items():
            if not isinstance(key, str) or not isinstance(secret, str):
                raise ValueError("is not a mapping of names to text")
            pairs.append(f"{key}={secret}")
        return tuple(pairs)

    return Kind(name, "a mapping of names to text", accept, accept, (), secret=True)


def words_by_name(name: str) -> Kind[tuple[tuple[str, str], ...]]:
    """Texts by name, a mapping, as pairs."""
    inner = text(name)

    def accept(value: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, Mapping):
            raise ValueError("is not a mapping of names to text")
        return tuple([(inner.accept(key), inner.accept(word)) for key, word in value.items()])

    return Kind(name, "a mapping of names to text", accept, accept, ())


def boolean() -> Kind[bool]:
    """Switch: true or false, in the spellings Go's flags take."""

    def accept(value: object) -> bool:
        word = str(value).lower() if isinstance(value, bool | str) else ""
        if word not in _TRUE + _FALSE:
            raise ValueError("is neither true nor false")
        return word in _TRUE

    return Kind("BOOL", "true or false", accept, accept, False, ("true", "false"))
