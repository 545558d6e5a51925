"""Side tasks of a Snapshot (state, trend, grid ...): whatever becomes of one, it is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def unless_it_fails(task: str) -> Iterator[None]:
    """Do what is within; a failure is said, and what comes after goes on."""
    try:
        yield
    except Exception:
        log.exception("%s failed: what is shown does without", task)
