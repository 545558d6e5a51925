"""Secrets this process knows, and the index by which each text is looked through once for all."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from itertools import chain

from cloud_carbon_exporter.known_secrets.forms import (
    WINDOW,
    Form,
    extent_of,
    spellings,
    squeezed,
    stands_alone,
    windows,
    windows_of_signature,
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

    Looked at by any thread, changed by one at a time: what stands at a window is replaced whole.
    """

    def __init__(self) -> None:
        self._forms: dict[str, tuple[Form, ...]] = {}
        self._by_window: dict[str, tuple[Form, ...]] = {}
        self._spelt_secrets: dict[str, None] = {}
        self._spelt: re.Pattern[str] | None = None

    def __len__(self) -> int:
        return len(self._forms)

    def add(self, secret: str, forms: Iterable[Form]) -> None:
        """Find a secret from now on, in these forms alone."""
        before, self._forms[secret] = self._forms.get(secret, ()), tuple(forms)
        for form in self._forms[secret]:
            window = _window(form)
            self._by_window[window] = (*self._by_window.get(window, ()), form)
        self._take_out(before)  # last: who looks meanwhile finds it by the one or the other
        if len(squeezed(secret).text) < WINDOW:
            self._spelt_secrets[secret] = None
            self._spelt = _pattern(self._spelt_secrets)

    def drop(self, secret: str) -> None:
        """Find a secret no more."""
        self._take_out(self._forms.pop(secret, ()))
        if secret in self._spelt_secrets:
            del self._spelt_secrets[secret]
            self._spelt = _pattern(self._spelt_secrets)

    def _take_out(self, forms: Iterable[Form]) -> None:
        for dropped in forms:
            window = _window(dropped)
            left = tuple(form for form in self._by_window[window] if form is not dropped)
            if left:
                self._by_window[window] = left
            else:
                del self._by_window[window]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text, in order and apart."""
        if not self._forms:
            return []
        spelt = self._spelt
        found = [match.span() for match in spelt.finditer(text)] if spelt else []
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
        self._passing: OrderedDict[str, None] = OrderedDict()
        self._index = _Index()
        self._lock = threading.Lock()

    def remember(self, secrets: Iterable[str]) -> None:
        """Credentials that are sent again and again."""
        with self._lock:
            for secret in secrets:
                if len(secret) < SHORTEST:
                    continue
                if secret not in self._lasting:
                    self._passing.pop(secret, None)
                    self._index.add(secret, windows(secret))
                self._keep(self._lasting, secret, LASTING)

    def remember_signature(self, signature: str) -> None:
        """A signature, which is sent once. Indexed at once: hundreds together would be a pause."""
        with self._lock:
            if len(signature) < SHORTEST or signature in self._lasting:
                return
            if signature not in self._passing:
                self._index.add(signature, windows_of_signature(signature))
            self._keep(self._passing, signature, PASSING)

    def _keep(self, kept: OrderedDict[str, None], secret: str, most: int) -> None:
        """Make one the newest of its sort; the oldest is dropped for it, and no other touched."""
        kept[secret] = None
        kept.move_to_end(secret)
        if len(kept) > most:
            oldest, _ = kept.popitem(last=False)
            self._index.drop(oldest)

    def forget(self) -> None:
        """Know none any more."""
        with self._lock:
            self._lasting.clear()
            self._passing.clear()
            self._index = _Index()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text, in order and apart."""
        return self._index.spans(text)


def _window(form: Form) -> str:
    return form.text[form.offset : form.offset + WINDOW]


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Pattern of secrets looked for as they stand: a word of its own where it is one."""
    spelt = set(chain.from_iterable(map(spellings, secrets)))
    longest_first = sorted(spelt, key=len, reverse=True)
    return re.compile("|".join(map(_as_word, longest_first))) if spelt else None


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
