"""Silence of a list: an answer that holds no list at all, where there were objects before.

Some services leave out what is empty (SQS' ListQueues has no QueueUrls where there is no queue:
boto3 issue 1813), so such an answer may mean that nothing is there. But a proxy that answers `{}`
says the same, and all objects of an account would vanish at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from cloud_carbon_exporter.errors import Malformed

_METADATA = "ResponseMetadata"
BELIEVED_AFTER_SECONDS = 1800.0
"""How long a list that had objects has to say nothing until it is believed to be empty."""


class Silence:
    """Memory of which lists had objects, and since when they say nothing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._had_objects: set[Hashable] = set()
        self._since: dict[Hashable, float] = {}

    def judge(self, key: Hashable, answer: Mapping[str, Any], where: Mapping[str, str]) -> None:
        """Note what an answer of the list says. Raises Malformed, bearing `where`, if nothing."""
        told = [value for name, value in answer.items() if name != _METADATA]
        if any(isinstance(value, (list, Mapping)) for value in told):
            self._since.pop(key, None)
            if any(told):
                self._had_objects.add(key)
            return
        if key not in self._had_objects:
            return
        since = self._since.setdefault(key, self._clock())
        if self._clock() - since < BELIEVED_AFTER_SECONDS:
            raise Malformed("the answer holds no list, and there were objects before", **where)
        self._had_objects.discard(key)
        self._since.pop(key)
