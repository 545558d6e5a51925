"""Steps of scripts/release: one version everywhere, the chart as an archive, files that are whole.

Exit code 0 when all is well, 1 when something is wrong, each finding on a line. Reads no network.
"""

from __future__ import annotations

import re
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import helm_python
import yaml

ROOT = Path(__file__).parent.parent
CHART = ROOT / "deploy" / "helm" / "cloud-carbon-exporter"
NAME = "cloud-carbon-exporter"
UNRELEASED = "Unreleased"


def version(root: Path = ROOT) -> str:
    """Version of the package."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def notes(changelog: str, heading: str) -> str:
    """Section of the changelog under a heading, whatever follows the heading on its line."""
    pattern = rf"^## \[?v?{re.escape(heading)}\]?(?![\w.-])[^\n]*\n(.*?)(?=^## |\Z)"
    found = re.search(pattern, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def wrong(tag: str, root: Path = ROOT) -> Iterator[str]:
    """What is not of the version that the tag names; without a tag, of the package's."""
    expected = tag.removeprefix("v") if tag else version(root)
    if tag and not re.fullmatch(r"v\d+\.\d+\.\d+((a|b|rc)\d+)?", tag):
        yield f"{tag}: not a tag of a release, such as v1.2.3"
    if version(root) != expected:
        yield f"pyproject.toml is of version {version(root)}, not {expected}"
    chart = yaml.safe_load((root / CHART.relative_to(ROOT) / "Chart.yaml").read_text("utf-8"))
    for key in ("version", "appVersion"):
        if chart[key] != expected:
            yield f"Chart.yaml: {key} is {chart[key]}, not {expected}"
    heading = expected if tag else UNRELEASED
    if tag and not notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), heading):
        yield f"CHANGELOG.md: nothing under {heading}"


def check(tag: str = "") -> int:
    """Print the notes of the release, or what is wrong."""
    findings = list(wrong(tag))
    for finding in findings:
        print(finding, file=sys.stderr)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = tag.removeprefix("v") if tag else UNRELEASED
    print(notes(changelog, heading) or notes(changelog, version()))
    return 1 if findings else 0


def chart(folder: str) -> int:
    """Pack the chart, as `helm package` does."""
    helm_python.package(str(CHART), destination=folder)
    return 0


def _contents(path: Path) -> set[str]:
    """Names in an archive, without the folder all of a tar stands in."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as packed:
            return set(packed.namelist())
    with tarfile.open(path) as packed:
        return {name.partition("/")[2] for name in packed.getnames()}


def expected_files(released: str) -> dict[str, set[str]]:
    """Archives of a release, each with some of what it must hold."""
    package = NAME.replace("-", "_")
    return {
        f"{package}-{released}-py3-none-any.whl": {f"{package}/cli.py"},
        f"{package}-{released}.tar.gz": {"pyproject.toml", "LICENSE", f"src/{package}/cli.py"},
        f"{NAME}-{released}.tgz": {"Chart.yaml", "values.schema.json", "rules/alerts.yml"},
    }


def files(folder: str) -> int:
    """Check that every archive is there, of this version, and holds what it must."""
    findings = []
    for name, held in expected_files(version()).items():
        path = Path(folder) / name
        missing = held - _contents(path) if path.exists() else held
        if missing:
            findings.append(f"{name}: without {', '.join(sorted(missing))}")
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


def main(arguments: Sequence[str]) -> int:
    """Run one step; the exit code."""
    step, *rest = arguments
    return {"check": check, "chart": chart, "files": files}[step](*rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
