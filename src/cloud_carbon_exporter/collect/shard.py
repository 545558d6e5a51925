"""Shard of an estate that is this replica's: n replicas cover it all, and nothing twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shard:
    """Replica `index` of `of`, counted from 0. All agree, as what each has hangs on names alone."""

    index: int = 0
    of: int = 1

    def owns(self, *names: str) -> bool:
        """Whether what these names say (target, API, account, region...) is this replica's."""
        if self.of == 1:
            return True
        digest = hashlib.sha256("\0".join(names).encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.index
