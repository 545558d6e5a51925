"""What every test may ask for."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest


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
