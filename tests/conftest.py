"""What every test may ask for."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing of what is tested.
LENIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Always the same examples: no seed turns a commit red that changed nothing. New ones come by night
# (`scripts/test --night`, --hypothesis-profile=night); what they find becomes an @example.
settings.register_profile("gate", LENIENT, derandomize=True)
settings.register_profile("night", LENIENT, derandomize=False, print_blob=True)
settings.load_profile("gate")


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
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(own)
    ours.handlers.clear()
    logging.captureWarnings(False)
