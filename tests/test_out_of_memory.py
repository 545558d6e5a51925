"""Out of memory: what ends the program says so in one line, however much is free by then."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = "from cloud_carbon_exporter.out_of_memory import look_out; look_out(); raise {error}"


def said(error: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(error=error)],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "error",
    ["MemoryError", "ExceptionGroup('tasks', [ExceptionGroup('one', [MemoryError()])])"],
)
def test_an_error_of_memory_that_ends_the_program_says_so_in_one_line(error: str) -> None:
    ended = said(error)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "out of memory, so it ends" in ended.stderr


def test_another_error_says_what_it_is() -> None:
    ended = said("ValueError('odd')")
    assert ended.returncode == 1
    assert "out of memory" not in ended.stderr
    assert "ValueError: odd" in ended.stderr
