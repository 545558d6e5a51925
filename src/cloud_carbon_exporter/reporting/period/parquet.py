"""Tables as Parquet, by pyarrow: moments of UTC, text and numbers, alike in every file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_MOMENTS = ("start", "end")


def as_parquet(rows: Sequence[Sequence[object]]) -> bytes:
    """Lines of a table, the names of its columns first, as a file."""
    names, *lines = rows
    columns = list(zip(*lines, strict=True))
    arrays = [_array(str(name), column) for name, column in zip(names, columns, strict=True)]
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=list(map(str, names))), buffer, compression="zstd")
    return bytes(buffer.getvalue())


def _array(name: str, column: Sequence[object]) -> Any:
    if name in _MOMENTS:
        # microseconds: what every engine reads as a timestamp with a zone
        return pa.array(
            [int(f"{value}") * 1_000_000 for value in column], pa.timestamp("us", "UTC")
        )
    if all(isinstance(value, str) for value in column):
        # no file of UTF-8 takes half of a pair, which JSON can hold
        texts = [f"{value}".encode("utf-8", "backslashreplace").decode() for value in column]
        return pa.array(texts, pa.string())
    return pa.array(column, pa.float64())
