"""How many examples a law is tried with: few with each commit, many by night."""

from __future__ import annotations

import os

BY_NIGHT = "FUZZ_EXAMPLES" in os.environ


def examples(with_each_commit: int) -> int:
    """Examples of a law: eight times as many in a round of `scripts/test --night`."""
    return with_each_commit * (8 if BY_NIGHT else 1)
