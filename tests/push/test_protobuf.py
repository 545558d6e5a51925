"""The wire format, judged by the protobuf library and by reading back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import NumberDataPoint

from cloud_carbon_exporter.push.protobuf import double, fields, fixed64, nested, text, varint, whole


@given(st.integers(0, 2**64 - 1), st.floats(allow_nan=False), st.text(max_size=300))
def test_the_library_reads_what_is_written(number: int, value: float, name: str) -> None:
    attribute = text(1, name) + nested(2, text(1, name))
    message = fixed64(3, number) + double(4, value) + nested(7, attribute)
    point = NumberDataPoint.FromString(message)
    assert (point.time_unix_nano, point.as_double) == (number, value)
    assert point.attributes[0].key == point.attributes[0].value.string_value == name


@given(
    st.lists(st.tuples(st.integers(1, 2**20), st.integers(0, 2**64 - 1) | st.binary(max_size=200)))
)
def test_what_is_written_is_read_back(said: list[tuple[int, int | bytes]]) -> None:
    message = b"".join(
        whole(n, value) if isinstance(value, int) else nested(n, value) for n, value in said
    )
    assert list(fields(message)) == said


@given(st.binary(max_size=60))
def test_any_bytes_are_fields_or_an_error(message: bytes) -> None:
    try:
        read = list(fields(message))
    except ValueError:
        return
    assert sum(len(varint(number << 3)) for number, _ in read) <= len(message)


@pytest.mark.parametrize("message", [b"\x08", b"\x0a\x05ab", b"\x0b", b"\x08" + b"\xff" * 11])
def test_what_is_cut_short_is_an_error(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|not known|longer"):
        list(fields(message))
