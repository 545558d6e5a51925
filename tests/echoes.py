"""Forms in which a cloud, or a proxy on the way, tells back what it was sent."""

from __future__ import annotations

import base64
import html
import json
import textwrap
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

Echo = Callable[[str], str]


def percent_all(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def in_json_of_json(text: str) -> str:
    return json.dumps(json.dumps({"told": text}))


def hex_bytes(text: str) -> str:
    """S3's CanonicalRequestBytes: two digits a byte, with spaces between."""
    return " ".join(f"{byte:02x}" for byte in text.encode())


def base64_of(text: str, before: str = "") -> str:
    return base64.b64encode(f"{before}{text}".encode()).decode()


ECHOES: Mapping[str, Echo] = {
    "plain": str,
    "in other letters": str.upper,
    "url": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "every byte of it": percent_all,
    "json": in_json_of_json,
    "xml": html.escape,
    "base64": base64_of,
    "base64 behind one letter": lambda text: base64_of(text, "a"),
    "base64 behind two": lambda text: base64_of(text, "ab"),
    "base64 for a url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 of the url": lambda text: base64_of(quote(text, safe=""), "t="),
    "hex": hex_bytes,
    "HEX": lambda text: text.encode().hex().upper(),
    "lines of 7": lambda text: "\n".join(textwrap.wrap(text, 7)),
    "lines of JSON": lambda text: "\\n    ".join(textwrap.wrap(text, 7)),
    "pieces of a program": lambda text: '" + "'.join(textwrap.wrap(text, 7)),
}
"""What becomes of a text by the name of the form."""


def squeezed(text: str) -> str:
    """Letters and digits of a text alone: what is left to a reader who puts it together again."""
    return "".join(letter for letter in text.lower() if letter.isalnum() and letter.isascii())


def shows(text: str, secret: str) -> bool:
    """Whether a reader of the text can have the secret, half of it at the least."""
    half = max(4, len(secret) // 2)
    parts = {secret[:half], secret[-half:]}
    seen = squeezed(text)
    for part in parts:
        for echo in ECHOES.values():
            told = squeezed(echo(part))[2:-3]  # less what base64 shares with its neighbours
            if len(told) >= 4 and told in seen:
                return True
    return False
