"""Embodied emissions of whole hosts beside the platform totals others publish."""

from __future__ import annotations

import csv
import statistics
from dataclasses import dataclass
from pathlib import Path

from bench.fit import footprints
from cloud_carbon_exporter.model.embodied import server_grams
from cloud_carbon_exporter.model.facts import figure

TABLE = Path(__file__).with_name("platforms.csv")


@dataclass(frozen=True, slots=True)
class Platform:
    """A host whose manufacture somebody published: kilograms theirs, and ours with the interval."""

    name: str
    source: str
    published: float
    ours: float
    lower: float
    upper: float

    @property
    def deviation(self) -> float:
        """Ours beside theirs, in percent."""
        return 100 * (self.ours / self.published - 1)


def platforms() -> list[Platform]:
    """Every platform of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_platform(row) for row in csv.DictReader(file)]


def _platform(row: dict[str, str]) -> Platform:
    server = server_grams(int(row["sockets"]), float(row["memory_gib"]))
    value, (down, up) = server.value, server.errors.reach()
    drives = ((row["flash"] or "ssd", row["ssd_gib"]), ("hdd", row["hdd_gib"]))
    extras = [
        (figure(f"storage.{drive}.embodied_grams_per_gib"), float(gib or 0))
        for drive, gib in drives
    ]
    if row["gpu"]:
        extras.append((figure(f"gpu.{row['gpu']}.embodied_grams"), float(row["gpus"])))
    lower, upper = value - down, value + up
    for part, amount in extras:
        value += part.value * amount
        lower += part.low * amount
        upper += part.high * amount
    return Platform(
        row["name"],
        row["source"],
        float(row["kilograms"]),
        value / 1000,
        lower / 1000,
        upper / 1000,
    )


def report() -> str:
    """The table, how far off the whole is, and the footprints that vendors publish."""
    hosts = platforms()
    rows = [
        f"| {host.name} | {host.published:.0f} | {host.ours:.0f} ({host.lower:.0f} to "
        f"{host.upper:.0f}) "
        f"| {host.deviation:+.0f} % | {host.source} |"
        for host in hosts
    ]
    inside = sum(host.lower <= host.published <= host.upper for host in hosts)
    middle = statistics.median(host.deviation for host in hosts)
    size = statistics.median(abs(host.deviation) for host in hosts)
    head = "| host | published kg | this model kg | deviation | by |\n|---|---|---|---|---|"
    note = (
        f"Median deviation {middle:+.0f} %, median size of it {size:.0f} %; "
        f"{inside} of {len(hosts)} lie inside the interval."
    )
    return "\n".join([head, *rows, "", note, "", footprints.report()])
