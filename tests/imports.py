"""Imports of the source, module by module, as tests of the house and of its picture read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "cloud_carbon_exporter"
SRC = ROOT / "src" / PACKAGE
FILES = sorted(SRC.rglob("*.py"))

Graph = Mapping[str, frozenset[str]]
"""Module or room -> those it imports."""


def name_of(path: Path) -> str:
    """Dotted name of a module below the package: "web.app", and "web" for its __init__."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(path): path for path in FILES}


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every name imported, wherever the import stands: also in functions, also for types alone."""
    waiting = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield f"{node.module}.{alias.name}"
            elif not isinstance(node, ast.expr):  # no expression holds an import
                waiting.append(node)


def module_of(imported: str) -> str | None:
    """Module of ours that an import reads: `x.y.name` is y, or name where that is a module."""
    package, _, rest = imported.partition(".")
    if package != PACKAGE:
        return None
    if rest in MODULES:
        return rest
    holder = rest.rpartition(".")[0]
    return holder if holder in MODULES else "__init__"


@cache
def graph() -> Graph:
    """Modules of ours that each module imports."""
    edges: dict[str, frozenset[str]] = {}
    for name, path in MODULES.items():
        read = {module_of(imported) for imported in imports(parse(path))}
        edges[name] = frozenset(module for module in read if module and module != name)
    return edges


def room_of(module: str) -> str:
    """Room a module stands in: the folder, or the file, at the top of the source."""
    return module.partition(".")[0]


@cache
def rooms() -> Graph:
    """Rooms that each room imports."""
    edges: dict[str, set[str]] = {}
    for module, read in graph().items():
        room = edges.setdefault(room_of(module), set())
        room.update(map(room_of, read))
    return {room: frozenset(read - {room}) for room, read in edges.items()}


def circles(edges: Graph) -> list[list[str]]:
    """Ways along the imports that come back to where they began, each told once."""
    closed: list[list[str]] = []
    finished: set[str] = set()

    def follow(module: str, way: list[str]) -> None:
        if module in way:
            closed.append([*way[way.index(module) :], module])
        elif module not in finished:
            for read in sorted(edges[module]):
                follow(read, [*way, module])
            finished.add(module)

    for module in sorted(edges):
        follow(module, [])
    return closed
