"""Rules of the house, checked on every file: imports, sizes, density, and who may know what."""

from __future__ import annotations

import ast
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.imports import (
    MODULES,
    PACKAGE,
    ROOT,
    SRC,
    circles,
    graph,
    imports,
    parse,
    room_of,
    rooms,
)

# A layer imports from layers further down this list; each name is a module or a folder at the top.
LAYERS = [
    ("__main__", "aws_lambda", "documents"),
    ("cli",),
    ("commands",),
    ("service",),
    ("config", "logs", "reporting"),
    ("web", "push"),
    ("exposition",),
    ("collect", "history"),
    ("api_costs",),
    ("advice",),
    ("kubernetes",),
    ("storage",),
    ("grid",),
    ("bills", "plan"),
    ("estimate",),
    ("providers",),
    ("http",),
    ("model", "version"),
    ("errors",),
    ("masking", "out_of_memory", "printable", "repeats"),
    ("known_secrets",),
    ("__init__",),
]

CLOUDS = ("aws", "gcp", "scaleway")

FOR_TYPES_ALONE = {
    "http.blocking": {"urllib3"},
    "http.body": {"aiohttp"},
    "http.loopback": {"aiohttp"},
    "http.session": {"aiohttp"},
    "providers.aws.client.http": {"aiohttp"},
}
"""Modules that import a library for its types alone: it is slow to import, and seldom needed."""

WRITTEN = [
    path
    for folder in ("src", "tests", "bench", "scripts", "deploy")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if ".venv" not in path.parts
]
"""Every file of Python in the tree."""

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
TERNARIES = (ast.IfExp,)


def layer(room: str) -> int:
    for rank, names in enumerate(LAYERS):
        if room in names:
            return rank
    raise AssertionError(f"{room} has no place in LAYERS: give it one")


@pytest.mark.parametrize("room", sorted(set(map(room_of, MODULES))))
def test_arrows_point_down(room: str) -> None:
    upward = {read for read in rooms()[room] if layer(read) <= layer(room)}
    assert not upward, f"{room} must not import them"


def test_no_layer_is_of_a_room_that_is_gone() -> None:
    told = {room for names in LAYERS for room in names}
    assert told == rooms().keys() | {"__init__"}


def test_no_imports_go_round() -> None:
    """At any depth: within a room too, in functions, and for types alone."""
    assert circles(graph()) == []


