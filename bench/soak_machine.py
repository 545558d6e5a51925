"""What befalls the soak's own machine: its clock is set, its disk takes nothing any more.

And targets that do not keep pace: each publishes as often as it likes while others are read.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.clock import Clock
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.collect.target_run import TargetRun
from cloud_carbon_exporter.exposition import Exposition, Renderer, Settings
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.options import ScalewayOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.service.loading import provider
from cloud_carbon_exporter.storage.rows import Section
from cloud_carbon_exporter.storage.state_file import StateFile

DAY_SECONDS = 86_400.0
STEPS = (0.0, 30.0, 3600.0, -3600.0, 2 * DAY_SECONDS, -2 * DAY_SECONDS)

LASTING_SECONDS = 15.0
"""So that about half of the steps last, in a storm of some thirty seconds."""

# The loads of the clouds vary, and what is measured comes late; days that did not pass are
# thousands of times as much.
_ALLOWED = 3.0

SILENCE_SECONDS, INTERVAL_SECONDS = 1.0, 10.0

Collecting = Collector[Exposition]


class Disk:
    """A folder for the state file. While it is broken, no folder is there at all."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._away = folder / "disk", folder / "away"
        self._folder.mkdir()
        self.path = self._folder / "state"

    def fail(self) -> None:
        """Take nothing any more, not even what would be taken away."""
        if self._folder.is_dir():
            self._folder.rename(self._away)
            self._folder.write_bytes(b"")

    def mend(self) -> None:
        """Take everything again."""
        if self._away.is_dir():
            self._folder.unlink()
            self._away.rename(self._folder)


class Machine:
    """Its clock, its disk, and what can be said of the energy that was counted here."""

    def __init__(self, folder: Path) -> None:
        self.wrong_seconds = 0.0
        self.refreshes_to_follow = 0
        self.clock = Clock(self._wall, lasting_seconds=LASTING_SECONDS)
        self.disk = Disk(folder)
        self.state: StateFile | None = None
        self._began = time.monotonic()
        self._mended = time.time()
        self._most_watts = 0.0

    def _wall(self) -> float:
        return time.time() + self.wrong_seconds

    def keep(self, collector: Collecting) -> None:
        """Keep the counters of this collector on the disk."""
        sections: dict[str, Section] = {
            "clock": self.clock,
            "counters": collector.counters,
            "budget": collector.budget,
        }
        self.state = StateFile(self.disk.path, sections)

    def save(self) -> None:
        """What the program does before a Snapshot is shown."""
        with unless_it_fails("the state file"):
            if self.state is not None:
                self.state.save()

    def storm(self, seed: int) -> list[str]:
        """Set the clock, break the disk, as chance will have it. Returns what was done."""
        chance = random.Random(seed)
        told: list[str] = []
        self.wrong_seconds = chance.choice(STEPS)
        # What has lasted is followed, and back again after as long.
        self.refreshes_to_follow = 2 if self.wrong_seconds else 0
        if self.wrong_seconds:
            told.append(f"machine clock {self.wrong_seconds:+.0f} s")
        if chance.random() < 0.5:
            self.disk.fail()
            told.append("machine read-only disk")
        return told

    def calm(self) -> None:
        """All is well again."""
        self.wrong_seconds = 0.0
        self.disk.mend()
        self._mended = time.time()

    def faults(self, snapshot: Snapshot, joules: float) -> list[str]:
        """What is wrong here: energy of time that did not pass."""
        watts = sum(account.power_watts.value for account in snapshot.accounts)
        self._most_watts = max(self._most_watts, watts)
        passed = time.monotonic() - self._began
        if joules > _ALLOWED * self._most_watts * passed:
            return [f"{joules:.0f} J in {passed:.0f} s of {self._most_watts:.0f} W at most"]
        return []

    def not_kept(self) -> list[str]:
        """Whether the state is kept again, now that the disk is mended."""
        path = self.disk.path
        kept = path.exists() and path.stat().st_mtime >= self._mended - 1
        return [] if kept else ["the state is not kept again"]


def made(machine: Machine) -> Collecting:
    """The collector as the program makes it, of three targets."""
    token = os.environ["SCW_COCKPIT_TOKEN"]
    configured = [
        TargetSettings(
            provider=name,
            options=ScalewayOptions(cockpit_token=token) if name == "scw" else None,
            interval_seconds=INTERVAL_SECONDS,
            utilisation_interval_seconds=0,  # so that monitoring is read with each refresh
            timeout_seconds=SILENCE_SECONDS,
        )
        for name in ("aws", "gcp", "scw")
    ]
    targets = [Target(each.provider, provider(each.provider), each) for each in configured]
    renderer = Renderer(Settings(version="soak", tags=("team",)))

    def show(snapshot: Snapshot) -> Exposition:
        rendered = renderer(snapshot)
        machine.save()
        return rendered

    settings = CollectSettings(interval_seconds=INTERVAL_SECONDS)
    collector = Collector(targets, settings, Budget(machine.clock), show, machine.clock)
    machine.keep(collector)
    return collector


async def refresh(collector: Collecting) -> None:
    """One refresh of the first target, two of the second, three of the third; each publishes."""
    runs = enumerate(collector.runs, start=1)
    await asyncio.gather(*(_paced(collector, run, times) for times, run in runs))


async def _paced(collector: Collecting, run: TargetRun, times: int) -> None:
    for _ in range(times):
        await run.refresh()
        await collector.publish()
