"""Package as it is published: built, then run from an empty environment, as pip and uvx do."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.files import ROOT

pytestmark = pytest.mark.slow

UV = ROOT / ".tools" / "bin" / "uv"
EXPECTED = "power_watts"
OF_EXTRAS = {"cramjam", "duckdb", "ibis", "pyarrow", "sqlglot"}
"""What the extras bring, remote-write and history."""


def run(*command: str | Path, cwd: Path) -> str:
    """What a program prints; it must end with exit code 0."""
    environment = {"UV_SYSTEM_CERTS": "true"} | os.environ  # as scripts/setup has it
    words = [str(part) for part in command]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=cwd, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the wheel, made of the sdist, and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    assert UV.exists(), "scripts/setup brings uv"
    run(UV, "build", "--quiet", "--out-dir", folder, ROOT, cwd=folder)
    yield folder


@pytest.fixture
def wheel(built: Path) -> Path:
    (wheels,) = built.glob("*.whl")
    return wheels


@pytest.mark.slow
def test_the_wheel_holds_the_program_its_facts_and_its_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        assert "License-Expression: AGPL-3.0-or-later" in packed.read(metadata).decode()
    source = ROOT / "src"
    kept = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "egg-info" not in str(path)
    }
    assert kept <= names
    assert not any(name.startswith("tests/") for name in names)


def test_the_sdist_holds_what_it_takes_to_build(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        names = {name.split("/", 1)[1] for name in packed.getnames() if "/" in name}
    assert {"pyproject.toml", "README.md", "LICENSE", "src/cloud_carbon_exporter/cli.py"} <= names


def imports() -> list[str]:
    """Import statements of modules of others anywhere in the program, also within a function."""
    statements = set()
    left_out = {*sys.stdlib_module_names, "", "cloud_carbon_exporter", *OF_EXTRAS}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")]
                )
                if not {alias.name.partition(".")[0] for alias in names} & left_out:
                    statements.add(ast.unparse(node))
    return sorted(statements)


@pytest.mark.e2e
def test_it_runs_from_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    run(UV, "venv", "--quiet", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--system-certs", "--python", python, wheel, cwd=tmp_path)
    program = tmp_path / "venv" / "bin" / "cloud-carbon-exporter"
    report = run(
        program, "report", "-demo.enabled", "-demo.resources=5", "-format=csv", cwd=tmp_path
    )
    assert len(report.splitlines()) == 6
    assert EXPECTED in report
    run(python, "-c", "from cloud_carbon_exporter.aws_lambda import handler", cwd=tmp_path)
    assert "from google.auth.transport import urllib3 as transport" in imports()
    # without its libraries, ADC says nothing and goes on
    metadata_server = "from google.auth import compute_engine"
    run(python, "-c", "\n".join([*imports(), metadata_server]), cwd=tmp_path)


@pytest.mark.e2e
def test_uvx_runs_it_without_installing(wheel: Path, tmp_path: Path) -> None:
    command = (
        "cloud-carbon-exporter",
        "estimate",
        "-cloud.provider=aws",
        "-machine-type=m5.large",
        "-format=json",
    )
    assert EXPECTED in run(
        UV, "tool", "run", "--quiet", "--system-certs", "--from", wheel, *command, cwd=tmp_path
    )
