"""Secrets this process knows, and the index by which each text is looked through once for all."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable

from cloud_carbon_exporter.known_secrets.forms import (
    WINDOW,
    Form,
    extent_of,
    spellings,
    squeezed,
    stands_alone,
    windows,
    with_marks,
)

LASTING = 256
"""Credentials remembered, the newest; one that is sent again is new again. A session token of AWS
with all its forms takes 0.1 MB."""

PASSING = 512
"""Signatures remembered: each call has its own, and an answer is read soon after it was sent."""

SHORTEST = 4
"""Letters of a secret; a shorter one hides nothing, and masking it would hide every word."""


class _Index:
    """Forms of secrets by their first letters, and by some of the later ones where they are long.

    Looked at by any thread, added to by one at a time.
    """

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._by_window: dict[str, list[Form]] = {}
        self._spellings: set[str] = set()
        self._spelt: re.Pattern[str] | None = None

    def __len__(self) -> int:
        return len(self._secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Find these from now on."""
        for secret in secrets:
            if secret in self._secrets:
                continue
            self._secrets.add(secret)
            for form in windows(secret):
                window = form.text[form.offset : form.offset + WINDOW]
                self._by_window.setdefault(window, []).append(form)
            if len(squeezed(secret).text) < WINDOW:
                self._spellings.update(spellings(secret))
                self._spelt = _pattern(self._spellings)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text, in order and apart."""
        if not self._secrets:
            return []
        found = [match.span() for match in self._spelt.finditer(text)] if self._spelt else []
        letters = squeezed(text)
        at, last = 0, len(letters.text) - WINDOW
        while at <= last:
            end = at
            for form in self._by_window.get(letters.text[at : at + WINDOW], ()):
                extent = extent_of(letters.text, at, form)
                if extent is not None and (not form.is_word or stands_alone(letters, *extent)):
                    begins, ends = letters.begins[extent[0]], letters.ends[extent[1] - 1]
                    found.append(with_marks(text, begins, ends, form))
                    end = max(end, extent[1])
            at = max(at + 1, end - WINDOW + 1)
        return _merged(found)


class KnownSecrets:
    """Secrets known to this process. Any thread may remember one, and look for all."""

    def __init__(self) -> None:
        self._lasting: OrderedDict[str, None] = OrderedDict()
        self._passing: deque[str] = deque(maxlen=PASSING)
        self._is_indexed = True
        self._index = _Index()
        self._lock = threading.Lock()

    def remember(self, secrets: Iterable[str]) -> None:
        """Credentials that are sent again and again."""
        with self._lock:
            for secret in secrets:
                if len(secret) < SHORTEST:
                    continue
                if secret not in self._lasting:
                    self._is_indexed = False
                self._lasting[secret] = None
                self._lasting.move_to_end(secret)
                if len(self._lasting) > LASTING:
                    self._lasting.popitem(last=False)

    def remember_signature(self, signature: str) -> None:
        """A signature, which is sent once. It costs nothing before a text is looked at."""
        with self._lock:
            self._passing.append(signature)
            self._is_indexed = False

    def forget(self) -> None:
        """Know none any more."""
        with self._lock:
            self._lasting.clear()
            self._passing.clear()
            self._index = _Index()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text, in order and apart."""
        if not self._is_indexed:
            self._add_new()
        return self._index.spans(text)

    def _add_new(self) -> None:
        with self._lock:
            if len(self._index) > LASTING + 2 * PASSING:  # of which many are past
                self._index = _Index()
            self._index.add((*self._lasting, *self._passing))
            self._is_indexed = True


def _pattern(spellings: Iterable[str]) -> re.Pattern[str]:
    """Pattern of what is looked for as it stands: a word of its own where it is one."""
    longest_first = sorted(spellings, key=len, reverse=True)
    return re.compile("|".join(map(_as_word, longest_first)))


def _as_word(spelt: str) -> str:
    before = r"(?<!\w)" if spelt[0].isalnum() else ""
    after = r"(?!\w)" if spelt[-1].isalnum() else ""
    return f"{before}{re.escape(spelt)}{after}"


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


KNOWN = KnownSecrets()
"""Those of this process: what leaves by http/ is remembered, masking.py looks for it."""
