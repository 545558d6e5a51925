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
_AUTHORITY = re.compile("://([^/?#]*)")

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
    """A word without the users and passwords of its URLs; an @ of a path or a query is none."""
    text: str = word[0]
    pieces: list[str] = []
    told = 0
    for authority in _AUTHORITY.finditer(text):
        has_password = ":" in authority[1]  # which may hold a / ? # or @: the last @ ends it
        end = len(text) if has_password else authority.end(1)
        at = text.rfind("@", authority.start(1), end)
        if at >= 0:
            pieces += (text[told : authority.start(1)], MASK)
            told = at
        if has_password:
            break
    return "".join((*pieces, text[told:]))
