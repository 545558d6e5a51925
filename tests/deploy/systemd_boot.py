"""Script that systemd runs in the container of test_systemd: the unit, from start to stop."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import traceback
import urllib.request
from pathlib import Path

OUT = Path("/out")
FOLDER = Path("/etc/cloud-carbon-exporter")
UNITS = Path("/run/systemd/system")
NAME = "cloud-carbon-exporter"
PATIENCE_SECONDS = 120
told: dict[str, object] = {"error": ""}


def run(*words: str) -> str:
    """Output of a command that must succeed."""
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def show(name: str) -> str:
    return run("systemctl", "show", "--value", f"--property={name}", NAME)


def write(name: str, text: str, mode: int) -> None:
    """A file of the folder, written in place where it is there."""
    path = FOLDER / name
    is_new = not path.exists()
    path.write_text(text, encoding="utf-8")
    if is_new:
        path.chmod(mode)


def resources() -> int:
    """Resources on the metrics page; 0 while there is none."""
    try:
        with urllib.request.urlopen(
            "http://127.0.0.1:2922/metrics", timeout=PATIENCE_SECONDS
        ) as answer:
            text = answer.read().decode()
    except OSError:
        return 0
    return len(re.findall(r"^cloud_carbon_power_watts\{", text, re.MULTILINE))


def until(count: int) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while resources() != count and time.monotonic() < deadline:
        time.sleep(0.1)
    return resources()


def start_reload_stop() -> None:
    write("config.yml", "demo: {enabled: true, resources: 3}\n", 0o644)
    run("systemctl", "start", NAME)
    found = [until(3)]
    told["user"] = run("ps", "-o", "uid=", "-p", show("MainPID"))
    write("config.yml", "demo: {enabled: true, resources: 7}\n", 0o644)
    run("systemctl", "reload", NAME)
    told["resources"] = [*found, until(7)]
    told["state"] = run("stat", "-c", "%A %u", f"/var/lib/{NAME}/state")
    run("systemctl", "stop", NAME)
    told["stopped"] = show("Result")


def files_of_root() -> None:
    """Every commented line switched on: each file is root's alone, and read by the service."""
    text = (OUT / "all_on.service").read_text(encoding="utf-8")
    for name, path in re.findall(r"^LoadCredential=([^:]+):(.*)", text, re.MULTILINE):
        assert path == str(FOLDER / name)
        write(name, "x\n", 0o600)
    write("web.yml", "", 0o644)
    variables = re.findall(r"^Environment=([^=]+)=", text, re.MULTILINE)
    reads = "; ".join(f'cat "${name}" >/dev/null && echo {name}' for name in sorted(variables))
    (UNITS / "files.service").write_text(
        re.sub(r"^ExecStart=.*", f"Type=oneshot\nExecStart=/bin/sh -c '{reads}'", text, flags=re.M)
        .replace("Restart=on-failure\n", "")
        .replace("/run/credentials/%n", "/run/credentials/files.service")
        .replace("[Service]", "[Service]\nStandardOutput=file:/run/read"),
        encoding="utf-8",
    )
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "files")
    told["read_by_it"] = Path("/run/read").read_text(encoding="utf-8").split()


def ended() -> str:
    """Exit code once the unit has failed for good."""
    run("systemctl", "start", NAME)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while show("ActiveState") != "failed" and time.monotonic() < deadline:
        time.sleep(0.1)
    return show("ExecMainStatus")


def installed() -> None:
    """Commands of the unit's first lines, by a root whose files are nobody else's business."""
    os.umask(0o077)
    os.chdir("/run")
    Path("config.yml").write_text("", encoding="utf-8")
    for line in re.findall(r"^# +(install .*)", (OUT / "all_on.service").read_text(), re.MULTILINE):
        run("/bin/sh", "-c", line)
    told["empty"] = ended()


def broken_configuration() -> None:
    write("config.yml", "nonsense: 1\n", 0o644)
    told["broken"] = ended()


try:
    for step in (installed, start_reload_stop, files_of_root, broken_configuration):
        step()
except Exception:
    journal = subprocess.run(
        ["journalctl", "--no-pager", "-n", "30", "-u", NAME, "-u", "files"],
        capture_output=True,
        text=True,
        check=False,
    )
    told["error"] = traceback.format_exc() + journal.stdout
(OUT / "told.json").write_text(json.dumps(told), encoding="utf-8")
