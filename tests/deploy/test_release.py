"""Release, rehearsed: all that is published but the image, made and looked into."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import tarfile
from pathlib import Path
from types import ModuleType

import helm_python
import pytest

from tests.deploy.chart import TARGET
from tests.deploy.files import DEPLOY, ROOT

SCRIPT = ROOT / "scripts" / "release"
FOLDER = ROOT / "build" / "release"
CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\nnew\n\n## 0.2.0 (2026-11-30)\n\ntwo\n\n## 0.1.0\n\none\n"
)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", SCRIPT.with_suffix(".py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copy(folder: Path, version: str, chart: str) -> Path:
    """A tree with what a release looks at."""
    of_chart = folder / "deploy" / "helm" / "cloud-carbon-exporter"
    of_chart.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    (of_chart / "Chart.yaml").write_text(f'version: {chart}\nappVersion: "{chart}"\n')
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    return folder


@pytest.mark.parametrize(
    ("tag", "version", "chart", "said"),
    [
        ("v0.2.0", "0.2.0", "0.2.0", []),
        ("", "0.3.0", "0.3.0", []),
        ("v0.2.0", "0.1.0", "0.2.0", ["pyproject.toml"]),
        ("v0.2.0", "0.2.0", "0.1.0", ["Chart.yaml", "Chart.yaml"]),
        ("v0.3.0", "0.3.0", "0.3.0", ["CHANGELOG.md"]),
        ("0.2.0", "0.2.0", "0.2.0", ["0.2.0"]),
        ("v0.2", "0.2", "0.2.0", ["v0.2", "Chart.yaml", "Chart.yaml", "CHANGELOG.md"]),
    ],
)
def test_package_chart_and_changelog_must_be_of_the_version_of_the_tag(
    script: ModuleType, tmp_path: Path, tag: str, version: str, chart: str, said: list[str]
) -> None:
    findings = list(script.wrong(tag, copy(tmp_path, version, chart)))
    assert [finding.split()[0].strip(":") for finding in findings] == said


@pytest.mark.parametrize(
    ("heading", "section"),
    [("0.1.0", "one"), ("0.2.0", "two"), ("Unreleased", "new"), ("0.1", ""), ("2.0", "")],
)
def test_the_notes_are_the_section_of_the_version(
    script: ModuleType, heading: str, section: str
) -> None:
    assert script.notes(CHANGELOG, heading) == section


def test_an_archive_that_lacks_something_is_found(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"cloud-carbon-exporter-{script.version()}.tgz"
    with tarfile.open(tmp_path / name, "w:gz") as packed:
        packed.add(DEPLOY / "helm" / "cloud-carbon-exporter" / "Chart.yaml", "x/Chart.yaml")
    assert script.files(str(tmp_path)) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3
    assert told[-1] == f"{name}: without rules/alerts.yml, values.schema.json"


@pytest.mark.slow
def test_the_rehearsal_makes_everything_that_is_published(script: ModuleType) -> None:
    done = subprocess.run([SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    archives = set(script.expected_files(script.version()))
    made = {path.name for path in FOLDER.iterdir()}
    assert made == archives | {"notes.md", "sbom.cdx.json", "SHA256SUMS"}
    sums = dict(line.split()[::-1] for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == archives | {"sbom.cdx.json"}
    for name, told in sums.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == told
    assert (FOLDER / "notes.md").read_text().strip()
    chart = str(FOLDER / f"cloud-carbon-exporter-{script.version()}.tgz")
    rendered = helm_python.Chart.load(chart).render(values={"config": TARGET}, name="carbon")
    assert any(f"cloud-carbon-exporter:{script.version()}" in text for text in rendered.values())


@pytest.mark.slow
def test_a_tag_of_another_version_makes_nothing() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    done = subprocess.run([SCRIPT, "v99.0.0"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not 99.0.0" in done.stderr
    assert not [path for path in FOLDER.iterdir() if path.suffix != ".md"]
