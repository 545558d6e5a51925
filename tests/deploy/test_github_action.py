"""The action of GitHub that estimates a plan: pinned, closed to injection, and run as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT, load
from tests.plan.plans import change, document

FOLDER = DEPLOY / "github-action"
ACTION = load(FOLDER / "action.yml")
STEPS = ACTION["runs"]["steps"]
PLAN = ROOT / "tests" / "replay" / "terraform" / "plan.json"
ESTIMATE = next(step for step in STEPS if step.get("id") == "estimate")


def test_what_it_uses_is_pinned_as_in_the_workflows() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    ci = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w.-]+@[0-9a-f]{40}", action)
        assert action in ci


def test_no_input_is_read_by_the_shell() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")
    told = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ESTIMATE["env"])))
    assert told == set(ACTION["inputs"])
    script = (FOLDER / "estimate").read_text(encoding="utf-8")
    assert set(ESTIMATE["env"]) <= set(re.findall(r"\$\{?([A-Z_]+)", script))


def test_zizmor_has_nothing_to_object() -> None:
    program = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [program, "--offline", "--no-progress", "--quiet", FOLDER / "action.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_example_of_its_page_says_inputs_and_outputs_that_are_there() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    said = re.search(r"with:\n((?: {10}\w.*\n)+)", page)
    assert said is not None
    assert set(re.findall(r"^ +([\w-]+):", said[1], re.MULTILINE)) <= set(ACTION["inputs"])
    assert set(re.findall(r"steps\.carbon\.outputs\.(\w+)", page)) <= set(ACTION["outputs"])


def ran(folder: Path, action: Path = FOLDER, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The last step, as a runner runs it."""
    defaults = {name: of.get("default", "") for name, of in ACTION["inputs"].items()}
    said = {**defaults, "plan": str(PLAN), **inputs}
    variables = {name.replace("-", "_").upper(): value for name, value in said.items()}
    runner = {
        "GITHUB_ACTION_PATH": str(action),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "RUNNER_TEMP": str(folder),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", ESTIMATE["run"]],
        env={**os.environ, **variables, **runner},
        capture_output=True,
        text=True,
        check=False,
    )


def outputs(folder: Path) -> dict[str, str]:
    lines = (folder / "output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("budget", "code", "exceeded"), [("", 0, "false"), ("1000", 0, "false"), ("1", 1, "true")]
)
def test_it_tells_the_job_and_fails_above_the_budget(
    tmp_path: Path, budget: str, code: int, exceeded: str
) -> None:
    done = ran(tmp_path, budget=budget)
    assert done.returncode == code, done.stderr
    assert ("::error" in done.stdout) == bool(code)
    told = outputs(tmp_path)
    assert set(told) == set(ACTION["outputs"])
    assert told["exceeded"] == exceeded
    markdown = Path(told["markdown"]).read_text(encoding="utf-8")
    assert markdown == (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "| aws_instance.api[0] | update |" in markdown
    assert len(json.loads(Path(told["json"]).read_text(encoding="utf-8"))["resources"]) == 12


@pytest.mark.slow
def test_not_known_is_told_apart_from_above(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(document(change("aws_instance.a", None, {"ami": "x", "region": "eu-west-3"})))
    done = ran(tmp_path, plan=str(plan), budget="1")
    assert done.returncode == 1, done.stderr
    assert "not known whether" in done.stdout
    assert outputs(tmp_path)["exceeded"] == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize(
    "program", ["exit 1", "exit 139", "echo '{\"budget\": null}'; exit 1", "echo '{'; exit 0"]
)
def test_a_program_that_falls_is_no_verdict(tmp_path: Path, program: str) -> None:
    """Python ends with 1 for what nobody foresaw: the code of a plan above its budget."""
    action = tmp_path / "deploy" / "github-action"
    fallen = tmp_path / ".venv" / "bin" / "cloud-carbon-exporter"
    fallen.parent.mkdir(parents=True)
    fallen.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    fallen.chmod(0o755)
    fallen.with_name("python").symlink_to(sys.executable)
    shutil.copytree(FOLDER, action)
    done = ran(tmp_path, action, budget="1000")
    assert done.returncode == 70
    assert "without an answer" in done.stdout
    assert "above" not in done.stdout
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
def test_what_cannot_be_followed_fails_and_tells_nothing(tmp_path: Path) -> None:
    hostile = '$(touch "$RUNNER_TEMP/done")'
    for inputs in ({"plan": "/nowhere"}, {"region": hostile}, {"budget": hostile}):
        assert ran(tmp_path, FOLDER, **inputs).returncode == 2
    assert not (tmp_path / "summary.md").exists()
    assert not (tmp_path / "done").exists()
