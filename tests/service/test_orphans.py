"""Orphans of process 1: what others leave in a container is buried, what is ours is not."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from cloud_carbon_exporter.service.orphans import bury
from tests.patience import PATIENCE_SECONDS


def test_a_zombie_is_buried_at_the_second_look() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as left:
        until, seen = time.monotonic() + PATIENCE_SECONDS, frozenset[int]()
        while left.pid not in seen and time.monotonic() < until:
            seen = bury(frozenset())
        assert left.pid in seen
        assert Path(f"/proc/{left.pid}").exists()
        assert left.pid not in bury(seen)
        assert not Path(f"/proc/{left.pid}").exists()


def test_what_lives_and_what_is_waited_for_is_left() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input(); raise SystemExit(5)"], stdin=subprocess.PIPE
    ) as child:
        assert child.pid not in bury(bury(frozenset()))
        child.communicate(b"\n")
        assert child.returncode == 5
