"""Commands of the documents: run where no cloud is needed, else read as the program reads them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, blocks, spans
from tests.e2e.programs import Exporter, Process, surroundings

from cloud_carbon_exporter.config import Invocation, load
from cloud_carbon_exporter.config.flag import COMMANDS
from cloud_carbon_exporter.config.flags import FLAGS
from cloud_carbon_exporter.config.period_flags import SINCE

pytestmark = pytest.mark.e2e

PROGRAM = "cloud-carbon-exporter"
OFFLINE = {"permissions", "services", "estimate", "completion", "version"}
"""Commands that never ask a cloud."""
LINES = {
    (str(block), line): block.page
    for block in blocks()
    if block.kind == "commands"
    for line in block.commands
}
GUIDE = "docs/contributing/"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone as its documents see it, but for the setting up: that is what runs this test."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "scripts").mkdir()
    (desk / ".venv").symlink_to(sys.prefix)
    (desk / "plan.json").symlink_to(ROOT / "tests" / "replay" / "terraform" / "plan.json")
    for script in (ROOT / "scripts").iterdir():
        if script.name == "setup":
            (desk / "scripts" / "setup").write_text("#!/bin/sh\n")
            (desk / "scripts" / "setup").chmod(0o755)
        else:
            (desk / "scripts" / script.name).symlink_to(script)
    (desk / "scripts" / "demo").unlink()
    (desk / "scripts" / "demo").write_bytes(
        (ROOT / "scripts" / "demo").read_bytes()
    )  # it goes to where it stands
    (desk / "scripts" / "demo").chmod(0o755)
    return desk


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """What answers the requests of the documents."""
    with Exporter(tmp_path_factory.mktemp("demo"), "-demo.enabled") as exporter:
        yield exporter.ready()


def environment(desk: Path) -> dict[str, str]:
    """Of a shell in which the program is installed."""
    return surroundings(
        desk, {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    )


def run(line: str, desk: Path, folder: Path | None = None) -> str:
    """What a line prints in a real shell. Fails when it fails, or complains."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=folder or desk,
        env=environment(desk),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def words(line: str) -> list[str]:
    """The words of the first program of a line, without its comment."""
    parts = shlex.split(line, comments=True)
    return parts[
        : next(
            (place for place, word in enumerate(parts) if word in {"|", "&&", ";", ">", "&"}),
            len(parts),
        )
    ]


def ours(line: str) -> list[str] | None:
    """The arguments to the program, where a line runs it."""
    parts = words(line)
    if parts[:1] == ["uvx"]:
        parts = parts[3:] if parts[1] == "--from" else parts[1:]
    if parts and Path(parts[0]).name == PROGRAM:
        return parts[1:]
    return None


def follow(
    arguments: Sequence[str], files: Path, variables: Mapping[str, str] | None = None
) -> Invocation:
    """The program's own reading of arguments; a file they name is one that can be followed."""
    filed = files / "said.yml"
    filed.write_text("targets: [{provider: demo}]\n", encoding="utf-8")
    read = [re.sub(r"^(-config\.file)=.*", rf"\1={filed}", word) for word in arguments]
    return load(read, variables or {})


def check_ours(line: str, desk: Path, files: Path) -> None:
    arguments = ours(line) or []
    invocation = follow(arguments, files)
    if invocation.command == "history" and "demo" not in arguments:
        return  # a bill that only its reader has
    if invocation.wants or invocation.command in {*OFFLINE, "history"}:
        assert run(line, desk).strip()
        return
    # a report of a period explores nothing: it reads what was counted
    assert invocation.settings.targets or invocation.settings.options.holds(SINCE)
    demo_only = {target.provider for target in invocation.settings.targets} == {"demo"}
    if invocation.command == "serve" and demo_only and "-config.file" not in line:
        with Exporter(
            files, *[word for word in arguments if not word.startswith("-listen")]
        ) as exporter:
            assert exporter.ready().scrape().of("cloud_carbon_power_watts")


def check_script(line: str, desk: Path, files: Path) -> None:
    path = ROOT / words(line)[0]
    assert os.access(path, os.X_OK), path
    subprocess.run(
        ["bash", "-n", str(path)], check=path.read_bytes().startswith(b"#!/usr/bin/env bash")
    )
    if path.name == "demo":
        with Process(
            [str(desk / "scripts/demo"), "-listen=127.0.0.1:0", *words(line)[1:]], environment(desk)
        ) as exporter:
            assert exporter.line(r"listening on (http://\S+)")
    elif path.name == "setup":
        assert set(words(line)[1:]) <= {"--runtime"}
        assert "--runtime" in path.read_text(encoding="utf-8")


