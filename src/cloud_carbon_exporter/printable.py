r"""Printable text of what a cloud or a stranger sends: nothing moves a cursor or turns a line.

What does is written as its escape: `\n`, `\x1b`, `\u202e`.
"""

from __future__ import annotations

import re

# Control characters (C0, DEL, C1); all that Unicode calls format characters and line separators,
# by which a name can be shown other than it is (UTS 55, 3.1: bidi, zero width, tags); and halves of
# pairs, which no encoding takes.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    """The text with escapes in place of what cannot be seen."""
    return _UNSEEN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x100:
        return _NAMED.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
