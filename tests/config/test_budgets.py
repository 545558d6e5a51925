"""Budgets of the file: what they become, and what a bad one gets, on one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.budgets import CarbonBudget, Selector
from tests.config.reading import settings

FILE = """
metrics: {tags: [team]}
budgets:
  - {name: everything, kilograms: 500}
  - name: data, in the clouds
    grams: 2500000
    period: year
    providers: [aws, scw]
    accounts: ["111111111111", "shop-*"]
    regions: eu-*
    kinds: [ec2/*]
    tags: {team: data}
"""


def test_a_list_of_budgets(tmp_path: Path) -> None:
    assert settings("-demo.enabled", FILE, tmp_path).budgets == (
        CarbonBudget("everything", 500_000, "month"),
        CarbonBudget(
            "data, in the clouds",
            2_500_000,
            "year",
            Selector(
                ("aws", "scaleway"),
                ("111111111111", "shop-*"),
                ("eu-*",),
                ("ec2/*",),
                (("team", "data"),),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("[web]", "a list of mappings with name"),
        ("{name: web, grams: 1}", "a list of mappings with name"),
        ("[{grams: 1}]", "name is missing"),
        ("[{name: web}]", "one of kilograms and grams"),
        ("[{name: web, grams: 0}]", "one of kilograms and grams"),
        ("[{name: web, grams: 1, kilograms: 1}]", "one of kilograms and grams"),
        ("[{name: web, grams: -1}]", "budgets[0]: grams"),
        ("[{name: web, grams: much}]", "a number above 0"),
        ("[{name: web, grams: 1, period: week}]", "month or year"),
        ("[{name: web, grams: 1, team: web}]", "unknown key"),
        ("[{name: web, grams: 1, kind: a}]", "the nearest known one is kinds"),
        ("[{name: web, grams: 1, tags: [a]}]", "a mapping of names to text"),
        ("[{name: web, grams: 1, tags: {team: a}}]", "no key of -metrics.tags"),
        ("[{name: web, grams: 1}, {name: web, grams: 2}]", "stands there already"),
    ],
)
def test_a_bad_one_is_told(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings("-demo.enabled", f"budgets: {entry}", tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
