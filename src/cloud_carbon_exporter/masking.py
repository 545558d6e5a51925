"""Masking of secrets in what is said or logged: those of URLs, and whatever this process has sent.

The one place for it: every error of ours (errors.py) and every line of the log (logs.py) goes
through `masked`, and what a cloud answers gets out by nothing else.
"""

from __future__ import annotations

import re

from cloud_carbon_exporter.known_secrets.known import KNOWN

MASK = "***"
_LONGEST_SECRETS = 1 << 14
_WORD = re.compile(r"[^\s\"']+")

# Possessive (`++`), so that a name of a megabyte is read once, not once for each of its ends.
_PARAMETER = re.compile(
    r"(?i)([?&;](?=[\w.-]*?(?:token|secret|passw|pwd|key|auth|sig|credential))[\w.-]++=)[^\s&;#\"']+"
)


def masked(text: str) -> str:
    """A text without what we sent as a credential, and without the secrets of any URL in it.

    In time that grows as the text does: a cloud may send megabytes.
    """
    text = _without_known(text)
    if "://" not in text:
        return text
    return _PARAMETER.sub(rf"\1{MASK}", _WORD.sub(_without_user, text))


def excerpt(text: str, most: int) -> str:
    """At most so many characters of a text from outside, masked before it is cut.

    What is raised later is masked anyway, but half of a secret is harder to know.
    """
    return masked(text[: most + _LONGEST_SECRETS])[:most]


def _without_known(text: str) -> str:
    spans = KNOWN.spans(text)
    if not spans:
        return text
    pieces: list[str] = []
    at = 0
    for begin, end in spans:
        pieces += (text[at:begin], MASK)
        at = end
    return "".join((*pieces, text[at:]))


def _without_user(word: re.Match[str]) -> str:
    scheme, separator, rest = word[0].partition("://")
    _, at, host = rest.rpartition("@")  # the last one, as a password may hold one
    return f"{scheme}{separator}{MASK}@{host}" if at else word[0]
