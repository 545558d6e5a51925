"""Budgets of carbon in the file: a list, each with a name, an amount, and what it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.kinds import choice, several, text, words_by_name
from cloud_carbon_exporter.config.quantities import number
from cloud_carbon_exporter.config.values import Kind, quoted, read_value
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.budgets import BudgetPeriod, CarbonBudget, Selector
from cloud_carbon_exporter.providers.clouds import LABELS

Value = TypeVar("Value")

_GRAMS_PER_KILOGRAM = 1000


@dataclass(frozen=True, slots=True)
class FiledBudget:
    """Entry of the file's `budgets` as it stands there. where: its place, for errors."""

    where: str
    keys: Mapping[str, Any]


class BudgetKey(NamedTuple):
    """Key of a budget in the file. meaning: for the documents."""

    name: str
    kind: Kind[object]
    meaning: str


_NAME = text("NAME")
_AMOUNT = number("AMOUNT", "a number above 0", 0)
_PERIOD: Kind[BudgetPeriod] = choice("month", "year")
_LIST = several("PATTERNS")
_TAGS = words_by_name("TAGS")

KEYS: tuple[BudgetKey, ...] = (
    BudgetKey("name", _NAME, "What it is called, in metrics and alerts. Each name once."),
    BudgetKey("kilograms", _AMOUNT, "What may be emitted in a period, in kg of CO2eq."),
    BudgetKey("grams", _AMOUNT, "The same in grams: one of the two."),
    BudgetKey("period", _PERIOD, "Calendar month (the default) or year, of UTC."),
    BudgetKey("providers", _LIST, "Clouds it is of: aws, gcp, scw. All where nothing is said."),
    BudgetKey("accounts", _LIST, "Accounts or projects it is of; `*` stands for any letters."),
    BudgetKey("regions", _LIST, "Regions it is of, such as eu-*."),
    BudgetKey("kinds", _LIST, "Kinds it is of, such as ec2/*."),
    BudgetKey("tags", _TAGS, "Tags it is of, each of a key of -metrics.tags, such as team: data."),
)
"""Keys of a budget, in the order the documents have them."""


def read_budgets(filed: Sequence[FiledBudget], tags: Sequence[str]) -> tuple[CarbonBudget, ...]:
    """Budgets of the file. tags: keys that are shown. Raises ConfigError for what is wrong."""
    budgets: dict[str, CarbonBudget] = {}
    for entry in filed:
        budget = _budget(entry, tags)
        if budget.name in budgets:
            raise ConfigError(f"{entry.where}: name: {quoted(budget.name)} stands there already")
        budgets[budget.name] = budget
    return tuple(budgets.values())


def _budget(entry: FiledBudget, tags: Sequence[str]) -> CarbonBudget:
    known = [key.name for key in KEYS]
    for name in entry.keys:
        if name not in known:
            near = nearest(str(name), known)
            raise ConfigError(f"{entry.where}: unknown key {quoted(name)}{near}")
    name = _read(entry, "name", _NAME)
    if not name:
        raise ConfigError(f"{entry.where}: name is missing; allowed: text, once in the list")
    providers = [LABELS.get(word, word) for word in _read(entry, "providers", _LIST)]
    selector = Selector(
        tuple(providers),
        _read(entry, "accounts", _LIST),
        _read(entry, "regions", _LIST),
        _read(entry, "kinds", _LIST),
        _tags(entry, tags),
    )
    return CarbonBudget(name, _grams(entry), _read(entry, "period", _PERIOD), selector)


def _read(entry: FiledBudget, name: str, kind: Kind[Value]) -> Value:
    value = entry.keys.get(name)
    if value is None:
        return kind.empty
    return read_value(f"{entry.where}: {name}", kind, value, decoded=True)


def _grams(entry: FiledBudget) -> float:
    grams, kilograms = _read(entry, "grams", _AMOUNT), _read(entry, "kilograms", _AMOUNT)
    if bool(grams) == bool(kilograms):
        raise ConfigError(
            f"{entry.where}: one of kilograms and grams says how much; allowed: a number above 0"
        )
    return grams or kilograms * _GRAMS_PER_KILOGRAM


def _tags(entry: FiledBudget, shown: Sequence[str]) -> tuple[tuple[str, str], ...]:
    tags = _read(entry, "tags", _TAGS)
    for key, _ in tags:
        if key not in shown:
            # Of the others nothing is kept: sums are made by the tags that are shown.
            raise ConfigError(
                f"{entry.where}: tags: {quoted(key)} is no key of -metrics.tags; add it there"
            )
    return tags
