"""Strangers: no request, whatever it holds, is an error of ours, and none fills the log."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from multidict import MultiDict
from tests.exposition import estate
from tests.patience import PATIENCE_SECONDS
from tests.web.listening import MUTUAL, TLS, connect, end, listening
from tests.web.serving import SETTINGS, held

from cloud_carbon_exporter.web.api.resource_query import PARAMETERS, SORTS, BadQuery, parse
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import start
from cloud_carbon_exporter.web.routes import ROUTES


def cursor(document: object) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["-power_watts", "power_watts", "kind", "-kind"])
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
CURSORS = DOCUMENTS.map(cursor) | st.tuples(st.sampled_from(SORTS), SCALARS, SCALARS).map(cursor)
BRACKETS = [cursor("[" * 30_000), cursor('{"a":' * 30_000), cursor("[" * 900 + "]" * 900)]
NUMBERS = [cursor(f'["-power_watts", {"9" * digits}, "i"]') for digits in (400, 4300, 5000)]
VALUES = (
    st.text(max_size=40)
    | CURSORS
    | st.sampled_from(
        [*SORTS, *BRACKETS, *NUMBERS, "0", "1", "1000", "9" * 5000, "kind=", "=", "tag_"]
    )
    | st.sampled_from(["NaN", "-1", "1e9", "\u0661", "\udc80", "%00", "eu-north-1", "gcp:", "::"])
)
QUERIES = st.lists(st.tuples(st.sampled_from([*PARAMETERS, "region", "x"]), VALUES), max_size=4)


@given(QUERIES)
@example([("cursor", BRACKETS[0])])
@example([("cursor", BRACKETS[1])])
@example([("cursor", NUMBERS[2]), ("sort", "-power_watts")])
def test_law_a_query_is_followed_or_refused(query: list[tuple[str, str]]) -> None:
    try:
        parse(MultiDict(query))
    except BadQuery as bad:
        assert bad.parameter


PATHS = [
    route.path.replace("{id}", "i-1").replace("{file}", "page.js")
    for route in ROUTES
    if "GET" in route.operations
]
HEADERS = {
    "Accept": ["text/plain;q=x", "application/openmetrics-text;version=", ";q=nan,*/*;q=inf"],
    "Accept-Encoding": ["gzip;q=nan", ",,,", "*;q=-1", "gzip;;;q=0.5"],
    "Authorization": ["Basic", "Basic =", "Basic " + "A" * 4000, "Bearer x", "\xff\xfe"],
    "If-None-Match": ["*", '"', 'W/"x', '"a", "b', ",", '"\xff"'],
    "X-Prometheus-Scrape-Timeout-Seconds": ["nan", "inf", "-1", "9" * 400, "\xb2", "1e400", "."],
    "Range": ["bytes=0-", "bytes=-1", "x"],
    "Cookie": ["=", "a=b; \xff", ";" * 100],
    "Content-Length": ["0", "5"],
    "Origin": ["null", "http://[", "http://localhost"],
    "Sec-Fetch-Site": ["cross-site", "x"],
    "X-Forwarded-For": ["1.2.3.4"],
}
FIELDS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in HEADERS.items()}
)


async def sends(port: int, sent: bytes) -> bytes:
    """What comes back for bytes on a new connection; the first line of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    writer.write_eof()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        await end(writer)


class Heard(logging.Handler):
    """Keeps what is logged, from the least that is shown by default."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.levelname} {record.getMessage()}")


def ask_all(requests: list[bytes]) -> tuple[list[bytes], list[str]]:
    """First lines of the answers, and what the log says meanwhile."""
    heard = Heard()

    async def run() -> list[bytes]:
        server = await start(make_app(SETTINGS, held(estate.SNAPSHOT)), "127.0.0.1", 0)
        try:
            return [await sends(server.addresses[0][1], request) for request in requests]
        finally:
            await server.cleanup()

    logging.getLogger().addHandler(heard)
    try:
        return asyncio.run(run()), heard.lines
    finally:
        logging.getLogger().removeHandler(heard)


def head(method: str, target: str, fields: dict[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.builds(
            lambda method, path, query, fields: head(
                method, f"{path}?{query}" if query else path, fields
            ),
            st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "BREW"]),
            st.sampled_from([*PATHS, "/api/v1/resources/%ff%fe/explain", "//", "/%2e%2e/", "*"]),
            QUERIES.map(
                lambda pairs: "&".join(
                    f"{name}={quote(value.encode('utf-8', 'surrogateescape'))}"
                    for name, value in pairs
                    if len(value) < 2000
                )
            ),
            FIELDS,
        ),
        min_size=5,
        max_size=20,
    )
)
def test_law_no_request_is_an_error_of_ours(requests: list[bytes]) -> None:
    answers, logged = ask_all(requests)
    for request, answer in zip(requests, answers, strict=True):
        status = answer.split()[1] if answer else b"none"
        assert not status.startswith(b"5") or b"/readyz" in request, (request, answer)
    assert logged == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from(
            [
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                b"GET / HTTP/9.9\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                b"POST /-/reload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
                b"POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
                b"Content-Length: 3\r\n\r\nabc",
                b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
                b"GET / HTTP/1.1\r\n: a\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
                b"GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n",
                b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
                b"GET /metrics HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 300 + b"\r\n",
                b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            ]
        ),
        min_size=5,
        max_size=20,
    )
)
def test_law_no_bytes_are_an_error_of_ours(requests: list[bytes]) -> None:
    answers, logged = ask_all(requests)
    for request, answer in zip(requests, answers, strict=True):
        assert b" 5" not in answer[8:11], (request, answer)
    assert logged == []


GARBAGE = (
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    b"\x16\x03\x01\x00\x05hello",
    b"\x80" * 100,
    b"",
)


@pytest.mark.parametrize("text", [TLS, MUTUAL], ids=["tls", "mutual"])
async def test_no_bytes_in_place_of_tls_are_told(
    folder: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(folder, text) as (_, url):
        for sent in GARBAGE:
            reader, writer = await connect(url, sent)
            writer.write_eof()
            with contextlib.suppress(ConnectionError):
                await reader.read()
            await end(writer)
            _, writer = await connect(url, sent)
            await end(writer, reset=True)
    assert [record.getMessage() for record in caplog.records if record.levelno >= 20] == []


async def test_who_goes_away_within_an_answer_is_not_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(folder, "") as (_, url):
        for path in PATHS:
            request = f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
            for sent in (request, request * 20, request[:-5]):
                _, writer = await connect(url, sent)
                await asyncio.sleep(0)
                await end(writer, reset=True)
        await asyncio.sleep(0.2)
    assert [record.getMessage() for record in caplog.records if record.levelno >= 20] == []
