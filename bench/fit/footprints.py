"""Whole servers beside the footprints their vendors publish: manufacture and transport."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloud_carbon_exporter.model.embodied import server_grams
from cloud_carbon_exporter.model.errors import Units, added
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.quantities import GIB_PER_GIGABYTE

TABLE = Path(__file__).with_name("footprints.csv")

LAST_YEAR_OF_OLDER_FLASH = 2019

HEAD = (
    "| servers as their vendors publish them | number | mean size of deviation | median deviation "
    "| inside |\n|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Footprint:
    """A server whose vendor says what making it costs: kilograms theirs, and ours, from, to."""

    group: str
    name: str
    published: float
    ours: float
    lower: float
    upper: float

    @property
    def deviation(self) -> float:
        """Ours beside theirs, in percent."""
        return 100 * (self.ours / self.published - 1)

    @property
    def is_inside(self) -> bool:
        """Whether our interval holds what the vendor says."""
        return self.lower <= self.published <= self.upper


def footprints() -> list[Footprint]:
    """Every server of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_footprint(row) for row in csv.DictReader(file)]


def _footprint(row: dict[str, str]) -> Footprint:
    server = server_grams(int(row["sockets"]), float(row["memory_gib"]))
    flash = "ssd/2019" if int(row["year"]) <= LAST_YEAR_OF_OLDER_FLASH else "ssd"
    drives = (
        (
            figure(f"storage.{flash}.embodied_grams_per_gib"),
            float(row["ssd_gigabytes"]) * GIB_PER_GIGABYTE,
        ),
        (figure("drive.hdd.embodied_grams"), float(row["hdd_drives"])),
    )
    grams, terms = server.value, [Units(server.errors, 1)]
    for drive, amount in drives:
        grams += drive.value * amount
        terms.append(Units(drive.errors, amount))
    down, up = added(terms).reach()
    return Footprint(
        row["group"],
        row["name"],
        float(row["kilograms"]),
        grams / 1000,
        (grams - down) / 1000,
        (grams + up) / 1000,
    )


def size(servers: Iterable[Footprint]) -> float:
    """Mean size of the deviation of servers, in percent."""
    return statistics.mean(abs(server.deviation) for server in servers)


def coverage(servers: Sequence[Footprint]) -> float:
    """Percent of servers whose published footprint lies inside the interval."""
    return 100 * statistics.mean(server.is_inside for server in servers)


def report() -> str:
    """One line a group of servers that one method was applied to, and one of all."""
    servers = footprints()
    groups: dict[str, list[Footprint]] = {}
    for server in servers:
        groups.setdefault(server.group, []).append(server)
    lines = [_line(name, members) for name, members in groups.items()]
    return "\n".join([HEAD, *lines, _line("all", servers)])


def _line(name: str, servers: Sequence[Footprint]) -> str:
    middle = statistics.median(server.deviation for server in servers)
    return (
        f"| {name} | {len(servers)} | {size(servers):.0f} % | {middle:+.0f} % "
        f"| {coverage(servers):.0f} % |"
    )
