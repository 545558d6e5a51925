"""The worked examples of the contributors' guide, followed word by word in a copy of the source."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "contributing"
BLOCK = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.M | re.S
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the examples change, and what they are checked with."""
    for name in (
        "src",
        "scripts",
        "tests/fakes",
        "tests/providers",
        "tests/replay",
        "tests/golden",
        "docs",
    ):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "tests/__init__.py", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def follow(page: str, copy: Path) -> None:
    """Append what is given for a table, create what is given for any other file."""
    for match in BLOCK.finditer((GUIDE / page).read_text(encoding="utf-8")):
        if title := match["title"]:
            path = copy / title
            assert path.exists() == (match["language"] == "csv"), title
            with path.open("a", encoding="utf-8") as file:
                file.write(match["text"])


def commands(page: str) -> list[str]:
    text = (GUIDE / page).read_text(encoding="utf-8")
    return [
        line
        for match in BLOCK.finditer(text)
        if match["language"] == "bash"
        for line in match["text"].splitlines()
    ]


def run(command: str, copy: Path) -> str:
    """A command of the guide, on the copy, by this interpreter."""
    program, *arguments = command.split()
    instead = {
        "scripts/facts": ["scripts/facts.py", "--folder", "src/cloud_carbon_exporter/facts"],
        "scripts/docs": ["-m", "cloud_carbon_exporter.documents"],
        ".venv/bin/cloud-carbon-exporter": ["-m", "cloud_carbon_exporter"],
        ".venv/bin/pytest": ["-m", "pytest", "-p", "no:cacheprovider"],
    }[program]
    environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}"}
    done = subprocess.run(
        [sys.executable, *instead, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_region_is_a_row(copy: Path) -> None:
    follow("region.md", copy)
    facts, estimate = (run(command, copy) for command in commands("region.md"))
    assert " 0 wrong" in facts
    assert "pue.aws/eu-bordeaux-1" in estimate
    assert "assumed" not in estimate.splitlines()[0]


def test_a_fact_is_a_row(copy: Path) -> None:
    follow("fact.md", copy)
    assert " 0 wrong" in run(commands("fact.md")[0], copy)


def test_a_service_is_a_module_and_a_recording(copy: Path) -> None:
    follow("fact.md", copy)
    follow("service.md", copy)
    documents, tests = commands("service.md")
    run(documents, copy)
    services = (copy / "docs" / "SERVICES.md").read_text(encoding="utf-8")
    assert "directoryservice/microsoft_ad" in services
    assert "ds:DescribeDirectories" in (copy / "docs" / "PERMISSIONS.md").read_text(
        encoding="utf-8"
    )
    assert re.search(r"\d+ passed", run(tests, copy))
