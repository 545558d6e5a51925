"""House rule 1: a factor is a row of facts, so code holds no number but 0, 1 and conversions."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.over_all import over_all

MODEL = Path(__file__).parents[2] / "src" / "cloud_carbon_exporter" / "model"
FILES = sorted(MODEL.glob("*.py"))
CONVERSIONS = {"quantities.py"}
COUNTS = {2, 10}
"""Whole numbers that count things (sockets the fit tells apart, steps of load), not factors."""
NO_INPUT_OR_OUTPUT = {
    "os",
    "sys",
    "io",
    "time",
    "datetime",
    "logging",
    "random",
    "socket",
    "urllib",
    "pathlib",
}


def naked(tree: ast.AST) -> list[float]:
    """Float literals other than 0 and 1."""
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and node.value not in (0.0, 1.0)
    ]


def factors(tree: ast.AST) -> list[int]:
    """Whole numbers that something is multiplied or divided by."""
    return [
        side.value
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
        for side in (node.left, node.right)
        if isinstance(side, ast.Constant)
        and isinstance(side.value, int)
        and side.value not in {0, 1} | COUNTS
    ]


@over_all("file", FILES, ids=lambda file: file.name)
def test_the_model_holds_no_naked_number(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert naked(tree) == []
    if file.name not in CONVERSIONS:
        assert factors(tree) == []


def test_a_naked_number_would_be_found() -> None:
    assert naked(ast.parse("watts = tdp * 1.6")) == [1.6]
    assert factors(ast.parse("watts = tdp * 3")) == [3]


@over_all("file", FILES, ids=lambda file: file.name)
def test_the_model_has_no_clock_and_no_logging(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    assert not {name.partition(".")[0] for name in names} & NO_INPUT_OR_OUTPUT
