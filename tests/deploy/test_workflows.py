"""The workflows: whole, run what is there, and release one version of everything."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT, load

WORKFLOWS = {
    path.name: load(path) for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}


def steps(name: str) -> list[dict[str, str]]:
    return [step for job in WORKFLOWS[name]["jobs"].values() for step in job["steps"]]


def test_the_package_and_the_chart_are_of_one_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    chart = load(DEPLOY / "helm" / "cloud-carbon-exporter" / "Chart.yaml")
    assert (chart["version"], chart["appVersion"]) == (version, version)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_jobs_wait_for_jobs_that_are_there_and_may_do_little(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        needs = job.get("needs", [])
        assert set([needs] if isinstance(needs, str) else needs) <= set(workflow["jobs"])
        assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_script_and_file_named_is_there(name: str) -> None:
    named = {
        path
        for step in steps(name)
        for path in re.findall(
            r"(?:scripts|deploy)/[\w./-]+", f"{step.get('run', '')} {step.get('with', '')}"
        )
    }
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def commands(job: str) -> str:
    found = [step.get("run", "") for step in WORKFLOWS["release.yml"]["jobs"][job]["steps"]]
    return "\n".join(found)


def test_a_release_builds_wheel_sdist_image_and_chart_after_the_tests() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert {"build", "pypi", "image", "chart", "pull", "release"} <= set(jobs)
    assert (jobs["build"]["needs"], jobs["image"]["needs"]) == ("test", "build")
    assert "scripts/test" in commands("test")
    assert 'scripts/release "$GITHUB_REF_NAME"' in commands("build")
    image = next(step for step in jobs["image"]["steps"] if "build-push" in step.get("uses", ""))
    assert image["with"]["file"] == "deploy/Dockerfile"
    assert image["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert image["with"]["sbom"] is True


def test_image_chart_and_files_are_signed_by_their_digests() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert 'cosign sign --yes "$IMAGE@$DIGEST"' in commands("image")
    assert "cosign attest --yes --type cyclonedx --predicate release/sbom.cdx.json" in commands(
        "image"
    )
    assert 'cosign sign --yes "${CHARTS#oci://}/cloud-carbon-exporter@${digest:?}"' in commands(
        "chart"
    )
    assert "cosign sign-blob --yes --bundle SHA256SUMS.sigstore.json SHA256SUMS" in commands(
        "release"
    )
    for name, job in jobs.items():
        signs = "cosign sign" in commands(name)
        assert not signs or job["permissions"]["id-token"] == "write"


def test_nothing_goes_to_pypi_before_anybody_can_pull_the_image_and_the_chart() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert jobs["pull"]["permissions"] == {}
    assert set(jobs["pull"]["needs"]) == {"image", "chart"}
    assert "pull" in jobs["pypi"]["needs"]
    assert jobs["release"]["needs"] == "pypi"
    values = load(DEPLOY / "helm" / "cloud-carbon-exporter" / "values.yaml")
    repository = re.search(r"github\.com/([\w-]+/[\w-]+)", (ROOT / "pyproject.toml").read_text())
    assert repository is not None
    assert values["image"]["repository"] == f"ghcr.io/{repository[1]}"


def test_every_action_and_image_is_pinned_by_its_digest() -> None:
    used = [step["uses"] for name in WORKFLOWS for step in steps(name) if "uses" in step]
    assert used
    assert [
        action for action in used if not re.fullmatch(r"[\w-]+/[\w.-]+@[0-9a-f]{40}", action)
    ] == []
    services = load(DEPLOY / "compose.yml")["services"].values()
    images = [service["image"] for service in services if "build" not in service]
    images += re.findall(r"^ARG BASE=(.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert len(images) == 3
    assert [
        image for image in images if not re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", image)
    ] == []


def test_zizmor_has_nothing_to_object() -> None:
    program = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [program, "--offline", "--no-progress", "--quiet", ROOT / ".github"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_dependabot_looks_after_everything_that_is_pinned() -> None:
    updates = load(ROOT / ".github" / "dependabot.yml")["updates"]
    looked_after = {(update["package-ecosystem"], update["directory"]) for update in updates}
    assert looked_after == {
        ("github-actions", "/"),
        ("github-actions", "/deploy/github-action"),
        ("uv", "/"),
        ("docker", "/deploy"),
        ("docker-compose", "/deploy"),
    }
