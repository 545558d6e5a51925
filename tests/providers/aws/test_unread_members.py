"""Members of answers that say a size, number, type, capacity, class, zone or state, and are unread.

What AWS adds to a shape we read may take the place of what we read (HyperPod's flexible groups took
that of the group's type). Each such member that we leave stands in unread_members.csv with why.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.over_all import over_all
from tests.providers.aws.test_lists import ASK_ALL, ASK_ONCE, asked_in
from tests.providers.aws.test_specs import MODULES, model, module_specs

from cloud_carbon_exporter.providers import aws

TABLE = Path(__file__).parent / "unread_members.csv"
SOURCES = Path(aws.__file__).parent
WORDS = re.compile(
    "size|count|num(ber)?|type|class|capacity|zones?|az|state|status|storage|units|nodes"
    "|instances|multi|secondary|dedicated|provisioned|throughput"
)
"""Words of a member's name that make it one of hardware, or of whether that runs."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
PATH = re.compile(r"[\s.\[\]]+")
EVERYWHERE = "*"
"""Module of a row that holds wherever a member of that name stands."""


@cache
def reasons() -> dict[tuple[str, str], str]:
    """Why a member is left unread, by module and path (or name, of those that stand everywhere)."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["member"]): row["reason"] for row in csv.DictReader(file)}


def says_hardware(name: str) -> bool:
    return any(WORDS.fullmatch(word.lower()) for word in WORD.findall(name))


def structure(shape: Any) -> Any:
    """Structure that a shape is, or a list of; else the shape itself."""
    while shape.type_name == "list":
        shape = shape.member
    return shape


def holds_hardware(name: str, shape: Any, above: frozenset[str] = frozenset()) -> bool:
    """Whether a member, or any below it, says so."""
    inner = structure(shape)
    if says_hardware(name) or inner.type_name != "structure" or inner.name in above:
        return says_hardware(name)
    beneath = above | {inner.name}
    return any(holds_hardware(below, member, beneath) for below, member in inner.members.items())


def words_of(module: str) -> set[str]:
    """All words that stand in the code of a service, and in what it shares with others."""
    found: set[str] = set()
    seen: set[Path] = set()
    files = [SOURCES / "services" / f"{module}.py"]
    while files:
        file = files.pop()
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, *PATH.split(node.value)}
            elif isinstance(node, ast.ImportFrom) and node.module:
                files += _of_ours(node.module)
    return found


def _of_ours(imported: str) -> list[Path]:
    _, is_ours, rest = imported.partition("providers.aws.")
    shared = rest.startswith(("describing.", "services."))
    return [SOURCES / Path(*rest.split(".")).with_suffix(".py")] if is_ours and shared else []


def unread(shape: Any, read: set[str], path: str = "", above: str = "") -> Iterator[str]:
    """Paths of members that say hardware and whose name does not stand in the code."""
    inner = structure(shape)
    if inner.type_name != "structure" or f" {inner.name} " in above:
        return
    for name, member in inner.members.items():
        here = f"{path}.{name}" if path else name
        if name in read:
            yield from unread(member, read, here, f"{above} {inner.name} ")
        elif holds_hardware(name, member):
            yield here


def left_by(module: str) -> set[str]:
    """Members a service leaves unread, of its listing and of what it asks besides."""
    asked = {(spec.listing.api, spec.listing.operation) for spec in module_specs(module)}
    asked |= set(asked_in(SOURCES / "services" / f"{module}.py", ASK_ONCE | ASK_ALL))
    read = words_of(module)
    left: set[str] = set()
    for api, operation in asked:
        left |= set(unread(model(api).operation_model(operation).output_shape, read))
    return left


@pytest.mark.slow
@over_all("module", MODULES)
def test_what_is_left_unread_has_a_reason(module: str) -> None:
    without = [
        path
        for path in sorted(left_by(module))
        if (module, path) not in reasons()
        and (EVERYWHERE, path.rpartition(".")[2]) not in reasons()
    ]
    assert without == [], f"read these members, or say in {TABLE.name} why they are left"


def test_every_reason_is_one() -> None:
    assert {module for module, _ in reasons()} <= {*MODULES, EVERYWHERE}
    short = [row for row, reason in reasons().items() if len(reason) < len("who pays for it")]
    assert short == []


@pytest.mark.slow
def test_no_reason_is_left_of_what_is_read() -> None:
    left = {module: left_by(module) for module in MODULES}
    names = {path.rpartition(".")[2] for paths in left.values() for path in paths}
    stale: list[tuple[str, str]] = []
    for module, member in reasons():
        known = names if module == EVERYWHERE else left[module]
        if member not in known:
            stale.append((module, member))
    assert stale == []


def test_a_member_that_takes_the_place_of_another_is_found() -> None:
    described = model("sagemaker").operation_model("DescribeCluster").output_shape
    before = words_of("sagemaker_cluster") - {"InstanceTypeDetails", "RestrictedInstanceGroups"}
    found = set(unread(described, before))
    assert {"InstanceGroups.InstanceTypeDetails", "RestrictedInstanceGroups"} <= found
