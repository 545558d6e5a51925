"""History of the running program: where it is kept, for how long, and what lies before a demo."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.history.file import HistoryFile, in_memory, opened
from cloud_carbon_exporter.history.recorder import Recorder
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.service.demo_past import DEMO_DAYS, past_of

KEPT_DAYS = 13 * 31
"""Thirteen months: a month, and the same month a year before."""

CLOSING_SECONDS = 1.0
"""How long the end of the program waits for the disk: what hangs is given a second and a half."""


@dataclass(frozen=True, slots=True)
class History:
    """The recorder, and the file that is open for it.

    saved: whether the counters are on the disk as far. Else a restart counts again what a file
    would then hold twice; what is in memory no restart finds.
    """

    recorder: Recorder
    file: HistoryFile | None = None

    def record(self, snapshot: Snapshot, *, saved: bool) -> None:
        """Take down what the Snapshot has counted."""
        self.recorder.record(snapshot, kept=saved or self.file is None)

    def close(self, *, saved: bool) -> None:
        """Write what was counted, and let another process have the file."""
        self.recorder.close(CLOSING_SECONDS, kept=saved or self.file is None)
        if self.file is not None:
            self.file.close()


def open_history(settings: Settings) -> History:
    """The history under these settings.

    Raises ConfigError where another process has the file, or a newer version wrote it.
    """
    demo = {target.provider for target in settings.targets} == {"demo"}
    past = past_of(settings) if demo else None
    file = opened(settings.history_file) if settings.history_file else None
    if file is not None:
        return History(Recorder(file.store, KEPT_DAYS * DAY_SECONDS, past), file)
    # Whole days, so that yesterday's hour beside the running one is there.
    days = DEMO_DAYS + 1 if demo else 1
    return History(Recorder(in_memory(), days * DAY_SECONDS, past))
