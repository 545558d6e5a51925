"""`scripts/renew` writes every golden and every generated document: none is renewed by hand."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = (ROOT / "scripts" / "renew").read_text(encoding="utf-8")
WRITTEN = re.findall(r"[\w*./-]+/[\w*./-]+|[A-Z_]+\.md|\w+\.md", SCRIPT)
"""Files and folders that the script names, in its commands and in the comments beside them."""

MODULES = re.findall(r"^run ([\w.]+)", SCRIPT, re.MULTILINE)
GOLDENS = sorted(path.name for path in (ROOT / "tests" / "golden").iterdir())
MARKED = re.compile(r"^<!-- (?:.*\b[Ww]ritten by|made from [0-9a-f]{16})", re.MULTILINE)
BY_HAND = frozenset({"performance.md"})
"""Figures of one machine, which bench/run takes: another machine would write others."""


def generated_documents() -> list[str]:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    marked = [page.name for page in pages if MARKED.search(page.read_text(encoding="utf-8"))]
    return [name for name in marked if name not in BY_HAND]


@pytest.mark.parametrize("name", GOLDENS)
def test_a_golden_is_renewed(name: str) -> None:
    assert [file for file in WRITTEN if fnmatch(f"tests/golden/{name}", file)]


def test_no_golden_is_named_that_is_not_there() -> None:
    for pattern in WRITTEN:
        if pattern.startswith("tests/golden/"):
            assert [name for name in GOLDENS if fnmatch(f"tests/golden/{name}", pattern)], pattern


@pytest.mark.parametrize("name", generated_documents())
def test_a_generated_document_is_renewed(name: str) -> None:
    assert [file for file in WRITTEN if Path(file).name == name]


def test_documents_are_known_to_be_generated() -> None:
    assert {"FLAGS.md", "cost.md", "model.md", "faults.md"} <= set(generated_documents())


@pytest.mark.parametrize("module", MODULES)
def test_what_renews_is_a_program(module: str) -> None:
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    assert '\nif __name__ == "__main__":\n' in source.read_text(encoding="utf-8")
