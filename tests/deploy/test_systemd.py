"""Unit of systemd: judged by systemd, and run by a systemd of its own in a container."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from cloud_carbon_exporter.config import load as configured
from cloud_carbon_exporter.config.flags import FLAGS
from tests.deploy.files import DEPLOY, ROOT

UNIT = DEPLOY / "systemd" / "cloud-carbon-exporter.service"
TEXT = UNIT.read_text(encoding="utf-8")
OPTION = re.compile(r"^#(?=(?:Environment|LoadCredential)=)", re.MULTILINE)
CREDENTIALS = "/run/credentials/%n/"
BOOT = Path(__file__).with_name("systemd_boot.py")


def command() -> tuple[str, list[str]]:
    (found,) = re.findall(r"^ExecStart=(.*)", TEXT, re.MULTILINE)
    program, *flags = found.split()
    return program, flags


def options(name: str) -> list[str]:
    return re.findall(rf"^#{name}=(.*)", TEXT, re.MULTILINE)


@pytest.mark.server
@pytest.mark.parametrize("all_on", [False, True])
def test_systemd_takes_the_unit_and_every_line_that_may_be_switched_on(
    all_on: bool, tmp_path: Path
) -> None:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is needed: apt-get install systemd"
    copy = tmp_path / UNIT.name
    text = TEXT.replace(command()[0], "/bin/true")
    copy.write_text(OPTION.sub("", text) if all_on else text, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if UNIT.name in line] == []
    assert done.returncode == 0, done.stderr


def test_the_unit_keeps_state_where_it_may_write_and_reads_what_a_reload_reads(
    tmp_path: Path,
) -> None:
    file = tmp_path / "config.yml"
    file.write_text("demo: {enabled: true}", encoding="utf-8")
    flags = [flag.replace("${CONFIGURATION_DIRECTORY}", str(tmp_path)) for flag in command()[1]]
    settings = configured(flags, {}).settings
    assert settings.state_file == "${STATE_DIRECTORY}/state"
    assert f"-config.file={file}" in flags
    assert "DynamicUser=yes" in TEXT and "StateDirectory=" in TEXT


def test_every_file_a_flag_names_has_its_line() -> None:
    for flag in FLAGS:
        if "serve" in flag.commands and flag.names[0].endswith("file"):
            told = [name for name in (*flag.names, *flag.variables) if f"{name}=" in TEXT]
            assert told, f"-{flag.names[0]} has no line in the unit"


def test_every_credential_is_loaded_from_the_folder_and_used() -> None:
    loaded = dict(pair.split(":", 1) for pair in options("LoadCredential"))
    for name, path in loaded.items():
        assert path == f"/etc/cloud-carbon-exporter/{name}"
        assert TEXT.count(f"{name}\n") >= 2, f"nothing reads {name}"
    for value in options("Environment"):
        path = value.partition("=")[2]
        if path.startswith(CREDENTIALS):
            assert path.removeprefix(CREDENTIALS) in loaded


def python_inside() -> tuple[str, list[str]]:
    """Command of Python in the container, with what must be bound for it; /usr is there."""
    base = Path(sys.base_prefix)
    name = f"bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if base.is_relative_to("/usr"):
        return str(base / name), []
    found = f"/usr/bin/env -S LD_LIBRARY_PATH=/opt/python/lib /opt/python/{name}"
    return found, [f"--bind-ro={base}:/opt/python"]


def executable(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def booted(folder: Path) -> dict[str, Any]:
    """What the script told from within a container that systemd started."""
    nspawn = shutil.which("systemd-nspawn")
    if nspawn is None or os.geteuid() != 0:
        pytest.skip("a systemd of its own takes root and systemd-nspawn (systemd-container)")
    python, bound = python_inside()
    program = executable(
        folder / "cloud-carbon-exporter",
        f"#!{python}\nimport sys\nsys.path[:0] = ['/opt/src', '/opt/packages']\n"
        "from cloud_carbon_exporter.cli import main\nsys.exit(main())\n",
    )
    executable(folder / "boot", f"#!{python}\n{BOOT.read_text(encoding='utf-8')}")
    (folder / "all_on.service").write_text(OPTION.sub("", TEXT), encoding="utf-8")
    packages = sysconfig.get_paths()["purelib"]
    done = subprocess.run(
        [
            *(nspawn, "--quiet", "--directory=/", "--volatile=yes", "--private-network"),
            *("--register=no", "--keep-unit", f"--bind={folder}:/out", *bound),
            f"--bind-ro={ROOT / 'src'}:/opt/src",
            f"--bind-ro={packages}:/opt/packages",
            f"--bind-ro={program}:{command()[0]}",
            f"--bind-ro={UNIT}:/etc/systemd/system/{UNIT.name}",
            *("--boot", "systemd.run=/out/boot", "systemd.firstboot=off"),
            "systemd.mask=systemd-networkd-wait-online.service",  # there is no network to wait for
            *("systemd.run_success_action=exit", "systemd.run_failure_action=exit"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    told = folder / "told.json"
    if not told.exists() and "Welcome to" not in done.stdout:
        pytest.skip(f"no container boots here: {done.stdout[-200:]}{done.stderr[-200:]}")
    assert told.exists(), done.stdout[-3000:] + done.stderr[-1000:]
    found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return found


@pytest.mark.server
@pytest.mark.e2e
def test_a_real_systemd_runs_reloads_and_stops_it(tmp_path: Path) -> None:
    told = booted(tmp_path)
    assert told["error"] == "", told
    assert int(told["user"]) > 0
    assert told["state"] == f"-rw------- {told['user']}"
    assert told["resources"] == [3, 7], "before and after the reload"
    assert told["stopped"] == "success"
    assert told["read_by_it"] == sorted(
        value.partition("=")[0] for value in options("Environment")
    ), "each file of root's, as the service's own user"
    assert (told["empty"], told["broken"]) == ("2", "2"), "it is not started again"
