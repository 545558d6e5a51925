"""Examples of fuzzing: few; more when FUZZ_EXAMPLES says so; new ones by night (conftest.py)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.examples import examples

FUZZ = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", examples(60))),
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
