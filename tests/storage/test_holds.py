"""Holds of the interpreter: writing the state, beside an event loop, takes it for no long piece.

Measured in processor time of the thread, against a piece of work of the same kind in the same
moment: a busy machine slows both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from cloud_carbon_exporter.collect.kept_timelines import kept_awaiting
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.collect.version import Version
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Location, Resource
from cloud_carbon_exporter.storage.rows import Row
from cloud_carbon_exporter.storage.state_lines import sealed

DEPARTED = 2000
AT = Location("aws", "111111111111", "eu-west-3", "eu-west-3a")
SWEEP = SweepKey("aws", 0, AT.account_id, AT.region, AT.zone)
UNITS = 60
"""Rows that may be encoded in one piece: half a millisecond on a machine of 2024."""


def departed(number: int) -> Row:
    """What is largest of all that is kept: a machine that went, with its description."""
    name = f"arn:aws:ec2:eu-west-3:111111111111:instance/i-{number:017x}"
    held = components(machine("aws", "m5d.large"))
    tags = {"team": "shop", "env": "prod"}
    resource = Resource(name, "ec2/instance", f"web-{number}", AT, held, tags)
    return kept_awaiting(Timeline(SWEEP, [Version(1e9, resource, True)], 1e9 + 300, 600)).row()


class Departed:
    """Section of the state file with many of them."""

    def __init__(self) -> None:
        self._rows = [departed(number) for number in range(DEPARTED)]

    def dump(self) -> list[Row]:
        """See Section."""
        return self._rows

    def load(self, rows: object) -> None:
        """Nothing is read here."""


def least_seconds(work: Callable[[], object]) -> float:
    """Of several times: the others were disturbed."""
    times: list[float] = []
    for _ in range(7):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return min(times)


def test_no_line_of_the_state_takes_longer_to_encode_than_some_rows() -> None:
    section = Departed()
    line = max(sealed({"counters": section}), key=len)
    rows = json.loads(line)["rows"]
    row = least_seconds(lambda: [json.dumps(section.dump()[0]) for _ in range(100)]) / 100
    assert least_seconds(lambda: json.dumps(rows)) < UNITS * row
    assert len(b"".join(sealed({"counters": section})).splitlines()) > DEPARTED / UNITS
