"""Bounds of sums in queries: those the exporter has; they are added up where it has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cloud_carbon_exporter.exposition import FAMILIES
from tests.deploy.boards import BOARDS, QUERIES
from tests.deploy.files import DEPLOY, ROOT
from tests.deploy.test_prometheus import promtool

BOUNDS = {
    family.name
    for family in FAMILIES
    if re.search("_(lower|upper)_", family.name) and "budget" not in family.labels
}
"""Those of a budget are of one replica's part each: no exporter has that of all of them."""

ADDED = re.compile(r"\b(?:sum|avg)\b(?:\s*(?:by|without)\s*\([^)]*\))?\s*\(\s*(\w+)")


def total_of(bound: str) -> str:
    """The family of totals that has the bound of a sum of such."""
    return re.sub("^cloud_carbon_(account_|total_)?", "cloud_carbon_total_", bound)


def written_queries() -> Iterator[tuple[str, str]]:
    """Lines of all that is deployed or documented with a query in them, and each dashboard's."""
    yield from QUERIES
    for folder, kinds in ((DEPLOY, ("*.yml", "*.tpl", "*.md")), (ROOT / "docs", ("*.md",))):
        for kind in kinds:
            for path in sorted(folder.rglob(kind)):
                for line in path.read_text(encoding="utf-8").splitlines():
                    if ADDED.search(line):
                        yield str(path.relative_to(ROOT)), line


ADDING = [(name, query) for name, query in written_queries() if BOUNDS & set(ADDED.findall(query))]


def test_there_are_bounds_to_look_for() -> None:
    assert len(ADDING) == 2  # the overview's
    assert {total_of(bound) for bound in BOUNDS} & BOUNDS


@pytest.mark.parametrize(("name", "query"), ADDING)
def test_no_bounds_are_added_up_where_the_exporter_has_that_of_the_sum(
    name: str, query: str
) -> None:
    for bound in BOUNDS & set(ADDED.findall(query)) - {total_of(bound) for bound in BOUNDS}:
        total = total_of(bound)
        assert total in BOUNDS, f"{name}: nothing has the bound of a sum of {bound}"
        first, *_, last = query.split(" or ")
        assert ADDED.findall(first) == [total], f"{name}: {query}"
        assert bound in last


ESTATE = {
    'cloud_carbon_account_power_%s_watts{cloud_provider="aws",cloud_account_id="1"}': 10,
    'cloud_carbon_account_power_%s_watts{cloud_provider="aws",cloud_account_id="2"}': 20,
    'cloud_carbon_account_power_%s_watts{cloud_provider="gcp",cloud_account_id="p"}': 40,
    'cloud_carbon_total_power_%s_watts{cloud_provider="aws"}': 35,
    'cloud_carbon_total_power_%s_watts{cloud_provider="gcp"}': 41,
    "cloud_carbon_total_power_%s_watts": 80,
}


@pytest.mark.server
@pytest.mark.parametrize("side", ["lower", "upper"])
@pytest.mark.parametrize(
    ("provider", "account", "shown"),
    [
        (".*", ".*", 80),
        ("(aws|gcp)", "(1|2|p)", 80),  # each chosen by name
        ("aws", ".*", 35),
        ("gcp", ".*", 41),
        ("aws", "2", 20),
        (".*", "(1|p)", 50),
    ],
)
def test_the_overview_shows_the_bound_of_what_is_chosen(
    tmp_path: Path, side: str, provider: str, account: str, shown: float
) -> None:
    [query] = [
        panel["targets"][0]["expr"]
        for panel in BOARDS["cloud-carbon-overview"]["panels"]
        if panel["title"] == {"lower": "At least", "upper": "At most"}[side]
    ]
    for name, chosen in (("provider", provider), ("account", account), ("region", ".*")):
        query = query.replace(f"${name}", chosen)
    series = [{"series": name % side, "values": str(watts)} for name, watts in ESTATE.items()]
    sample = {"labels": "{}", "value": shown}
    asked = {"expr": query, "eval_time": "0m", "exp_samples": [sample]}
    tests = [{"input_series": series, "promql_expr_test": [asked]}]
    path = tmp_path / "bounds.yml"
    path.write_text(yaml.safe_dump({"tests": tests}), encoding="utf-8")
    assert "FAILED" not in promtool("test", "rules", path)
