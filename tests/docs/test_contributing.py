"""Pages of the contributors' guide, followed word by word in a copy: each of them ends green."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.docs.blocks import Block, fenced

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "contributing"
COPIED = ("src", "scripts", "tests", "docs", "bench", "deploy")
PAGES = sorted(page.name for page in GUIDE.glob("*.md") if "```bash" in page.read_text("utf-8"))

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as somebody has cloned it, but for the setting up and what is compiled."""
    for name in COPIED:  # what is compiled is still good: the times of its sources are copied too
        shutil.copytree(ROOT / name, tmp_path / name)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".git":
            shutil.copy(path, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def follow(block: Block, copy: Path) -> None:
    """Do what a block says of a file: append to a table, edit a file, create any other."""
    title = re.fullmatch(r'title="([^"]+)"', block.title)
    assert title, f"{block}: which file?"
    path = copy / title[1]
    assert path.exists() == (block.language in ("csv", "diff")), f"{block}: {path}"
    if block.language == "diff":
        path.write_text(edited(path.read_text(encoding="utf-8"), block), encoding="utf-8")
    else:
        with path.open("a", encoding="utf-8") as file:
            file.write(block.text)


def edited(text: str, block: Block) -> str:
    """Text with the lines of a diff, which stands without numbers: its lines are there once."""
    before, after = [], []
    for line in block.text.splitlines(keepends=True):
        sign, rest = line[0], line[1:]
        if sign in "- \n":
            before.append(rest or "\n")
        if sign in "+ \n":
            after.append(rest or "\n")
    old, new = "".join(before), "".join(after)
    assert text.count(old) == 1, f"{block}: is not there, or more than once:\n{old}"
    return text.replace(old, new)


def run(command: str, copy: Path) -> str:
    """What a command of the guide prints, in the copy."""
    environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def done_as_told(page: str, copy: Path) -> Mapping[str, str]:
    """Follow a page from its beginning to its end: its commands, and what they print."""
    printed: dict[str, str] = {}
    for block in fenced(GUIDE / page):
        if block.language == "bash":
            for command in block.commands:
                printed[command] = run(command, copy)
        elif block.title:
            follow(block, copy)
    return printed


def test_there_is_a_page_for_each_of_the_usual_changes() -> None:
    services = {f"{cloud}-service.md" for cloud in ("aws", "google", "scaleway")}
    assert {*services, "family.md", "flag.md", "fact.md", "region.md"} <= set(PAGES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What following a page must leave: a document, and words that stand in it then."""

    document: str
    words: tuple[str, ...]


OUTCOMES = {
    "aws-service.md": Outcome(
        "docs/PERMISSIONS.md", ("grafana/workspace", "grafana:ListWorkspaces")
    ),
    "google-service.md": Outcome("docs/SERVICES.md", ("vpcaccess/connector",)),
    "scaleway-service.md": Outcome("docs/PERMISSIONS.md", ("WebHostingReadOnly",)),
    "family.md": Outcome("docs/METRICS.md", ("cloud_carbon_exporter_accounts",)),
    "flag.md": Outcome("docs/FLAGS.md", ("-kinds",)),
    "fact.md": Outcome("tests/golden/facts.txt", ("fixed.aws/grafana-workspace.watts",)),
    "region.md": Outcome("tests/golden/facts.txt", ("pue.aws/eu-bordeaux-1",)),
}


@pytest.mark.parametrize("page", PAGES)
def test_followed_word_by_word_it_ends_green(page: str, copy: Path) -> None:
    outcome = OUTCOMES[page]
    before = (copy / outcome.document).read_text(encoding="utf-8")
    printed = done_as_told(page, copy)
    assert "scripts/renew" in printed, "goldens and documents follow from the code"
    tested = [text for command, text in printed.items() if "pytest" in command]
    assert tested
    assert all(re.search(r"\d+ passed", text) for text in tested)
    after = (copy / outcome.document).read_text(encoding="utf-8")
    for word in outcome.words:
        assert word in after
        assert word not in before, "no example: it is there already"
    checked = run(".venv/bin/ruff check --quiet && .venv/bin/ruff format --check --quiet", copy)
    assert checked == ""


def test_what_an_estimate_says_of_a_new_region(copy: Path) -> None:
    blocks = list(fenced(GUIDE / "region.md"))
    for block in blocks:
        if block.title:
            follow(block, copy)
    lines = [line for block in blocks if block.language == "bash" for line in block.commands]
    [command] = [line for line in lines if " estimate " in line]
    estimate = run(command, copy)
    assert "pue.aws/eu-bordeaux-1" in estimate
    assert "assumed" not in estimate.splitlines()[0]
