"""Log of failures that last: one line when they come, one for each cause, one when they go."""

from __future__ import annotations

import logging

log = logging.getLogger("cloud_carbon_exporter.collect")

# Causes told of one failure that lasts: some APIs put another number into every message.
MOST_SAID = 5


class FailureLog:
    """Remembers what was said of each thing since it last worked."""

    def __init__(self) -> None:
        self._said: dict[object, set[str]] = {}

    def failed(self, thing: object, error: object) -> None:
        """Warn, unless it was said already, of it or of another that fails of the same cause.

        Two causes that take turns are two lines, not one a round.
        """
        text, said = str(error), self._said.setdefault(thing, set())
        if text not in said and len(said) < MOST_SAID:
            if not any(text in others for others in self._said.values()):
                log.warning("%s", text)
            said.add(text)

    def well(self, thing: object, text: str) -> None:
        """Say that it works again, if it did not."""
        if self._said.pop(thing, None) is not None:
            log.info("%s: works again", text)
