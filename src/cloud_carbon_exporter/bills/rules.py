"""Rules by which usage of a bill is read: the tables `facts/bill_*.csv`; facts/README has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.reported_services import service_named

# "USD 0.1 per GB-Mo for TimedStorage-ByteHrs in EU (Stockholm)": how AWS describes what is new.
_USAGE_TYPE_WITHIN = re.compile(r"\bfor (?P<usage>[A-Za-z0-9:.-]+) (?:usage )?in +[A-Z]")

_WHOLE_REGION = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)-(.+)")
# USW2-LAX1-BoxUsage:t3.medium; but USE1-CAN1-AWS-Out-Bytes goes from one region to another.
_LOCAL_ZONE = re.compile(r"^[A-Z]{3}\d-(?=[A-Z][a-z]|EBS:)")
FIRST_REGION = "us-east-1"


class Unit(NamedTuple):
    """Unit of a bill: what it counts, how many of the base it is, and whether it is of months.

    Bases: an hour (time), a GiB over an hour (stored), a GiB (bytes), one (number).
    """

    counts: str
    factor: float
    monthly: bool


NO_UNIT = Unit("", 0, False)


class Rule(NamedTuple):
    """Rule of one kind of usage. counts: what its unit may count. The rest is as in its table."""

    provider: str
    service: re.Pattern[str]
    usage: re.Pattern[str]
    operation: re.Pattern[str]
    counts: tuple[str, ...]
    row: facts.Row

    @property
    def takes_machine(self) -> bool:
        """Whether its machine is the one a column of the bill tells."""
        return self.row["part"] == "machine" and not self.row["name"]


class Match(NamedTuple):
    """Rule that a usage meets, and the words of the usage that its groups hold."""

    rule: Rule
    words: re.Match[str]

    def name(self) -> str:
        """Name of the part, with the words put in; in lower case where they are of a bill."""
        name = self.rule.row["name"]
        return self.words.expand(name).lower() if "\\g<" in name else name

    def number(self, column: str) -> float:
        """Number in a column, which may be a word of the usage; 0 where there is none."""
        return float(self.words.expand(self.rule.row[column]) or 0)


@cache
def rules() -> tuple[Rule, ...]:
    """Rules in their order: the first that is met counts."""
    return tuple(map(_rule, facts.rows("bill_usage")))


def _rule(row: facts.Row) -> Rule:
    service, operation = row["service"] or ".*", row["operation"] or ".*"
    return Rule(
        row["provider"],
        re.compile(service, re.IGNORECASE),
        re.compile(row["usage"], re.IGNORECASE),
        re.compile(operation, re.IGNORECASE),
        tuple(row["counts"].split()),
        row,
    )


@cache
def _units() -> Mapping[str, Unit]:
    units: dict[str, Unit] = {}
    for row in facts.rows("bill_units"):
        units[row["unit"]] = Unit(row["counts"], float(row["factor"]), row["months"] == "yes")
    return units


def unit_of(name: str) -> Unit:
    """Unit by its name in a bill, in lower case; NO_UNIT where nobody knows it."""
    return _units().get(name, NO_UNIT)


@cache
def _prefixes() -> Mapping[str, str]:
    return {row["prefix"]: row["region"] for row in facts.rows("bill_prefixes")}


def without_prefix(usage: str) -> tuple[str, str]:
    """Usage type of AWS without the region before it, and that region.

    "EUC1-BoxUsage:m5.large" is of Frankfurt. Some services write the region whole
    ("ca-central-1-KMS-Keys"), and what has none is of Virginia, the first there was.
    """
    prefix, dash, rest = usage.partition("-")
    region = _prefixes().get(prefix, "")
    if region and dash:
        return _LOCAL_ZONE.sub("", rest), region
    whole = _WHOLE_REGION.match(usage)
    if whole:
        return whole[2], whole[1]
    return usage, FIRST_REGION if usage else ""


def service_code(provider: str, name: str) -> str:
    """Service as rules name it, by any of its names: "Amazon Elastic Compute Cloud"."""
    return service_named(provider, name) or name


def match_of(
    provider: str, service: str, usage: str, description: str, operation: str, machine: str = ""
) -> Match | None:
    """First rule that the usage type meets, else the first that its description does.

    Rules that name no machine are of rows whose machine a column tells, and come last.
    """
    code = service_code(provider, service)
    known = _rules_of(provider, code)
    taking = tuple(rule for rule in known if rule.takes_machine)
    telling = tuple(rule for rule in known if not rule.takes_machine)
    for some in (telling, taking if machine else ()):
        for text in _texts(usage, description):
            for rule in some:
                words = rule.usage.fullmatch(text)
                if words and rule.operation.fullmatch(operation):
                    return Match(rule, words)
    return None


@cache
def _rules_of(provider: str, code: str) -> tuple[Rule, ...]:
    """Rules that may be of a service."""
    ours = (rule for rule in rules() if rule.provider == provider)
    return tuple(rule for rule in ours if rule.service.fullmatch(code))


def _texts(usage: str, description: str) -> Iterator[str]:
    """What rules are held against: the usage type, the one within the description, or all of it."""
    if usage:
        yield usage
    within = _USAGE_TYPE_WITHIN.search(description)
    if within:
        yield without_prefix(within["usage"])[0]
    if description:
        yield description
