"""Quick loop of `scripts/test`: what it leaves out is marked, and it installs nothing with apt."""

from __future__ import annotations

import ast
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
SCRIPT = ROOT / "scripts" / "test"
LEFT_OUT = frozenset(re.findall(r"not (\w+)", SCRIPT.read_text(encoding="utf-8")))

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A function or a class of the tests, by its module and its name."""

    module: str
    name: str


class Module(NamedTuple):
    """A test module: what it defines, what its names stand for elsewhere, and its own marks."""

    name: str
    defined: Mapping[str, ast.stmt]
    imported: Mapping[str, Definition]
    marks: frozenset[str]


def read_module(name: str, text: str) -> Module:
    """Module of a source text: its first level alone, as fixtures and helpers stand there."""
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, Definition] = {}
    marks: frozenset[str] = frozenset()
    tree = ast.parse(text)
    for statement in tree.body:
        if isinstance(statement, Function | ast.ClassDef):
            defined[statement.name] = statement
        elif isinstance(statement, ast.Assign) and ast.unparse(statement).startswith("pytestmark"):
            marks = marks_in(statement.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
            for alias in node.names:
                imported[alias.asname or alias.name] = Definition(node.module or "", alias.name)
    return Module(name, defined, imported, marks)


def marks_in(expression: ast.expr) -> frozenset[str]:
    """Marks that an expression names: `pytest.mark.e2e` and lists of such."""
    return frozenset(re.findall(r"pytest\.mark\.(\w+)", ast.unparse(expression)))


EVERYWHERE = frozenset({"'gzip'"})
"""Programs that no machine is without, as a test writes them."""


def starts_a_program(body: ast.stmt) -> bool:
    """Whether a body asks PATH for a program: then it is one that a machine may lack."""
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and called(node) == "which":
            return ast.unparse(node.args[0]) not in EVERYWHERE
    return False


def called(call: ast.Call) -> str:
    """Name of what is called, without where it stands."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def names_in(body: ast.stmt) -> Iterator[str]:
    """Names that a body uses or asks pytest for as fixtures."""
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # usefixtures("name")


def uses(module: Module, body: ast.stmt) -> Iterator[Definition]:
    """Definitions of the tests that a body leads to."""
    for name in names_in(body):
        if name in module.defined:
            yield Definition(module.name, name)
        elif name in module.imported:
            yield module.imported[name]


def programs_started(modules: Mapping[str, Module]) -> frozenset[Definition]:
    """Definitions that start a program of PATH, or lead to one that does."""
    leads: dict[Definition, frozenset[Definition]] = {}
    starting: set[Definition] = set()
    for module in modules.values():
        for name, body in module.defined.items():
            definition = Definition(module.name, name)
            leads[definition] = frozenset(uses(module, body))
            if starts_a_program(body):
                starting.add(definition)
    before = -1
    while len(starting) != before:
        before = len(starting)
        starting |= {start for start, ends in leads.items() if not starting.isdisjoint(ends)}
    return frozenset(starting)


def marks_of(module: Module, name: str) -> frozenset[str]:
    """Marks of a test: its own and its module's."""
    body = module.defined[name]
    marks = module.marks
    if isinstance(body, Function | ast.ClassDef):
        for decorator in body.decorator_list:
            marks |= marks_in(decorator)
    return marks


def unmarked(modules: Mapping[str, Module], starting: Iterable[Definition]) -> list[str]:
    """Tests that start a program of PATH, and that the quick run would start as well."""
    left = []
    for module, name in sorted(starting):
        is_test = name.startswith(("test_", "Test"))
        if is_test and LEFT_OUT.isdisjoint(marks_of(modules[module], name)):
            left.append(f"{module}::{name}")
    return left


