"""The commands on terminals of 80 and of 40 columns, and on none."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from cloud_carbon_exporter.collect.progress import Progress
from cloud_carbon_exporter.commands.progress_bar import line
from cloud_carbon_exporter.commands.terminal import width

REPORT = ["report", "-demo.enabled", "-demo.resources=60", "-log.level=error"]
MACHINE = ["estimate", "-cloud.provider=aws", "-machine-type=m5.large", "-region=eu-west-3"]


def typed(words: list[str], columns: int) -> str:
    """What a person sees who types that: the program writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: text for name, text in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "cloud_carbon_exporter", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        shown = _read(ours)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _read(screen: int) -> bytes:
    seen = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # Linux says EIO where the other side is closed
            return seen
        if not part:
            return seen
        seen += part


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("words", [REPORT, [*MACHINE, "-explain"], ["help"]])
def test_every_line_fits_the_terminal(words: list[str], columns: int) -> None:
    shown = typed(words, columns).rpartition("\r\x1b[K")[2]  # the bar has been wiped away
    assert shown.count("\n") > 8
    # a word that is longer, such as an ARN, stands on a line of its own, whole to be copied
    assert [
        line for line in shown.splitlines() if len(line) > columns and " " in line.strip()
    ] == []


@pytest.mark.slow
def test_the_bar_fits_too() -> None:
    drawn = typed(REPORT, 40).rpartition("\r\x1b[K")[0].split("\r\x1b[K")
    assert any("sweeps" in each or "regions" in each for each in drawn)
    assert max(map(len, drawn)) < 40


def test_a_file_is_no_terminal() -> None:
    assert width(io.StringIO()) is None


def test_what_hangs_stands_behind_the_bar() -> None:
    targets = [Progress(3, 90, ("aws 1 eu-west-3 DescribeInstances", "another"))]
    assert "waiting" not in line(targets, 200)
    assert line(targets, 200, hangs=True).endswith(
        " 3/90 sweeps, waiting for aws 1 eu-west-3 DescribeInstances"
    )
    assert len(line(targets, 40, hangs=True)) == 39
