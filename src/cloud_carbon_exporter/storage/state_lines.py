"""Lines of the state file: header, rows by section, and the seal; to and from JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.storage.rows import Row, Section

VERSION = 3
"""Version of the format: 2 has lives among the counters, 3 what awaits its last read as well; a
program of the version before would misread them. Another section alone is no version: an older
program passes over it."""

OLDER_VERSIONS = frozenset({1, 2})
"""Versions that are read as well: all rows of 1 and 2 mean the same in 3."""

ROWS_A_LINE = 50
"""So that no line holds the interpreter for longer than a thread has it anyway (`interpreter.py`).

A line is encoded in one piece. Beside longer ones the event loop, which gives the interpreter up
with each of the some hundred calls it sends in a turn, waits for a whole line each time.
"""

_HEADER = "cloud_carbon_exporter_state"


class NewerVersion(Exception):
    """Version of a file that a newer program wrote."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version}, and this program reads {VERSION} at most")


def sealed(sections: Mapping[str, Section]) -> Iterator[bytes]:
    """The whole file: the lines of all sections, and the seal over them."""
    digest = hashlib.sha256()
    for line in _lines(sections):
        digest.update(line)
        yield line
    yield _line({"sha256": digest.hexdigest()})


def _lines(sections: Mapping[str, Section]) -> Iterator[bytes]:
    yield _line({_HEADER: VERSION})
    for name, section in sections.items():
        rows: list[Row] = []
        for row in section.dump():
            rows.append(row)
            if len(rows) == ROWS_A_LINE:
                yield _line({"section": name, "rows": rows})
                rows = []
        yield _line({"section": name, "rows": rows})


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def parsed(lines: Sequence[bytes]) -> Mapping[str, list[Row]]:
    """Section -> rows.

    Raises NewerVersion; ValueError, TypeError or LookupError for anything but a whole file of ours.
    """
    if len(lines) < 2:
        raise ValueError("cut short")
    header, *body, seal = lines
    version = json.loads(header)[_HEADER]
    # Before the seal, whose form may be another by then.
    if type(version) is int and version > VERSION:
        raise NewerVersion(version)
    if json.loads(seal)["sha256"] != hashlib.sha256(b"".join((header, *body))).hexdigest():
        raise ValueError("its checksum does not fit")
    if version != VERSION and version not in OLDER_VERSIONS:
        raise ValueError(f"version {version}, not {VERSION}")
    rows: dict[str, list[Row]] = {}
    for line in body:
        part = json.loads(line)
        rows.setdefault(part["section"], []).extend(part["rows"])
    return rows
