"""Examples of fuzzing: few, always the same; more, and new ones, when FUZZ_EXAMPLES says so."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_ASKED = int(os.environ.get("FUZZ_EXAMPLES", "0"))

FUZZ = settings(
    max_examples=_ASKED or 60,
    derandomize=not _ASKED,
    database=None,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
