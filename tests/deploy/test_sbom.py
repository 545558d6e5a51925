"""Software the program is made of: listed whole, from PyPI, of fitting licences, and used."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.deploy.files import ROOT

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "scripts" / "sbom"
LOCK = (ROOT / "uv.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", SCRIPT.with_suffix(".py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def weaknesses(*packages: str) -> Iterator[str]:
    """URL of a server that speaks as osv.dev does, and knows of one weakness in each package."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            weak = {"vulns": [{"id": "GHSA-0000", "modified": "2026-01-01T00:00:00Z"}]}
            self.answer(
                {
                    "results": [
                        weak if query["package"]["name"] in packages else {} for query in asked
                    ]
                }
            )

        def do_GET(self) -> None:
            affected = [
                {"package": {"ecosystem": "PyPI", "name": package}, "versions": []}
                for package in packages
            ]
            times = dict.fromkeys(("modified", "published"), "2026-01-01T00:00:00Z")
            self.answer({"id": "GHSA-0000", "summary": "A weakness", "affected": affected, **times})

        def answer(self, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object, **options: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sbom() -> Any:
    with weaknesses() as url:
        done = run("--service-url", url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "licences compatible" in done.stdout
    return json.loads((ROOT / "build" / "sbom.cdx.json").read_text(encoding="utf-8"))


def test_the_sbom_is_cyclonedx_and_names_what_runs_and_not_what_tests_need(sbom: Any) -> None:
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.5")
    assert sbom["metadata"]["component"]["name"] == "cloud-carbon-exporter"
    names = {component["name"] for component in sbom["components"]}
    assert {"aiohttp", "botocore", "google-auth", "requests", "cramjam"} <= names
    assert not names & {"pytest", "moto", "mypy"}


def test_a_known_weakness_ends_it_and_an_unreachable_list_is_said() -> None:
    with weaknesses("aiohttp") as url:
        weak = run("--service-url", url)
    assert weak.returncode == 1
    assert "aiohttp" in weak.stderr and "GHSA-0000" in weak.stderr
    nobody = run("--service-url", url)  # it listens no more
    assert nobody.returncode == 0
    assert "Not audited" in nobody.stderr


def test_what_differs_from_the_lock_file_is_found(script: ModuleType, sbom: Any) -> None:
    lock = script.read_lock(LOCK)
    assert list(script.components(sbom, lock)) == []
    first, second, third, fourth, *rest = json.loads(json.dumps(sbom["components"]))
    second["purl"] = "pkg:pypi/another@1"
    third["externalReferences"] = third["externalReferences"][1:]
    fourth["externalReferences"][0]["url"] = "https://mirror.example/x.whl"
    spoiled = {"components": [second, third, fourth, *rest, {"name": "pytest", "version": "1"}]}
    findings = list(script.components(spoiled, lock))
    assert [finding.partition(":")[0] for finding in findings] == [
        *sorted((f"{first['name']} {first['version']}", "pytest 1")),
        *(f"{component['name']} {component['version']}" for component in (second, third, fourth)),
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'source = { registry = "https://pypi.org/simple" }',
            'source = { git = "https://x.example/a" }',
            "not from PyPI",
        ),
        ("https://files.pythonhosted.org/", "https://mirror.example/", "not from PyPI"),
        ('hash = "sha256:', 'hash = "md5:', "locked without a hash"),
    ],
)
def test_what_is_not_from_pypi_by_its_hash_is_found(
    script: ModuleType, before: str, after: str, said: str
) -> None:
    assert list(script.sources(script.read_lock(LOCK))) == []
    findings = list(script.sources(script.read_lock(LOCK.replace(before, after, 1))))
    assert findings == [f"aiobotocore: {said}"]


def test_markers_and_extras_say_what_is_needed(script: ModuleType) -> None:
    lock = script.read_lock(LOCK)
    here, everywhere = script.runtime(lock, lambda marker: not marker), script.runtime(lock)
    assert here < everywhere
    assert {
        "packaging",
        "requests",
        "cramjam",
    } <= here  # two by extras of google-auth, one by an extra of ours


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"License-Expression": "Apache-2.0 AND MIT"}, True),
        ({"License-Expression": "Apache-2.0 OR LicenseRef-Ours"}, True),
        ({"License-Expression": "Apache-2.0 AND LicenseRef-Ours"}, False),
        ({"License-Expression": "GPL-2.0-only"}, False),
        ({"License-Expression": "(MIT OR GPL-2.0-only) AND ISC"}, False),  # for a person to read
        ({"License": "Apache 2.0"}, True),
        ({"License": "Dual License", "Classifier": "License :: OSI Approved :: BSD License"}, True),
        (
            {"License": "BSD", "Classifier": "License :: Other/Proprietary License"},
            True,
        ),  # the field is the author's
        ({"Classifier": "License :: Other/Proprietary License"}, False),
        ({"License": "see LICENSE"}, False),
        ({}, False),
    ],
)
def test_a_licence_that_is_not_known_to_go_with_ours_is_found(
    script: ModuleType, fields: dict[str, str], expected: bool
) -> None:
    said = Message()
    for name, value in fields.items():
        said[name] = value
    assert script.compatible(script.licence(said)) == expected


def test_what_is_installed_is_what_is_locked(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(script.installed(script.read_lock(LOCK))) == []
    other = LOCK.replace('name = "bcrypt"\nversion = "', 'name = "bcrypt"\nversion = "0.')
    assert [finding.split(":")[1] for finding in script.installed(script.read_lock(other))] == [
        " not the version that is locked; run scripts/setup"
    ]
    monkeypatch.setattr(script, "COMPATIBLE", script.COMPATIBLE - {"MPL-2.0"})
    assert [finding.split(":")[0] for finding in script.installed(script.read_lock(LOCK))] == [
        "certifi"
    ]


@pytest.mark.slow
def test_what_is_declared_is_used_and_what_is_used_is_declared(script: ModuleType) -> None:
    lock, modules = script.read_lock(LOCK), script.imported(ROOT / "src")
    assert {"aiohttp", "urllib3", "cramjam"} <= modules
    assert not modules & set(sys.stdlib_module_names)
    assert list(script.uses(lock, modules)) == []
    assert list(script.uses(lock, modules - {"bcrypt"} | {"hypothesis"})) == [
        "bcrypt: declared, but never imported",
        "hypothesis: imported, but not declared",
    ]
    without = script.read_lock(
        LOCK.replace(
            '{ name = "google-auth", extra = ["requests", "urllib3"] }', '{ name = "google-auth" }'
        )
    )
    assert list(script.uses(without, modules)) == ["urllib3: imported, but not declared"]


def test_it_ends_with_1_and_a_line_for_each_finding(
    script: ModuleType, sbom: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sbom.json"
    file.write_text(json.dumps({"components": sbom["components"][1:]}))
    assert script.main(str(file)) == 1
    assert capsys.readouterr().err.endswith("not in the SBOM\n")
