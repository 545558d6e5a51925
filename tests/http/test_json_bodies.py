"""JSON of bodies: whatever comes is read as `json` reads it, and fails as it fails there."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.http.json_bodies import read_json, written_json

AS_JSON_READS = (
    b'{"assets": [{"id": "1", "size": 1.5, "on": true, "off": null}]}',
    b" [] \n",
    b"123456789012345678901234567890",
    b"-9223372036854775809",
    b"1e400",
    b"[Infinity, -Infinity]",
    b"-0.0",
    b"5e-324",
    b'"\\ud800"',
    b'"\xed\xa0\x80"',
    b'"\\ud83d\\ude00 \\u0000"',
    b'{"a": 1, "a": 2}',
    b"\xef\xbb\xbf{}",
    '"é"'.encode("utf-16"),
)
NO_JSON = (
    b"",
    b"<html>",
    b'{"a": 1',
    b"{} {}",
    b"[1,]",
    b"[01]",
    b"+1",
    b"{1: 2}",
    b'"\xff"',
    b'"\xc0\x80"',
    b'"a\tb"',
    b'"\\x"',
    b"\x00",
    b"9" * 5000,
    b"[" * 100_000,
)


def outcome(read: Callable[[bytes], Any], body: bytes) -> str:
    """What comes of reading: a value, 1 another than 1.0, or the class and the text of an error."""
    try:
        return repr(read(body))
    except (ValueError, RecursionError) as error:
        told = "" if isinstance(error, RecursionError) else str(error)
        return f"{type(error).__name__} {told}"


@pytest.mark.parametrize("body", AS_JSON_READS)
def test_what_json_reads_is_read_as_json_reads_it(body: bytes) -> None:
    assert repr(read_json(body)) == repr(json.loads(body))


def test_no_number_is_read() -> None:
    assert math.isnan(read_json(b"NaN"))


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_no_json_fails_as_it_fails_there(body: bytes) -> None:
    told = outcome(read_json, body)
    assert "Error" in told
    assert told == outcome(json.loads, body)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_whatever_json_writes_is_read_back_alike(value: Any) -> None:
    body = json.dumps(value).encode()
    assert repr(read_json(body)) == repr(json.loads(body))


@given(st.binary(max_size=40))
def test_bytes_of_any_kind_are_read_as_json_reads_them(body: bytes) -> None:
    assert outcome(read_json, body) == outcome(json.loads, body)


@given(
    st.dictionaries(
        st.text(),
        st.text() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_what_is_written_means_the_same(value: dict[str, Any]) -> None:
    assert json.loads(written_json(value)) == value


def test_half_of_a_surrogate_is_written_as_json_writes_it() -> None:
    assert written_json({"Value": "\ud800"}) == b'{"Value": "\\ud800"}'
