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
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    "Apache License, Version 2.0": "Apache-2.0",
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
    versions = defaultdict(list)
    for package in tomllib.loads(text)["package"]:
        versions[package["name"]].append(package)
    return versions


def needs(package: Package, extra: str = "") -> list[Package]:
    """What a locked package requires, of itself or for an extra."""
    return list(
        package.get("optional-dependencies", {}).get(extra, ())
        if extra
        else package.get("dependencies", ())
    )


def _needs_of_all(versions: Iterable[Package], extra: str) -> Iterator[Package]:
    for package in versions:
        yield from needs(package, extra)


def runtime(lock: Lock, applies: Callable[[str], bool] = lambda marker: True) -> set[str]:
    """Packages that an installation may hold beside the program, extras included.

    applies: whether a marker does.
    """
    (project,) = lock[PROJECT]
    todo = [(PROJECT, extra) for extra in ("", *project.get("optional-dependencies", ()))]
    seen: set[tuple[str, str]] = set()
    while todo:
        name, extra = wanted = todo.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        for need in _needs_of_all(lock[name], extra):
            if applies(need.get("marker", "")):
                todo += [(need["name"], more) for more in ("", *need.get("extra", ()))]
    return {name for name, _ in seen} - {PROJECT}


def _files(package: Package) -> list[Mapping[str, str]]:
    files = list(package.get("wheels", ()))
    if "sdist" in package:
        files.append(package["sdist"])
    return files


def _hashes(package: Package) -> set[str]:
    return {file.get("hash", "") for file in _files(package)}


def sources(lock: Lock) -> Iterator[str]:
    """What is not from PyPI by its hash."""
    for name, versions in lock.items():
        if name != PROJECT:
            for package in versions:
                yield from _source(package)


def _source(package: Package) -> Iterator[str]:
    elsewhere = [file for file in _files(package) if not file["url"].startswith(FILES)]
    if package["source"] != REGISTRY or elsewhere:
        yield f"{package['name']}: not from PyPI"
    hashes = _hashes(package)
    if not hashes or not all(text.startswith("sha256:") for text in hashes):
        yield f"{package['name']}: locked without a hash"


def components(sbom: Mapping[str, Any], lock: Lock) -> Iterator[str]:
    """Where the SBOM and the lock file differ."""
    listed = {(part["name"], part["version"]): part for part in sbom["components"]}
    locked = {}
    for name in runtime(lock):
        for package in lock[name]:
            locked[name, package["version"]] = package
    for name, version in sorted(locked.keys() - listed.keys()):
        yield f"{name} {version}: not in the SBOM"
    for name, version in sorted(listed.keys() - locked.keys()):
        yield f"{name} {version}: in the SBOM, but not locked"
    for key in sorted(listed.keys() & locked.keys()):
        yield from _component(listed[key], locked[key])


def _component(part: Mapping[str, Any], package: Package) -> Iterator[str]:
    named = f"{part['name']} {part['version']}"
    references = part.get("externalReferences", ())
    hashes = set()
    for reference in references:
        hashes |= {f"sha256:{digest['content']}" for digest in reference.get("hashes", ())}
    is_named = part.get("purl") == f"pkg:pypi/{part['name']}@{part['version']}"
    if not is_named or hashes != _hashes(package):
        yield f"{named}: purl or hashes of the SBOM are not those of the lock file"
    if not all(reference["url"].startswith(FILES) for reference in references):
        yield f"{named}: the SBOM names another place than PyPI"


def licence(said: metadata.PackageMetadata) -> str:
    """An SPDX expression, from whichever field holds one; empty where none can be made out."""
    if expressions := said.get_all("License-Expression"):
        return str(expressions[0])
    for named in said.get_all("License") or ():
        if SPDX.get(named, named) in COMPATIBLE:
            return str(SPDX.get(named, named))
    classified = []
    for classifier in said.get_all("Classifier") or ():
        if classifier.startswith("License ::"):
            name = classifier.split(" :: ")[-1]
            classified.append(SPDX.get(name, name))
    return " AND ".join(classified)


def compatible(expression: str) -> bool:
    """Whether a licence goes together with ours. Brackets are left to a person: False."""
    choices = [set(choice.split(" AND ")) for choice in expression.split(" OR ")]
    return any(choice <= COMPATIBLE for choice in choices)


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
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    modules = {name.partition(".")[0] for name in names}
    return modules - {*sys.stdlib_module_names, PROJECT.replace("-", "_"), ""}


def uses(lock: Lock, modules: set[str]) -> Iterator[str]:
    """What is declared and not used, and what is used though nothing declared asks for it."""
    (project,) = lock[PROJECT]
    declared: list[Package] = []
    for extra in ("", *project.get("optional-dependencies", ())):
        declared += needs(project, extra)
    direct = {need["name"] for need in declared}
    asked = set(direct)
    for need in declared:
        for extra in ("", *need.get("extra", ())):
            asked |= {inner["name"] for inner in _needs_of_all(lock[need["name"]], extra)}
    made_by = _makers(modules)
    for name in sorted(direct - set().union(*made_by.values())):
        yield f"{name}: declared, but never imported"
    for module in sorted(module for module, names in made_by.items() if not names & asked):
        yield f"{module}: imported, but not declared"


def _makers(modules: Iterable[str]) -> dict[str, set[str]]:
    """Packages that bring each module, by their normalised names."""
    owners = metadata.packages_distributions()
    makers = {}
    for module in modules:
        makers[module] = {re.sub(r"[-_.]+", "-", name).lower() for name in owners.get(module, ())}
    return makers


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
