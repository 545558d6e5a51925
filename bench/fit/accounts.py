"""Error budget of four typical accounts: how wide their totals are, and by which facts."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.quantities import SECONDS_PER_YEAR
from cloud_carbon_exporter.model.sums import FootprintSum, Reach, Sum, footprint_sum
from cloud_carbon_exporter.model.types import (
    Component,
    ComponentKind,
    Footprint,
    Location,
    Resource,
    Signal,
)

TABLE = Path(__file__).with_name("accounts.csv")
SHOWN = 5
"""Facts named of each account: the others are one sum."""

_GRAMS_PER_TONNE = 1e6
_KINDS: Mapping[str, ComponentKind] = {
    "vcpu": "vcpu",
    "block": "block",
    "object": "object",
    "snapshot": "snapshot",
    "requests": "requests",
    "fixed": "fixed",
}
_SIGNALS: Mapping[str, Signal] = {
    "cpu_ratio": "cpu_ratio",
    "gpu_ratio": "gpu_ratio",
    "executions": "executions",
    "requests": "requests",
    "": "",
}


@dataclass(frozen=True, slots=True)
class Share:
    """Share of a fact in the width of a total, 0 to 1."""

    fact: str
    share: float


@dataclass(frozen=True, slots=True)
class Account:
    """An account and what it emits, with how far each fact may be wrong about it."""

    name: str
    total: FootprintSum

    @property
    def emissions(self) -> Sum:
        """Of power and of manufacture, in grams a second."""
        return self.total.emissions_grams_per_second

    def budget(self) -> list[Share]:
        """Shares of the facts in the upper half of the interval, the largest first."""
        return _shares(self.emissions.up)


def accounts() -> list[Account]:
    """Every account of the table."""
    footprints: dict[str, list[Footprint]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            footprints.setdefault(row["account"], []).extend(_footprints(row))
    return [Account(name, footprint_sum(each)) for name, each in footprints.items()]


def _footprints(row: Mapping[str, str]) -> Iterator[Footprint]:
    where = place(row["provider"], row["region"])
    at = Location(row["provider"], "typical", row["region"])
    loads: dict[Signal, float] = {}
    for told in row["signals"].split():
        name, _, value = told.partition("=")
        loads[_SIGNALS[name]] = float(value)
    for number in range(int(row["count"])):
        resource = Resource(
            id=f"{row['account']}/{row['kind']}/{row['machine']}{row['part']}/{number}",
            kind=row["kind"],
            name="",
            location=at,
            components=_components(row),
        )
        yield estimate(resource, loads, where, where.intensities[0])


def _components(row: Mapping[str, str]) -> tuple[Component, ...]:
    if row["machine"]:
        return components(machine(row["provider"], row["machine"]))
    kind, _, part = row["part"].partition(":")
    assumed = "" if kind in ("block", "object", "snapshot") else "hardware that nobody tells"
    per = _SIGNALS[row["per"]]
    return (Component(_KINDS[kind], part, float(row["amount"]), per=per, assumed=assumed),)


def _shares(reach: Reach) -> list[Share]:
    squares = {fact: deviation**2 for fact, deviation in reach.by_fact.items()}
    squares["what each resource has alone"] = reach.own
    whole = sum(squares.values()) or 1.0
    shares = [Share(fact, square / whole) for fact, square in squares.items()]
    return sorted(shares, key=lambda share: -share.share)


def report() -> str:
    """The table of docs/model.md."""
    lines = [
        "Four typical accounts (`bench/fit/accounts.csv`): what they emit, and which facts make "
        "the upper half of its interval wide.",
        "",
        "| account | t CO2eq a year | 90 % | making | width by fact |",
        "|---|---|---|---|---|",
    ]
    for account in accounts():
        whole = account.emissions.estimate
        making = account.total.embodied_grams_per_second.value / whole.value
        lower, value, upper = (
            f"{_tonnes(grams):.3g}" for grams in (whole.lower, whole.value, whole.upper)
        )
        lines.append(
            f"| {account.name} | {value} | {lower} to {upper} | {making:.0%} | "
            f"{_named(account.budget())} |"
        )
    return "\n".join(lines)


def _tonnes(grams_per_second: float) -> float:
    return grams_per_second * SECONDS_PER_YEAR / _GRAMS_PER_TONNE


def _named(shares: Iterable[Share]) -> str:
    listed = list(shares)
    named = [f"`{each.fact}` {each.share:.0%}" for each in listed[:SHOWN]]
    rest = sum(each.share for each in listed[SHOWN:])
    return ", ".join([*named, f"others {rest:.0%}"])


if __name__ == "__main__":
    print(report())
