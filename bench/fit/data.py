"""Measured servers that the power of processors is fitted on: SPECpower_ssj2008 results.

README.md beside this says which.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloud_carbon_exporter.model.cpu_models import canonical

TRAIN = Path(__file__).with_name("spec_power_train.csv")
LEVELS = tuple(range(0, 101, 10))
COLUMNS = ("w_idle", *(f"w_{level}" for level in LEVELS[1:]))

TOO_OLD = {"Core/Penryn", "Westmere", "Opteron", "Nehalem"}
CLIENT = {
    "Coffee Lake",
    "Rocket Lake",
    "Raptor Lake",
    "Zen 4/5 client",
    "Skylake client",
    "Kaby Lake client",
}
"""No cloud rents these today (Coffee Lake: the Macs of AWS). They are fitted, but not part of the
error budget.
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """One measured server; watts at the wall by load in percent, where known."""

    vendor: str
    system: str
    model: str
    microarchitecture: str
    sockets: int
    threads: int
    memory_gib: float
    tdp_watts: float
    watts: dict[int, float]

    @property
    def in_budget(self) -> bool:
        """Whether the error budget is measured on machines like this one."""
        return self.sockets <= 2 and self.microarchitecture not in TOO_OLD | CLIENT

    @property
    def dynamic(self) -> float:
        """Watts between idle and full load."""
        return self.watts[100] - self.watts[0]

    def log_watts(self, level: int) -> float:
        """Logarithm of wall watts per watt of TDP of all sockets."""
        return math.log(self.watts[level] / self.sockets / self.tdp_watts)


def canonical_microarchitecture(name: str) -> str:
    """One spelling for each."""
    return "Opteron" if name == "opteron" else name


def read(path: Path = TRAIN) -> list[Machine]:
    """Every server with a known microarchitecture and TDP, idle and full load."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_machine(row) for row in rows if row["microarchitecture"] and row["tdp_w_per_socket"]]


def _machine(row: Mapping[str, str]) -> Machine:
    watts = {}
    for level, column in zip(LEVELS, COLUMNS, strict=True):
        if row[column]:
            watts[level] = float(row[column])
    return Machine(
        row["hw_vendor"],
        row["system"],
        canonical(row["cpu_model"] or row["cpu_description"]),
        canonical_microarchitecture(row["microarchitecture"]),
        int(row["sockets"]),
        int(row["threads"]),
        float(row["memory_gb"]),
        float(row["tdp_w_per_socket"]),
        watts,
    )
