"""Patience of the tests: none is red because a machine is slow, or has others at work."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
# What may take less than a second is meant to run out.
SHORT = r"([1-9]|[1-5]\d)(?:\.\d+)?\)"
WAITED = re.compile(
    rf"(?:asyncio\.timeout\(|\.(?:wait|join|settimeout)\(|wait_for\(.+, |\btimeout=){SHORT}"
)
PASSED = re.compile(r"(?:monotonic|perf_counter)\(\) - \w+ < (?:[0-8](?:\.\d+)?)\b")


def impatient(text: str) -> list[str]:
    """Lines that wait for some seconds, or hold that only some have passed."""
    return [
        line.strip() for line in text.splitlines() if WAITED.search(line) or PASSED.search(line)
    ]


def test_what_must_come_is_waited_for_as_long_as_it_takes() -> None:
    """By PATIENCE_SECONDS, of tests/patience.py."""
    told: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("*.py")):
        if path != Path(__file__) and (lines := impatient(path.read_text(encoding="utf-8"))):
            told[str(path.relative_to(TESTS))] = lines
    assert told == {}


def test_the_impatient_would_be_found() -> None:
    assert impatient("async with asyncio.timeout(5):\nassert go.wait(30)\nwait_for(x(), 7)")
    assert impatient("urlopen(url, timeout=20)") and impatient("x.settimeout(2.5)")
    assert impatient("assert time.monotonic() - began < 2.5")
    assert not impatient("asyncio.timeout(PATIENCE_SECONDS)\nthread.join(0.2)\nprocess.wait(60)")
    assert not impatient("assert time.monotonic() - began < 9")
