"""Credentials of a request that is sent: remembered, to be masked wherever an answer echoes them.

By what a request says itself, whoever made it: headers and parameters whose names speak of secrets,
the user and password of its URL, and those of the proxy it goes through.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from urllib.request import getproxies

from cloud_carbon_exporter.known_secrets.known import KNOWN

_HEADERS = re.compile(r"auth|token|secret|passw|key|cookie|credential|sig|team", re.IGNORECASE)
_PARAMETERS = re.compile(
    r"auth|token|secret|passw|pwd|api[-_]?key|^key$|credential|signature|^sig$", re.IGNORECASE
)
# OAuth (RFC 6749, 8693, 7523) and what STS and SSO of AWS take; a page token or the key of a table
# has no such name.
_FIELDS = re.compile(
    r"assertion|secret|passw|webidentitytoken|(?:refresh|access|subject|actor|bearer|id)_?token$"
    r"|^token$|^code$|device_?code",
    re.IGNORECASE,
)
# Most bodies hold none of them, and are not read any further.
_IN_ANY_FIELD = ("ssertion", "ecret", "assw", "oken", "ode")
# Tokens of pages, idempotency keys, and what says which kind of token is asked for, for how long:
# X-aws-ec2-metadata-token-ttl-seconds of AWS' metadata service.
_HARMLESS = re.compile(
    r"next|page|continu|client_?token|idempot|type|scope|lifetime|expir|version|ur[il]$"
    r"|signedheaders|signaturemethod|ttl(?![a-z])|seconds",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"(?i)\bsignature=([^\s,&]+)")
_CREDENTIAL = re.compile(r"(?i)\bcredential=([^\s,&/]+)")
# A tenant or a team has a shorter name.
_SHORTEST_GIVEN = 16
# What a header says of a message, and whose it is: X-Scope-OrgID of Mimir and Loki, THANOS-TENANT,
# X-Honeycomb-Dataset, stream-name of OpenObserve.
_NAMING = re.compile(
    r"^content-|^accept(?:-|$)|^user-agent$|(?:^|[-_])org(?:ani[sz]ation)?(?:[-_]?(?:id|name))?$"
    r"|tenant|dataset|(?:^|[-_])name$",
    re.IGNORECASE,
)
# Of a form or a document that asks for a token; what is larger holds no credentials.
_LARGEST_BODY = 1 << 16


def remember_sent(
    url: str,
    headers: Mapping[str, Any],
    body: object = None,
    params: Iterable[tuple[str, str]] = (),
) -> None:
    """Remember the credentials of a request.

    body: a form or JSON, as text, bytes or mapping. params: of the query, beside those of the URL.
    """
    KNOWN.remember(_of_url(url))
    KNOWN.remember(_of_pairs(params, _PARAMETERS))
    for name, value in headers.items():
        if _says(name, _HEADERS):
            _remember_header(_text(value))
    KNOWN.remember(_of_body(body))


def remember_given(headers: Mapping[str, str]) -> None:
    """Remember the headers a person gave for a receiver: a vendor's key has whatever name."""
    for name, value in headers.items():
        is_name = bool(_NAMING.search(name)) and not _HEADERS.search(name)
        if len(value) >= _SHORTEST_GIVEN and not is_name:
            _remember_header(value)


def remember_proxies() -> None:
    """Remember users and passwords of the proxies the environment names."""
    for proxy in getproxies().values():
        KNOWN.remember(_of_user(proxy))


@lru_cache(maxsize=1024)
def _says(name: str, secrets: re.Pattern[str]) -> bool:
    """Whether what bears a name is a secret."""
    return bool(secrets.search(name)) and not _HARMLESS.search(name)


def _remember_header(value: str) -> None:
    scheme, _, shown = value.strip().partition(" ")
    # Parts with commas between them, of which no token has one.
    if "," in value and (signature := _SIGNATURE.search(value)):
        KNOWN.remember_signature(signature[1])
        if key := _CREDENTIAL.search(value):
            KNOWN.remember([key[1]])
        return
    secret = shown.strip() or scheme
    KNOWN.remember([secret])
    if scheme.lower() == "basic":
        KNOWN.remember(_of_basic(secret))


def _of_basic(encoded: str) -> Iterator[str]:
    """The password of basic authentication; a token in its place, where that is all there is."""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return
    if password or len(user) >= _SHORTEST_GIVEN:
        yield password or user


def _of_url(url: str) -> Iterator[str]:
    yield from _of_user(url)
    query = urlsplit(url).query
    if query:
        yield from _of_pairs(parse_qsl(query), _PARAMETERS)


def _of_user(url: str) -> Iterator[str]:
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    if at:
        name, _, password = user.partition(":")
        # A name alone may be a token; a short one is a name.
        if password or len(name) >= _SHORTEST_GIVEN:
            yield unquote(password or name)
        # As it goes in the header: botocore, aiohttp and urllib3 all make it of these two.
        yield base64.b64encode(unquote(user).encode()).decode()


def _of_pairs(pairs: Iterable[tuple[str, object]], secrets: re.Pattern[str]) -> Iterator[str]:
    for name, value in pairs:
        if isinstance(value, str) and _says(str(name), secrets):
            yield value


def _of_body(body: object) -> Iterator[str]:
    """Secrets of a form, or of a JSON object's own fields."""
    if isinstance(body, Mapping):
        yield from _of_pairs(body.items(), _FIELDS)
        return
    if not isinstance(body, str | bytes) or not body or len(body) > _LARGEST_BODY:
        return
    text = _text(body)
    if not any(word in text for word in _IN_ANY_FIELD):
        return
    if not text.startswith("{"):
        yield from _of_pairs(parse_qsl(text), _FIELDS)
        return
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        yield from _of_pairs(document.items(), _FIELDS)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
