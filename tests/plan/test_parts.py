"""The table of types in plans, `facts/plan_parts.csv`: a law over every row of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.plan.parts import NotTold, parts_of
from cloud_carbon_exporter.plan.regions import CLOUDS
from cloud_carbon_exporter.plan.source import Source
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS
from cloud_carbon_exporter.service.loading import provider
from tests.imports import ROOT
from tests.over_all import over_all

ROWS = facts.rows("plan_parts")
TYPES = sorted({row["type"] for row in ROWS})
HELD = [row for row in ROWS if row["part"] not in ("by_use", "elsewhere", "not_read")]
STORED = [row for row in HELD if row["size"] and row["part"] != "machine"]
MACHINES = [row for row in HELD if row["part"] == "machine"]
TYPE = {"aws": "m5.large", "google": "n2-standard-2", "scaleway": "PRO2-S"}


def nested(path: str, value: Any) -> dict[str, Any]:
    """Values with one at a path, its blocks in lists as Terraform writes them."""
    name, _, rest = path.partition(".")
    return {name: [nested(rest, value)] if rest else value}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = {**one, **other}
    for name in one.keys() & other.keys():
        if isinstance(one[name], list):
            both[name] = [merged(one[name][0], other[name][0])]
    return both


def values_of(row: facts.Row) -> dict[str, Any]:
    """Values with which each machine of a row's type is told, and the row is of the resource."""
    values: dict[str, Any] = {}
    for machine in MACHINES:
        if machine["type"] == row["type"] and machine["name"]:
            path = within(machine, first(machine["name"]))
            values = merged(values, nested(path, TYPE[row["type"].partition("_")[0]]))
        elif machine["type"] == row["type"]:
            values = merged(values, nested(machine["size"], 8))
    if row["type"].startswith("google_container_"):
        values["location"] = "europe-west1-b"  # else there is one in each of three zones
    condition = first(row["only"])
    if condition.startswith("."):
        return merged(values, said(within(row, condition[1:])))
    return merged(values, said(condition)) if condition else values


def said(condition: str) -> dict[str, Any]:
    path, _, wanted = condition.partition("=")
    return nested(path, {"true": True, "": 1}.get(wanted, wanted))


def within(row: facts.Row, path: str) -> str:
    """Path as the resource has it, of one in the block a row's part stands in."""
    at = first(row["at"])
    return f"{at}.{path}" if at else path


def first(paths: str) -> str:
    return paths.partition("|")[0]


@over_all("row", HELD, ids=lambda row: f"{row['type']}-{row['part']}-{row['at']}")
def test_a_row_says_what_it_needs(row: facts.Row) -> None:
    assert row["type"].partition("_")[0] in CLOUDS
    assert row["name"] or row["usual_name"] or row["part"] == "ssd"
    if row in STORED:
        # disks that are counted are none where no count is told
        assert (float(row["usual_size"]) > 0) == row["unit"][0].isalpha()
    if row["size"]:
        assert row["unit"].rpartition(" ")[2] in ("GiB", "GB")
    cloud = CLOUDS[row["type"].partition("_")[0]]
    if row["part"] == "fixed":
        assert f"fixed.{cloud}/{row['usual_name']}.watts" in facts.figures()
        assert row["assumed"]
    classes = {pair.split("=")[1] for pair in row["names"].split()} | {row["usual_name"]}
    if row["part"] in ("block", "file"):
        for name in classes - {"local", "default/file", ""}:
            known = f"storage.{cloud}/{name}.watts_per_gib" in facts.figures()
            assert known or name == "filestore", name


@over_all("resource_type", TYPES)
def test_a_type_is_of_a_kind_that_the_exporter_has(resource_type: str) -> None:
    kinds = {row["kind"] for row in ROWS if row["type"] == resource_type}
    assert len(kinds) == 1
    assert kinds <= {spec.kind for name in REAL_CLOUDS for spec in provider(name).services}


@over_all("row", STORED, ids=lambda row: f"{row['type']}-{row['at']}")
def test_twice_the_size_is_twice_the_bytes(row: facts.Row) -> None:
    amounts: list[float] = []
    for gib in (100, 200):
        values = merged(values_of(row), nested(within(row, first(row["size"])), gib))
        parts = parts_of(row["type"], Source(values))
        amounts.append(sum(part.amount for part in parts if part.kind in ("block", "file", "ssd")))
    assert amounts[1] > amounts[0] >= 90
    others = 2 * amounts[0] - amounts[1]  # other disks of the same resource, which stay
    assert 0 <= round(others, 6) <= 100


@pytest.mark.parametrize("row", MACHINES, ids=lambda row: row["type"])
def test_a_machine_is_the_one_that_is_named(row: facts.Row) -> None:
    parts = parts_of(row["type"], Source(values_of(row)))
    assert {"vcpu", "memory"} <= {part.kind for part in parts}
    assert not [part.assumed for part in parts if part.kind == "vcpu" and "unknown" in part.assumed]


COUNTED = [row for row in MACHINES if row["times"]]


@pytest.mark.parametrize("row", COUNTED, ids=lambda row: row["type"])
def test_as_many_as_are_told(row: facts.Row) -> None:
    factor = row["times"].split()[0]
    condition, colon, times = factor.rpartition(":")
    path, _, wanted = condition.partition("=")
    told = {"true": True}.get(wanted, wanted) if colon else 5
    one = values_of(row)
    many = merged(
        one, nested(path if colon else within(row, first(factor).partition("*")[0]), told)
    )

    def threads(values: dict[str, Any]) -> float:
        parts = parts_of(row["type"], Source(values))
        return sum(part.amount for part in parts if part.kind == "vcpu")

    assert threads(many) == pytest.approx(threads(one) * float(times if colon else 5))


NOT_TOLD = sorted({row["type"] for row in ROWS} - {row["type"] for row in HELD})


@pytest.mark.parametrize("resource_type", NOT_TOLD)
def test_what_no_plan_tells_says_so(resource_type: str) -> None:
    with pytest.raises(NotTold):
        parts_of(resource_type, Source({}))


def test_the_page_has_every_type_that_is_estimated() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    _, _, below = page.partition("What is estimated, by the table")
    table = below.partition("\n\n- ")[0]
    assert set(re.findall(r"`(\w+_\w+)`", table)) == {row["type"] for row in HELD}
