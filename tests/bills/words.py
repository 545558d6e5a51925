"""Words of the rules: what hardware the usage of each kind stands for, and what lists stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cloud_carbon_exporter.bills.rules import Rule, rules
from cloud_carbon_exporter.model.held import held
from cloud_carbon_exporter.model.types import Resource
from tests.providers.aws.test_golden_services import LOADS

Words = Mapping[str, set[str]]
"""Amounts of `held.UNITS` by kind."""

_OF_PARTS = {
    "machine": {"vcpu", "memory"},
    "idle": {"vcpu", "memory"},
    "acu": {"vcpu", "memory"},
    "core": {"vcpu"},
    "ram": {"memory"},
    "board": {"accelerator"},
    "block": {"storage"},
    "object": {"storage"},
    "file": {"storage"},
    "snapshot": {"storage"},
    "ssd": {"storage"},
    "fixed": {"unit"},
    "requests": {"request"},
    "network": {"byte"},
    "work": set[str](),  # work in environments that are held, and counted, anyway
}


def billed(provider: str) -> Words:
    """What the rules of a provider have of each kind."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for rule in rules():
        if rule.provider == provider and rule.row["kind"]:
            words[rule.row["kind"]] |= _of_rule(rule)
    return words


def _of_rule(rule: Rule) -> set[str]:
    row = rule.row
    if row["part"] not in ("hidden", "kept"):
        return _OF_PARTS[row["part"]]
    told = {
        name for name, column in (("vcpu", "vcpus_held"), ("memory", "gib_held")) if row[column]
    }
    return told or {"vcpu", "memory"}


def listed(resources: Iterable[Resource]) -> Words:
    """What described resources hold, by kind."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for resource in resources:
        told = held(resource.components, LOADS, resource.kind)
        words[resource.kind] |= {name for name, _ in told}
    return words


def unknown(of_bill: Words, of_lists: Words) -> set[tuple[str, str]]:
    """What a bill has of a kind and no list does: it could never agree."""
    apart: set[tuple[str, str]] = set()
    for kind, words in of_bill.items():
        apart |= {(kind, word) for word in words - of_lists.get(kind, set())}
    return apart
