"""Masking of secrets: users, passwords and secret parameters of URLs in what is said or logged."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\s\"']+")

# Possessive (`++`), so that a name of a megabyte is read once, not once for each of its ends.
_PARAMETER = re.compile(
    r"(?i)([?&;](?=[\w.-]*?(?:token|secret|passw|pwd|key|auth|sig|credential))[\w.-]++=)[^\s&;#\"']+"
)


def masked(text: str) -> str:
    """A text without the user, the password and the secret parameters of any URL in it.

    In time that grows as the text does: a cloud may send megabytes.
    """
    if "://" not in text:
        return text
    return _PARAMETER.sub(r"\1***", _WORD.sub(_without_user, text))


def _without_user(word: re.Match[str]) -> str:
    scheme, separator, rest = word[0].partition("://")
    _, at, host = rest.rpartition("@")  # the last one, as a password may hold one
    return f"{scheme}{separator}***@{host}" if at else word[0]
