"""The house's own rules, checked on every file: imports, sizes, and who may know what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "cloud_carbon_exporter"
PACKAGE = "cloud_carbon_exporter"
FILES = sorted(SRC.rglob("*.py"))

# A layer imports from itself and from layers further down this list; "providers" apart, each is one
# module or package.
LAYERS = [
    ("__main__", "aws_lambda", "documents"),
    ("cli",),
    ("commands",),
    ("service",),
    ("config", "logs", "reporting"),
    ("web", "push"),
    ("exposition",),
    ("collect",),
    ("api_costs",),
    ("storage",),
    ("grid",),
    ("providers",),
    ("http",),
    ("model", "version"),
    ("errors",),
    ("masking",),
    ("__init__",),
]


def layer(module: str) -> int:
    for rank, names in enumerate(LAYERS):
        if module in names:
            return rank
    raise AssertionError(f"{module} has no place in LAYERS: give it one")


def module_of(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_arrows_point_down(path: Path) -> None:
    here = module_of(path)
    for name in imports(parse(path)):
        parts = name.split(".")
        if parts[0] != PACKAGE or len(parts) < 2:
            continue
        there = parts[1]
        if there == here or (SRC / there).exists() or (SRC / f"{there}.py").exists():
            assert there == here or layer(there) > layer(here), f"{here} must not import {there}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_files_and_functions_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 300
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 40, (
                f"{node.name} is {node.end_lineno - node.lineno + 1} lines long"
            )


def test_the_model_knows_no_world() -> None:
    """No I/O but the packaged facts, no clock, no logging, no network, no cloud's library."""
    for path in (SRC / "model").glob("*.py"):
        for name in imports(parse(path)):
            root = name.split(".")[0]
            assert root not in {
                "time",
                "datetime",
                "logging",
                "asyncio",
                "aiohttp",
                "os",
                "socket",
                "random",
            }, path
            assert "providers" not in name, path


def test_a_provider_knows_no_other_and_no_metric_of_ours() -> None:
    for path in (SRC / "providers").rglob("*.py"):
        relative = path.relative_to(SRC / "providers").parts
        for name in imports(parse(path)):
            parts = name.split(".")
            if parts[:2] == [PACKAGE, "providers"] and len(parts) > 2:
                own = relative[0].removesuffix(".py")
                assert parts[2] in {
                    "spec",
                    "settings",
                    "options",
                    "finding",
                    "description",
                    "ownership",
                    own,
                }, f"{path} imports {name}"
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith("cloud_carbon_") or node.value.startswith(
                    PACKAGE
                ), path


def test_exposition_knows_no_provider() -> None:
    for path in FILES:
        if module_of(path) == "exposition":
            known = [
                name.split(".") for name in imports(parse(path)) if name.startswith(f"{PACKAGE}.")
            ]
            assert not any(parts[1] in {"providers", "collect"} for parts in known), path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_nothing_is_left_for_later(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("TODO", "FIXME", "XXX", "NotImplementedError", "type: ignore"):
        assert word not in text