def modules_of_the_tests() -> Mapping[str, Module]:
    """Every module under tests/, by its name."""
    modules = {}
    for path in sorted(TESTS.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        modules[name] = read_module(name, path.read_text(encoding="utf-8"))
    return modules


def test_the_quick_run_leaves_out_marks_that_are_declared() -> None:
    declared = re.findall(r'^  "(\w+): ', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert frozenset(declared) == LEFT_OUT


@pytest.mark.slow
def test_what_starts_a_program_of_the_machine_is_left_out_of_the_quick_run() -> None:
    modules = modules_of_the_tests()
    starting = programs_started(modules)
    assert unmarked(modules, starting) == []
    assert {
        Definition("tests.e2e.programs", "Prometheus"),
        Definition("tests.web.browsing", "browser"),
        Definition("tests.deploy.test_prometheus", "promtool"),
        Definition("tests.exposition.test_hostile", "test_promtool_takes_hostile_labels"),
    } <= starting


HELPER = """
def server():
    program = shutil.which("prometheus")

class Ruled(Base):
    def __init__(self):
        self.program = server()
"""
CALLER = """
from tests.helper import Ruled

@pytest.fixture
def ruled():
    return Ruled()

def test_bare(ruled): ...

@pytest.mark.server
def test_marked(ruled): ...

@pytest.mark.usefixtures("ruled")
def test_by_name(): ...

def test_free(): ...
"""


def test_a_program_is_seen_through_helpers_classes_and_fixtures() -> None:
    modules = {
        "tests.helper": read_module("tests.helper", HELPER),
        "tests.test_it": read_module("tests.test_it", CALLER),
    }
    starting = programs_started(modules)
    assert unmarked(modules, starting) == [
        "tests.test_it::test_bare",
        "tests.test_it::test_by_name",
    ]
    marked = read_module("tests.test_it", f"pytestmark = pytest.mark.server\n{CALLER}")
    assert unmarked({**modules, "tests.test_it": marked}, starting) == []


def test_a_law_has_fewer_examples_in_the_quick_run_and_all_of_them_in_the_gate() -> None:
    few, all_of_them = settings.get_profile("quick"), settings.get_profile("gate")
    assert 0 < few.max_examples < all_of_them.max_examples
    assert few.derandomize


@pytest.mark.slow
def test_tests_have_the_same_names_in_every_process() -> None:
    """pytest-xdist refuses a run whose processes collect other names, or in another order."""
    collected = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        names, _, _ = done.stdout.rpartition("\n\n")  # the last line tells seconds
        collected.add(names)
    assert len(collected) == 1


REFUSED = "#!/bin/sh\necho refused >&2\nexit 97\n"
NOTED = '#!/bin/sh\necho "$(basename "$0") $*" >> "$NOTED"\n'


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """scripts/test among stand-ins that note how they are called; apt-get and sudo refuse."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts" / "test")
    for name in ("scripts/setup", "scripts/check", ".venv/bin/pytest", ".venv/bin/coverage"):
        _script(tmp_path / name, NOTED)
    for name in ("apt-get", "sudo"):
        _script(tmp_path / "bin" / name, REFUSED)
    for name in ("bash", "sh", "env", "dirname", "basename", "id"):
        program = Path("/bin", name) if Path("/bin", name).exists() else Path("/usr/bin", name)
        (tmp_path / "bin" / name).symlink_to(program)
    return tmp_path


def _run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": str(checkout / "bin"), "NOTED": str(checkout / "noted")}
    return subprocess.run(
        [checkout / "scripts" / "test", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_named_file_is_installed_nothing_for(checkout: Path) -> None:
    done = _run(checkout, "tests/config", "-k", "file")
    assert (done.returncode, done.stderr) == (0, "")
    noted = (checkout / "noted").read_text(encoding="utf-8").splitlines()
    assert noted == ["setup ", "pytest tests/config -k file"]


def test_the_quick_run_is_installed_nothing_for(checkout: Path) -> None:
    done = _run(checkout, "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    noted = (checkout / "noted").read_text(encoding="utf-8")
    assert "check --quick" in noted
    assert "--hypothesis-profile=quick" in noted
    assert "not server" in noted


def test_the_whole_run_asks_for_what_is_missing(checkout: Path) -> None:
    done = _run(checkout)
    assert done.returncode == 97
    assert "Installing prometheus victoria-metrics chromium" in done.stderr


FAILING = """#!/bin/sh
echo "pytest $*" >> "$NOTED"
case "$*" in *--last-failed*) exit $AGAIN; esac
cd .pytest_cache/v/cache
for number in $FAILED; do echo "  \\"tests/a.py::test_$number\\": true,"; done > lastfailed
exit 1
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("failed", "again", "expected"), [("1 2", 0, 0), ("1 2", 1, 1), ("1 2 3 4 5 6", 0, 1)]
)
def test_a_few_that_failed_beside_others_run_again_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, failed: str, again: int, expected: int
) -> None:
    for name in ("prometheus", "promtool", "vmagent", "chromium", "systemd-nspawn"):
        _script(checkout / "bin" / name, REFUSED)
    (checkout / ".pytest_cache" / "v" / "cache").mkdir(parents=True)
    (checkout / "bin" / "grep").symlink_to(shutil.which("grep") or "grep")
    _script(checkout / ".venv" / "bin" / "python", REFUSED)
    _script(checkout / ".venv" / "bin" / "pytest", FAILING)
    monkeypatch.setenv("FAILED", failed)
    monkeypatch.setenv("AGAIN", str(again))
    done = _run(checkout)
    assert done.returncode == expected
    few = len(failed.split()) < 6
    assert ("tests/a.py::test_2" in done.stderr) == few
    assert ("--last-failed" in (checkout / "noted").read_text(encoding="utf-8")) == few
