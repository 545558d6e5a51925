"""Dockerfile and compose: linted, and true to what the program takes."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cloud_carbon_exporter.config import load as configured
from tests.deploy.files import DEPLOY, ROOT, load
from tests.e2e.programs import Exporter
from tests.web.certificates import Authority

DOCKERFILE = DEPLOY / "Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8")


def stages() -> list[list[str]]:
    """The instructions of each stage, one line each, without comments."""
    joined = re.sub(
        r"\\\n\s*", "", "\n".join(line for line in TEXT.splitlines() if not line.startswith("#"))
    )
    stages: list[list[str]] = []
    for line in filter(None, joined.splitlines()):
        if line.startswith("FROM "):
            stages.append([])
        if stages:
            stages[-1].append(line)
    return stages


def test_hadolint_has_nothing_to_object() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_both_stages_take_the_base_that_is_given() -> None:
    assert [stage[0] for stage in stages()] == ["FROM ${BASE} AS build", "FROM ${BASE}"]


def test_what_runs_is_not_root_and_holds_no_tools() -> None:
    last = stages()[-1]
    assert "USER 65532:65532" in last
    assert last.index("USER 65532:65532") > max(
        n for n, line in enumerate(last) if line.startswith("RUN")
    )
    assert not any("pip" in line or "uv " in line for line in last)


def test_everything_the_build_copies_is_sent_to_it() -> None:
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in stages()[0] if line.startswith("COPY")]
    names = {name for several in copied for name in several}
    assert sent[0] == "*"
    assert {f"!{name}" for name in names} <= set(sent)
    assert all((ROOT / name).exists() for name in names)


@pytest.mark.e2e
def test_the_steps_of_the_build_make_a_program_with_all_it_may_need(tmp_path: Path) -> None:
    """Steps of the first stage, by this machine's uv, where a folder stands for /src.

    /app is beside it.
    """
    source, app = tmp_path / "src", tmp_path / "app"
    source.mkdir()
    steps = stages()[0]
    (set_variables,) = (step for step in steps if step.startswith("ENV "))
    given = dict(word.split("=") for word in set_variables.split()[1:])
    assert given["UV_PROJECT_ENVIRONMENT"] == "/app"
    environment = (
        os.environ | given | {"UV_PROJECT_ENVIRONMENT": str(app), "UV_PYTHON": sys.executable}
    )
    for step in steps:
        if step.startswith("COPY "):
            for name in step.split()[1:-1]:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, source / name)
        if step.startswith("RUN /uv/bin/uv "):
            words = shlex.split(
                step.removeprefix("RUN ").replace("/uv/bin/uv", str(ROOT / ".tools/bin/uv"))
            )
            subprocess.run([*words, "--quiet"], cwd=source, env=environment, check=True)
    shutil.rmtree(source)  # nothing of it goes into the image
    needed = (
        "import cramjam; from google.auth import compute_engine; from google.auth.transport "
        "import urllib3"
    )
    subprocess.run([app / "bin" / "python", "-c", needed], check=True)
    report = [
        f"{app}/bin/cloud-carbon-exporter",
        "report",
        "-demo.enabled",
        "-demo.resources=5",
        "-format=csv",
    ]
    done = subprocess.run(report, capture_output=True, text=True, check=False)
    assert len(done.stdout.splitlines()) == 6, done.stderr


@pytest.fixture(scope="module")
def web_configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    Authority().sign("server").write(folder, "server")
    (folder / "plain.yml").write_text("")
    (folder / "password.yml").write_text("basic_auth_users: {bob: $2b$04$" + "a" * 53 + "}")
    (folder / "tls.yml").write_text(
        "tls_server_config: {cert_file: server.pem, key_file: server.key}"
    )
    return folder


@pytest.mark.e2e
@pytest.mark.parametrize("config", ["plain", "password", "tls"])
def test_the_health_check_tells_a_living_exporter_from_none(
    config: str, web_configs: Path, tmp_path: Path
) -> None:
    (line,) = (line for line in stages()[-1] if line.startswith("HEALTHCHECK"))
    _, _, code = json.loads(line.split("CMD ", 1)[1])

    def healthy(port: str) -> bool:
        at = code.replace("2922), 4)", f"{port}), 2)")
        assert at != code
        return (
            subprocess.run([sys.executable, "-c", at], capture_output=True, check=False).returncode
            == 0
        )

    web_config = f"-web.config.file={web_configs / config}.yml"
    with Exporter(tmp_path, "-demo.enabled", "-demo.resources=1", web_config) as exporter:
        port = exporter.url.rpartition(":")[2].strip("/")
        assert healthy(port)
        exporter.popen.send_signal(signal.SIGSTOP)  # the port is open still, but nobody answers
        assert not healthy(port)
        exporter.popen.send_signal(signal.SIGCONT)
        assert healthy(port)
        exporter.end()
        assert "ERROR" not in exporter.output
    assert not healthy(port)


def test_compose_runs_the_exporter_read_only_with_flags_it_takes() -> None:
    services = load(DEPLOY / "compose.yml")["services"]
    exporter = services["cloud-carbon-exporter"]
    settings = configured(exporter["command"], exporter["environment"]).settings
    assert exporter["read_only"] is True
    assert exporter["cap_drop"] == ["ALL"]
    (volume,) = exporter["volumes"]
    for kept in (settings.state_file, settings.history_file):
        assert str(Path(kept).parent) == volume.split(":")[1]
    assert (
        DEPLOY / exporter["build"]["context"] / exporter["build"]["dockerfile"]
    ).resolve() == DOCKERFILE
    for service in services.values():
        for mount in service.get("volumes", ()):
            assert not mount.startswith(".") or (DEPLOY / mount.split(":")[0]).exists()
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), (
            "nothing is shown to the network unasked"
        )


def test_compose_scrapes_the_exporter_by_its_name() -> None:
    services = load(DEPLOY / "compose.yml")["services"]
    jobs = load(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    host, port = jobs[0]["static_configs"][0]["targets"][0].split(":")
    assert host in services
    assert port == str(configured(["-demo.enabled"], {}).settings.listen.port)


def test_compose_builds_what_no_registry_has() -> None:
    services = load(DEPLOY / "compose.yml")["services"].values()
    assert all(service["pull_policy"] == "build" for service in services if "build" in service)


@pytest.mark.slow
def test_compose_is_read_by_compose_without_a_word(tmp_path: Path) -> None:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed")
    asked = [program, "version", "--short"]
    version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    if version.startswith("1."):
        pytest.skip(f"docker-compose {version} is of another age")
    done = subprocess.run(
        [program, "--file", DEPLOY / "compose.yml", "config"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
