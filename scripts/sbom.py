"""Check of an SBOM against the lock file, and of what is installed against both.

It must be complete, from PyPI, of licences compatible with ours, and all of it used.

Exit code 0 when all is well, 1 when something is wrong, each finding on a line. Reads no network.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parent.parent
PROJECT = "cloud-carbon-exporter"
REGISTRY = {"registry": "https://pypi.org/simple"}
FILES = "https://files.pythonhosted.org/"

COMPATIBLE = {
    *(
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
    ),
    *(
        "Unlicense",
        "Zlib",
        "GPL-3.0-or-later",
        "LGPL-2.1-or-later",
        "LGPL-3.0-or-later",
        "AGPL-3.0-or-later",
    ),
}
"""SPDX identifiers of what may be combined with AGPL-3.0-or-later, by
gnu.org/licenses/license-list.
"""

SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-2-Clause",
    "BSD License": "BSD-2-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What packages without a licence expression call theirs."""

Package = Mapping[str, Any]
Lock = Mapping[str, list[Package]]


def read_lock(text: str) -> Lock:
    """Name -> locked versions."""
    found = defaultdict(list)
    for package in tomllib.loads(text)["package"]:
        found[package["name"]].append(package)
    return found


def needs(package: Package, extra: str = "") -> list[Package]:
    """What a locked package requires, of itself or for an extra."""
    return list(
        package.get("optional-dependencies", {}).get(extra, ())
        if extra
        else package.get("dependencies", ())
    )


def runtime(lock: Lock, applies: Callable[[str], bool] = lambda marker: True) -> set[str]:
    """Packages that an installation may hold beside the program, extras included.

    applies: whether a marker does.
    """
    (project,) = lock[PROJECT]
    todo = [(PROJECT, extra) for extra in ("", *project.get("optional-dependencies", ()))]
    seen: set[tuple[str, str]] = set()
    while todo:
        name, extra = each = todo.pop()
        if each in seen:
            continue
        seen.add(each)
        for need in (need for package in lock[name] for need in needs(package, extra)):
            if applies(need.get("marker", "")):
                todo += [(need["name"], more) for more in ("", *need.get("extra", ()))]
    return {name for name, _ in seen} - {PROJECT}


def _hashes(package: Package) -> set[str]:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    return {file.get("hash", "") for file in files}


def sources(lock: Lock) -> Iterator[str]:
    """What is not from PyPI by its hash."""
    for package in (each for name, several in lock.items() if name != PROJECT for each in several):
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
        if package["source"] != REGISTRY or not all(
            file["url"].startswith(FILES) for file in files
        ):
            yield f"{package['name']}: not from PyPI"
        if not files or not all(each.startswith("sha256:") for each in _hashes(package)):
            yield f"{package['name']}: locked without a hash"


def components(sbom: Mapping[str, Any], lock: Lock) -> Iterator[str]:
    """Where the SBOM and the lock file differ."""
    listed = {(each["name"], each["version"]): each for each in sbom["components"]}
    locked = {
        (name, package["version"]): package for name in runtime(lock) for package in lock[name]
    }
    for name, version in sorted(listed.keys() ^ locked.keys()):
        yield (
            f"{name} {version}: "
            f"{'not in the SBOM' if (name, version) in locked else 'in the SBOM, but not locked'}"
        )
    for key in sorted(listed.keys() & locked.keys()):
        name, version = key
        references = listed[key].get("externalReferences", ())
        hashes = {f"sha256:{each['content']}" for at in references for each in at.get("hashes", ())}
        if listed[key].get("purl") != f"pkg:pypi/{name}@{version}" or hashes != _hashes(
            locked[key]
        ):
            yield f"{name} {version}: purl or hashes of the SBOM are not those of the lock file"
        if not all(at["url"].startswith(FILES) for at in references):
            yield f"{name} {version}: the SBOM names another place than PyPI"


def licence(said: metadata.PackageMetadata) -> str:
    """An SPDX expression, from whichever field holds one; empty where none can be made out."""
    if expressions := said.get_all("License-Expression"):
        return str(expressions[0])
    for named in said.get_all("License") or ():
        if SPDX.get(named, named) in COMPATIBLE:
            return str(SPDX.get(named, named))
    classified = [
        each.split(" :: ")[-1]
        for each in said.get_all("Classifier") or ()
        if each.startswith("License ::")
    ]
    return " AND ".join(SPDX.get(each, each) for each in classified)


def compatible(expression: str) -> bool:
    """Whether a licence goes together with ours. Brackets are left to a person: False."""
    return any(
        all(part in COMPATIBLE for part in each.split(" AND ")) for each in expression.split(" OR ")
    )


def installed(lock: Lock) -> Iterator[str]:
    """Findings: what is installed, but not as locked, or of a licence incompatible with ours."""
    for name in sorted(runtime(lock, lambda marker: not marker or Marker(marker).evaluate())):
        try:
            said = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            yield f"{name}: not installed; run scripts/setup"
            continue
        if said["Version"] not in {package["version"] for package in lock[name]}:
            yield f"{name} {said['Version']}: not the version that is locked; run scripts/setup"
        if not compatible(licence(said)):
            yield (
                f"{name}: licence {licence(said) or 'unknown'} is not known to go with "
                "AGPL-3.0-or-later"
            )


def imported(folder: Path) -> set[str]:
    """The top-level modules of others that the source imports anywhere."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0] for name in names}
    return found - {*sys.stdlib_module_names, PROJECT.replace("-", "_"), ""}


def uses(lock: Lock, modules: set[str]) -> Iterator[str]:
    """What is declared and not used, and what is used though nothing declared asks for it."""
    (project,) = lock[PROJECT]
    declared = [
        need
        for extra in ("", *project.get("optional-dependencies", ()))
        for need in needs(project, extra)
    ]
    direct = {need["name"] for need in declared}
    asked = direct | {
        inner["name"]
        for need in declared
        for package in lock[need["name"]]
        for extra in ("", *need.get("extra", ()))
        for inner in needs(package, extra)
    }
    owners = metadata.packages_distributions()
    made_by = {
        each: {re.sub(r"[-_.]+", "-", name).lower() for name in owners.get(each, ())}
        for each in modules
    }
    for name in sorted(direct - set().union(*made_by.values())):
        yield f"{name}: declared, but never imported"
    for module in sorted(module for module, names in made_by.items() if not names & asked):
        yield f"{module}: imported, but not declared"


def main(file: str) -> int:
    """Print every finding; the exit code."""
    lock = read_lock((ROOT / "uv.lock").read_text(encoding="utf-8"))
    sbom = json.loads(Path(file).read_text(encoding="utf-8"))
    findings = [
        *sources(lock),
        *components(sbom, lock),
        *installed(lock),
        *uses(lock, imported(ROOT / "src")),
    ]
    for finding in findings:
        print(finding, file=sys.stderr)
    if not findings:
        print(
            f"{file}: {len(sbom['components'])} packages, from PyPI, all locked, licences "
            "compatible"
        )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
