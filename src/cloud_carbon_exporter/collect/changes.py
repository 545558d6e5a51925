"""Failures that last are said once: one line when they come, or change, and one when they go."""

from __future__ import annotations

import logging

log = logging.getLogger("cloud_carbon_exporter.collect")


class ChangeLog:
    """Remembers what was last said of each thing."""

    def __init__(self) -> None:
        self._said: dict[object, str] = {}

    def failed(self, thing: object, error: object) -> None:
        """Warn, unless the same was said of it already."""
        text = str(error)
        if self._said.get(thing) != text:
            self._said[thing] = text
            log.warning("%s", text)

    def well(self, thing: object, text: str) -> None:
        """Say that it works again, if it did not."""
        if self._said.pop(thing, None) is not None:
            log.info("%s: works again", text)