def test_a_circle_would_be_found() -> None:
    assert circles({"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("b")}) == [
        ["b", "c", "b"]
    ]


def typed_only(tree: ast.AST) -> Iterator[str]:
    """Libraries imported below `if TYPE_CHECKING`, in whatever way that is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for name in imports(ast.Module(node.body, [])):
                yield name.partition(".")[0]
            for inner in node.body:
                if isinstance(inner, ast.Import):
                    yield from (alias.name for alias in inner.names)


def test_types_alone_are_imported_of_libraries_only() -> None:
    """What hides a circle of ours behind TYPE_CHECKING would be found here."""
    told = {name: set(typed_only(parse(path))) for name, path in MODULES.items()}
    assert {name: libraries for name, libraries in told.items() if libraries} == FOR_TYPES_ALONE


class CloudModule(NamedTuple):
    """Module of a cloud, by its room there (client, describing, services), and its imports."""

    cloud: str
    room: str
    name: str
    reads: frozenset[str]

    def reads_room(self, room: str) -> set[str]:
        """Modules of that room of its own cloud that it imports."""
        prefix = f"providers.{self.cloud}.{room}"
        return {name for name in self.reads if name == prefix or name.startswith(f"{prefix}.")}


def cloud_modules() -> Iterator[CloudModule]:
    for name, reads in graph().items():
        parts = name.split(".")
        if parts[0] == "providers" and len(parts) > 2 and parts[1] in CLOUDS:
            yield CloudModule(parts[1], parts[2], name, reads)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_cloud_has_three_rooms(cloud: str) -> None:
    folders = {path.name for path in (SRC / "providers" / cloud).iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {"client", "describing", "services"}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_rooms_of_a_cloud_stand_on_each_other_one_way(cloud: str) -> None:
    """Services stand on describing and on what the client offers, never on the client itself."""
    barred = {
        "describing": ("client", "services"),
        "client": ("services",),
        # services stand on client.api; what two of them share is describing
        "services": ("client.client", "services"),
    }
    for module in cloud_modules():
        if module.cloud == cloud:
            for room in barred.get(module.room, ()):
                assert not module.reads_room(room), module.name


def test_the_model_knows_no_world() -> None:
    """No I/O but the packaged facts, no clock, no logging, no network, no cloud's library."""
    world = {"time", "datetime", "logging", "asyncio", "aiohttp", "os", "socket", "random"}
    for path in (SRC / "model").glob("*.py"):
        libraries = {name.split(".")[0] for name in imports(parse(path))}
        assert not libraries & world, path


SEAM = {path.stem for path in (SRC / "providers").glob("*.py")} - {"__init__", "clouds"}
"""Modules of providers/ that every cloud may import: all but the table that names the clouds."""


def test_a_provider_knows_no_other() -> None:
    for module, reads in graph().items():
        parts = module.split(".")
        if parts[0] == "providers" and len(parts) > 2:
            known = {read.split(".")[1] for read in reads if read.startswith("providers.")}
            assert known <= SEAM | {parts[1]}, module


def test_a_provider_knows_no_metric_of_ours() -> None:
    for module, path in MODULES.items():
        if module.startswith("providers."):
            for node in ast.walk(parse(path)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not re.match(rf"(?!{PACKAGE})cloud_carbon_", node.value), module


def names_called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


@pytest.mark.parametrize(
    ("calls", "homes"),
    [
        # one row a family: name, HELP, labels, samples and summing stand together
        ({"Family"}, r"exposition\.families\.\w+"),
        # one table of routes: guard, limits, methods and the OpenAPI file follow from it
        ({"add_route", "add_get", "add_post", "add_static", "add_routes"}, r"web\.routes?"),
        # one place that turns a phase into a resource; `estimate` prices what is in no account, and
        # the state file gives back what was one
        (
            {"Resource"},
            r"providers\.description|estimate|model\.server|storage\.(life|advice)_rows",
        ),
    ],
    ids=["family", "route", "resource"],
)
def test_one_place_makes_it(calls: set[str], homes: str) -> None:
    makers = {name for name, path in MODULES.items() if calls & set(names_called(parse(path)))}
    assert makers
    assert not [name for name in makers if not re.fullmatch(homes, name)]


def test_files_are_small() -> None:
    sizes = {name: path.read_text(encoding="utf-8").count("\n") for name, path in MODULES.items()}
    assert not {name: lines for name, lines in sizes.items() if lines >= 300}


def test_functions_are_small() -> None:
    long: dict[str, int] = {}
    for name, path in MODULES.items():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                lines = node.end_lineno - node.lineno + 1
                if lines > 40:
                    long[f"{name}.{node.name}"] = lines
    assert not long


def within_itself(tree: ast.AST, *kinds: tuple[type[ast.expr], ...]) -> list[int]:
    """Lines of the expressions that stand within another of the same kind."""
    lines: list[int] = []
    of_any = tuple(itertools.chain(*kinds))
    for outer in ast.walk(tree):
        if not isinstance(outer, of_any):
            continue
        for kind in kinds:
            if isinstance(outer, kind):
                within = itertools.islice(ast.walk(outer), 1, None)  # without itself
                lines += [node.lineno for node in within if isinstance(node, kind)]
    return lines


def test_no_comprehension_and_no_ternary_stands_within_another() -> None:
    """It reads better by its steps, each with a name."""
    assert not nested(MODULES.values())


@pytest.mark.slow
def test_none_stands_within_another_in_what_is_beside_the_source() -> None:
    beside = set(WRITTEN) - set(MODULES.values())
    assert len(beside) > len(MODULES) / 2
    assert not nested(beside)


def nested(paths: Iterable[Path]) -> dict[str, list[int]]:
    """Lines of what stands within itself, by the files that have any."""
    found: dict[str, list[int]] = {}
    for path in paths:
        if lines := within_itself(parse(path), COMPREHENSIONS, TERNARIES):
            found[str(path.relative_to(ROOT))] = lines
    return found


def test_what_is_nested_would_be_found() -> None:
    tree = ast.parse("a = [sum(x for x in row) for row in rows]\nb = 1 if a else 2 if b else 3")
    assert within_itself(tree, COMPREHENSIONS) == [1]
    assert within_itself(tree, TERNARIES) == [2]


def test_ruff_holds_lines_and_complexity_everywhere() -> None:
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert ruff["line-length"] <= 100
    assert {"C90", "E"} <= set(ruff["lint"]["select"])
    assert ruff["lint"]["mccabe"]["max-complexity"] <= 10
    spared = {rule for rules in ruff["lint"]["per-file-ignores"].values() for rule in rules}
    assert not {rule for rule in spared | set(ruff["lint"]["ignore"]) if rule[0] in "CE"}


def test_nothing_is_spared_of_lines_and_complexity() -> None:
    for path in WRITTEN:
        spared = re.findall(r"noqa: *[\w, ]*(?:C901|E501)", path.read_text(encoding="utf-8"))
        assert not spared, path


def docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def test_the_first_line_of_a_docstring_says_it_all() -> None:
    """A sentence that runs on is not read in a list of names."""
    for name, path in MODULES.items():
        for text in docstrings(parse(path)):
            first, _, rest = text.partition("\n")
            assert not rest or rest.startswith("\n"), f"{name}: {first}"


def test_no_check_of_types_is_silenced_in_the_tests_either() -> None:
    for path in WRITTEN:
        comments = re.findall(r"#\s*type: ignore", path.read_text(encoding="utf-8"))
        assert not comments, path.relative_to(ROOT)


def test_nothing_is_left_for_later() -> None:
    for name, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        for word in ("TODO", "FIXME", "XXX", "NotImplementedError", "type: ignore"):
            assert word not in text, f"{word} in {name}"
