"""Forms of a secret as letters and digits: plain, URL-encoded, in base64, in hex, in parts."""

from __future__ import annotations

import base64
import json
import re
from array import array
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, quote_plus

WINDOW = 6  # of letters and digits: what is looked up at every place of a text
_LONG = 32  # of these a part is found as well
_STEP = 12  # between the places in it where a part may begin
_PLACES = 40  # at most; of a longer one the steps are longer
_PART = 12
_WORD = 12  # a shorter one may be a word of any language
_CUT = 12  # of one that the end of a text cuts off: fewer may be the last word of a sentence
_MARKS_BEFORE, _MARKS_AFTER = re.compile(r"\A[\W_]+"), re.compile(r"[\W_]+\Z")
_BEYOND_TEXT = 0xF0000  # private use

# What stands for another character, in a URL (encoded twice, too), in JSON, in XML; and runs of
# letters and digits. All else passes unseen.
_UNITS = re.compile(
    r"%(?:25)*(?P<url>[0-9A-Fa-f]{2})|\\u(?P<json>[0-9A-Fa-f]{4})|\\x(?P<byte>[0-9A-Fa-f]{2})"
    r"|\\[nrtbf]|&\#x(?P<hex>[0-9A-Fa-f]{1,6});|&\#(?P<decimal>[0-9]{1,7});|&[a-z]{2,4};"
    # one that the end of the text cuts off
    r"|(?:%[0-9A-Fa-f]?|\\u[0-9A-Fa-f]{0,3}|\\x[0-9A-Fa-f]?|&\#?x?[0-9A-Za-z]{0,6})\Z"
    r"|(?P<plain>[A-Za-z0-9]+)|(?P<other>[^\x00-\x7f])"
)


class Form(NamedTuple):
    """A form of a secret, its letters and digits in lower case, and a place in it.

    before, after: what else a secret begins and ends with, as it stands in plain. is_word: it may
    be part of an innocent word, and counts where it is one of its own.
    """

    text: str
    offset: int
    before: str
    after: str
    is_word: bool = False


class Squeezed(NamedTuple):
    """Letters and digits of a text in lower case, and where each stands: from, and up to."""

    text: str
    begins: array[int]
    ends: array[int]


def squeezed(text: str) -> Squeezed:
    """Letters and digits of a text, what escapes stand for among them."""
    letters: list[str] = []
    begins, ends = array("q"), array("q")
    for unit in _UNITS.finditer(text):
        begin, end = unit.span()
        if unit["plain"] is not None:
            letters.append(unit["plain"].lower())
            begins.extend(range(begin, end))
            ends.extend(range(begin + 1, end + 1))
            continue
        meant = _meant(unit)
        letters.append(meant)
        begins.extend([begin] * len(meant))
        ends.extend([end] * len(meant))
    return Squeezed("".join(letters), begins, ends)


def _meant(unit: re.Match[str]) -> str:
    """The letters an escape stands for, or a character that is none of ASCII's."""
    if unit["other"]:
        return _letters(unit["other"].encode("utf-8", "surrogatepass"))
    if coded := unit["url"] or unit["byte"]:
        return _letters(bytes([int(coded, 16)]))
    coded = unit["json"] or unit["hex"]
    code = int(coded, 16) if coded else int(unit["decimal"] or 0)
    return _letters(chr(code).encode("utf-8", "surrogatepass")) if code < 0x110000 else ""


def _letters(data: bytes) -> str:
    """Letters and digits of UTF-8 in lower case, and its other bytes as characters of no text."""
    return "".join(map(_letter, data.decode("latin-1")))


def _letter(byte: str) -> str:
    if byte >= "\x80":
        return chr(_BEYOND_TEXT + ord(byte))
    return byte.lower() if byte.isalnum() else ""


def _coded(secret: str) -> Iterator[str]:
    """Forms of a secret in hex and base64, squeezed."""
    for spelt in dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret))):
        data = spelt.encode("utf-8", "surrogatepass")
        yield data.hex()
        yield from map(_in_lower_letters, _base64(data))


def _base64(data: bytes) -> Iterator[str]:
    """Base64 of bytes wherever they begin in a longer text, less what its neighbours move."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        whole = encoded if (before + len(data)) % 3 == 0 else encoded[:-1]
        yield whole[(0, 2, 3)[before] :]


def _in_lower_letters(text: str) -> str:
    return re.sub("[^A-Za-z0-9]", "", text).lower()


def spellings(secret: str) -> Iterator[str]:
    """A secret as it may stand there: for those of too few letters and digits to squeeze."""
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]


def with_marks(text: str, begins: int, ends: int, form: Form) -> tuple[int, int]:
    """A place in a text, with the marks around it that are the secret's own."""
    if form.before and text.endswith(form.before, 0, begins):
        begins -= len(form.before)
    if form.after and text.startswith(form.after, ends):
        ends += len(form.after)
    return begins, ends


def windows(secret: str) -> Iterator[Form]:
    """Forms of a secret, each once for every place where it is looked for."""
    plain = _in_lower_letters(secret), squeezed(secret).text
    before, after = _marks(secret)
    for form in dict.fromkeys((*plain, *_coded(secret))):
        is_word = form in plain and len(form) < _WORD
        for offset in _offsets(form):
            yield Form(form, offset, before, after, is_word)


def windows_of_signature(signature: str) -> Iterator[Form]:
    """Forms of what is sent once: plain in its parts, in hex and base64 from its beginning.

    One is made with every call: a quarter of the places is what it may cost.
    """
    plain = squeezed(signature).text
    before, after = _marks(signature)
    for offset in _offsets(plain):
        yield Form(plain, offset, before, after, len(plain) < _WORD)
    for form in dict.fromkeys(_coded(signature)):
        if len(form) >= WINDOW and form != plain:
            yield Form(form, 0, before, after)


def _offsets(form: str) -> Iterator[int]:
    """Places of a form where it is looked for; none in one that is too short."""
    if len(form) < WINDOW:
        return
    yield 0
    if len(form) >= _LONG:
        step = max(_STEP, len(form) // _PLACES)
        yield from range(step, len(form) - WINDOW + 1, step)


def _marks(secret: str) -> tuple[str, str]:
    before, after = _MARKS_BEFORE.search(secret), _MARKS_AFTER.search(secret)
    return before[0] if before else "", after[0] if after else ""


def stands_alone(letters: Squeezed, begin: int, end: int) -> bool:
    """Whether no letter or digit touches a part of a text: it is a word of its own."""
    before = begin and letters.ends[begin - 1] == letters.begins[begin]
    after = end < len(letters.text) and letters.begins[end] == letters.ends[end - 1]
    return not before and not after


def _least_cut(form: Form) -> int:
    """Letters from which a form counts that the end cuts off: of a short one, three quarters."""
    return min(_CUT, -(-3 * len(form.text) // 4))


def extent_of(text: str, at: int, form: Form) -> tuple[int, int] | None:
    """How far a form reaches around a place of a text; None where it is too little of it."""
    begin, first = at, form.offset
    while begin and first and text[begin - 1] == form.text[first - 1]:
        begin, first = begin - 1, first - 1
    end, last = at, form.offset
    while end < len(text) and last < len(form.text) and text[end] == form.text[last]:
        end, last = end + 1, last + 1
    is_whole = not first and last == len(form.text)
    is_cut = not first and end == len(text) and end - begin >= _least_cut(form)
    is_part = len(form.text) >= _LONG and end - begin >= _PART
    return (begin, end) if is_whole or is_cut or is_part else None