def check_export(line: str, desk: Path, files: Path) -> None:
    known = {name for flag in FLAGS for name in flag.variables}
    for word in words(line)[1:]:
        name = word.partition("=")[0]
        assert name in known or re.match(r"(AWS|GOOGLE|CLOUDSDK|SCW)_[A-Z_]+$", name), name


def check_elsewhere(line: str, desk: Path, files: Path) -> None:
    """Programs that need a cloud, a cluster or root: the files they are given must be there."""
    subprocess.run(["bash", "-n", "-c", line], check=True)
    for word in shlex.split(line, comments=True):
        for path in re.findall(r"(?:^|=)(?:\./)?((?:deploy|scripts|docs|src)/[\w./-]*)", word):
            assert (ROOT / path).exists(), f"{path}: {line}"


def check_promtool(line: str, desk: Path, files: Path) -> None:
    run(line, desk, ROOT)


def check_piped(line: str, desk: Path, files: Path) -> None:
    assert run(line, desk).strip()


RULES: Sequence[tuple[str, Callable[[str, Path, Path], None]]] = (
    (rf"(\.venv/bin/)?{PROGRAM}\b|uvx (--from \S+ )?{PROGRAM}\b", check_ours),
    (rf"echo '[^']+' \| {PROGRAM} estimate ", check_piped),
    (r"(\./)?scripts/", check_script),
    (r"export ", check_export),
    (r"promtool ", check_promtool),
    (
        r"(sudo )?(\S+/bin/)?(pip|pipx|gcloud|aws|docker|helm|kubectl|systemctl|git|cp|install|"
        r"useradd|mkdir|zip|sam|python3?|cosign|nomad|terraform)\b",
        check_elsewhere,
    ),
)


@pytest.mark.parametrize(
    ("where", "line"), [key for key, page in LINES.items() if not page.startswith(GUIDE)]
)
def test_a_command_does_what_it_says(where: str, line: str, desk: Path, tmp_path: Path) -> None:
    if line.startswith("curl "):  # the next test has them
        return
    checks = [check for pattern, check in RULES if re.match(pattern, line)]
    assert checks, f"{where}: no rule tests `{line}`"
    checks[0](line, desk, tmp_path)


@pytest.mark.parametrize("line", [line for _, line in LINES if line.startswith("curl ")])
def test_a_request_is_answered(line: str, demo: Exporter, desk: Path) -> None:
    asked = line.replace("http://localhost:2922", demo.url).replace("localhost:2922", demo.url)
    assert demo.url in asked
    if "/api/v1/window?" in line:
        assert "foreseen" in run(asked, desk), (
            "no source of the demo foresees anything, and it says so"
        )
        return
    assert run(asked.replace("curl ", "curl --fail ", 1), desk).strip()


def test_commands_within_a_line_can_be_followed(tmp_path: Path) -> None:
    seen = 0
    for page, code in spans():
        line = re.sub(r'^eval "\$\((.*)\)"$', r"\1", code).replace(" ...", "")
        arguments = ours(line) if line.startswith((PROGRAM, ".venv/", "uvx ")) else None
        if arguments is None:
            continue
        seen += 1
        if arguments and arguments[0] in COMMANDS and len(arguments) == 1:
            continue  # the command's name alone
        assert follow(arguments or ["-demo.enabled"], tmp_path), f"{page}: {code}"
    assert seen > 10


def test_flags_within_a_line_are_flags_of_the_program() -> None:
    known = {name for flag in FLAGS for name in flag.names}
    families = {name.partition(".")[0] for name in known if "." in name}
    named = {
        (page, match[1])
        for page, code in spans()
        if (match := re.match(r"-([a-z]+\.[a-z][a-z.-]*)(?=[= ]|$)", code))
        and match[1].partition(".")[0] in families
    }
    assert len(named) > 30
    assert not {(page, name) for page, name in named if name not in known}


def test_the_guide_has_its_own_test() -> None:
    told = {
        line.removeprefix("./").split()[0]
        for (_, line), page in LINES.items()
        if page.startswith(GUIDE)
    }
    scripts = {f"scripts/{path.name}" for path in (ROOT / "scripts").iterdir()}
    assert told <= scripts | {f".venv/bin/{PROGRAM}", ".venv/bin/pytest"}
