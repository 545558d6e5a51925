"""`completion`: every shell knows every flag, and bash completes."""

from __future__ import annotations

import subprocess

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.config.flag import COMMANDS
from cloud_carbon_exporter.config.flags import of_command

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("process_kept")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_flag(shell: str, capsys: Captured) -> None:
    assert main(["completion", shell]) == 0
    out = capsys.readouterr().out
    for command in COMMANDS:
        for flag in of_command(command):
            assert flag.name in out


def test_completion_of_a_shell_nobody_knows(capsys: Captured) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "bash, zsh or fish" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["re"], {"report"}),
        (["report", "-fo"], {"-format"}),
        (["report", "-format", ""], {"text", "json", "csv", "markdown", "html"}),
        (["report", "-format", "=", "j"], {"json"}),
        (["-log.level", "=", ""], {"debug", "info", "warn", "error"}),
        (["-collect.s"], {"-collect.stale-after"}),
        (["completion", "z"], {"zsh"}),
    ],
)
def test_bash_completes(words: list[str], expected: set[str], capsys: Captured) -> None:
    main(["completion", "bash"])
    typed = " ".join(f"'{word}'" for word in ["cloud-carbon-exporter", *words])
    script = (
        f"{capsys.readouterr().out}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words)};"
        '_cloud_carbon_exporter; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert set(ended.stdout.split()) == expected
