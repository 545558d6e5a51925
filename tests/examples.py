"""How many examples a law is tried with: few with each commit, many by night."""

from __future__ import annotations

import os

from hypothesis import settings

BY_NIGHT = "FUZZ_EXAMPLES" in os.environ
QUICK = settings.get_current_profile_name() == "quick"


def examples(with_each_commit: int) -> int:
    """Examples of a law: eight times as many by night, a quarter of them in the quick run."""
    if BY_NIGHT:
        return with_each_commit * 8
    return -(-with_each_commit // 4) if QUICK else with_each_commit
