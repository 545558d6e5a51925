"""What every test may ask for."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cloud_carbon_exporter.known_secrets.known import KNOWN

# How long an example takes says how busy the machine is, and nothing of what is tested.
LENIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Always the same examples: no seed turns a commit red that changed nothing. New ones come by night
# (`scripts/test --night`, --hypothesis-profile=night); what they find becomes an @example.
settings.register_profile("gate", LENIENT, derandomize=True)
settings.register_profile("night", LENIENT, derandomize=False, print_blob=True)
# `scripts/test --quick` is run every few minutes, and what a commit breaks shows with the first
# examples; the gate has the full number.
settings.register_profile("quick", LENIENT, derandomize=True, max_examples=20)
settings.load_profile("gate")


MARKS_OF_ALL = re.compile(r"^pytestmark = (.*)$", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Modules all of whose tests `-m` leaves out: the quick run need not even import them."""
    if collection_path.suffix != ".py":
        return None
    told = MARKS_OF_ALL.search(collection_path.read_text(encoding="utf-8"))
    marks = set(re.findall(r"\bmark\.(\w+)", told[1])) if told else set()
    left_out = set(re.findall(r"\bnot (\w+)", config.option.markexpr))
    return True if marks & left_out else None


# As the program does while it runs: garbage is looked for seldom, as most goes without.
gc.set_threshold(10_000, 20, 20)


def pytest_collection_finish() -> None:
    """Tests themselves stay to the end: what looks for garbage need not look at them again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_sent() -> Iterator[None]:
    """No credential of another test is masked in what this one reads."""
    KNOWN.forget()
    yield
    KNOWN.forget()


@pytest.fixture
def process_kept() -> Iterator[logging.Logger]:
    """Logger of the exporter; what a command sets for the whole process is put back after."""
    root, ours = logging.getLogger(), logging.getLogger("cloud_carbon_exporter")
    handlers, level, own, thresholds = (
        list(root.handlers),
        root.level,
        ours.level,
        gc.get_threshold(),
    )
    yield ours
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    gc.freeze()
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(own)
    ours.handlers.clear()
    logging.captureWarnings(False)
