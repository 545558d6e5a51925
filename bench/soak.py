"""Minutes of faults at the wire, many at once, on three clouds: is anything lost, does memory stay, is the loop free?

    bench/soak [minutes] [seed]

The clouds are the fakes of the tests, in a process of their own; here runs the collector as the program runs it,
without a pause between refreshes. A round is a storm of three refreshes (nine faults: throttling, 5xx, hangs, cut,
truncated and malformed bodies, refused and expired credentials, forbidden calls, looping page tokens), then calm until
all is well. Exits 1 when something was lost, or did not recover within two refreshes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cloud_carbon_exporter.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target, heap
from cloud_carbon_exporter.commands.loading import provider
from cloud_carbon_exporter.exposition import Exposition, Renderer, Settings
from cloud_carbon_exporter.providers.spec import TargetSettings

STORM_REFRESHES, PATIENCE_REFRESHES, WARM_ROUNDS = 3, 6, 2
ALLOWED_REFRESHES, ALLOWED_BLOCK_SECONDS = 2, 0.1
TICK_SECONDS = 0.005
SILENCE_SECONDS = 1.0

Collecting = Collector[Exposition]


@dataclass
class Found:
    """What the soak measures."""

    rounds: int = 0
    refreshes: int = 0
    lost: list[str] = field(default_factory=list)
    recoveries: list[int] = field(default_factory=list)
    blocked: list[float] = field(default_factory=list)  # seconds the loop was late, each tick
    megabytes: list[float] = field(default_factory=list)  # after each round


@contextmanager
def clouds() -> Iterator[tuple[IO[str], IO[str]]]:
    """The clouds' process: its stdin and stdout. The environment is set to lead there."""
    command = [sys.executable, "-m", "bench.soak_clouds"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        os.environ.update(json.loads(process.stdout.readline()))
        yield process.stdin, process.stdout
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


async def tell(pipe: tuple[IO[str], IO[str]], word: str) -> list[str]:
    """Say it to the clouds; what they answer."""
    pipe[0].write(word + "\n")
    pipe[0].flush()
    told: list[str] = json.loads(await asyncio.to_thread(pipe[1].readline))
    return told


async def watch(found: Found) -> None:
    """Note how late the loop is, all the time."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        found.blocked.append(time.perf_counter() - began - TICK_SECONDS)


def well(collector: Collecting) -> frozenset[tuple[str, ...]]:
    """The listings and measurements that ended well the last time."""
    snapshot = collector.snapshot
    both = (("listing", snapshot.listings), ("measurement", snapshot.measurements))
    return frozenset(
        (what, each.provider, each.region, each.kind) for what, of in both for each in of if not each.error
    )


def joules(collector: Collecting) -> float:
    """Energy counted so far, all accounts."""
    return sum(row.totals.energy_joules for row in collector.snapshot.accounts if row.totals)


def resident_megabytes() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def one_round(collector: Collecting, pipe: tuple[IO[str], IO[str]], found: Found, seed: int) -> None:
    """A storm, and the calm after it."""
    before, healthy, energy = {row.resource.id for row in collector.snapshot.rows}, well(collector), joules(collector)
    told = await tell(pipe, f"storm {seed}")
    for _ in range(STORM_REFRESHES):
        await collector.refresh()
        missing = before - {row.resource.id for row in collector.snapshot.rows}
        now = joules(collector)
        if missing or now < energy:
            found.lost.append(f"round {found.rounds}: {len(missing)} resources, {energy - now:.1f} J: {told}")
        energy = now
    await tell(pipe, "calm")
    took = 0
    while took < PATIENCE_REFRESHES and (not took or healthy - well(collector)):
        await collector.refresh()
        took += 1
    if healthy - well(collector):
        found.lost.append(f"round {found.rounds}: still failing: {sorted(healthy - well(collector))[:3]}: {told}")
    found.recoveries.append(took)
    found.rounds += 1
    found.refreshes += STORM_REFRESHES + took
    gc.collect()
    found.megabytes.append(resident_megabytes())


async def soak(minutes: float, seed: int, pipe: tuple[IO[str], IO[str]]) -> Found:
    """Round after round until the time is up."""
    settings = [
        TargetSettings(provider="aws", regions=("eu-west-3",), timeout_seconds=SILENCE_SECONDS),
        TargetSettings(provider="gcp", timeout_seconds=SILENCE_SECONDS),
        TargetSettings(provider="scw", timeout_seconds=SILENCE_SECONDS, cockpit_token=os.environ["SCW_COCKPIT_TOKEN"]),
    ]
    targets = [Target(each.provider, provider(each.provider), each) for each in settings]
    render = Renderer(Settings(version="soak"))
    collector = Collector(targets, CollectSettings(interval_seconds=10), Budget(time.time), render, time.time)
    found = Found()
    for _ in range(2):
        await collector.refresh()
    watching = asyncio.create_task(watch(found))
    print(
        f"{len(collector.snapshot.rows)} resources, {len(well(collector))} listings and measurements well", flush=True
    )
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end or not found.rounds:
        await one_round(collector, pipe, found, seed + found.rounds)
    watching.cancel()
    await collector.close()
    return found


def show(found: Found, minutes: float) -> bool:
    """Print the figures. Returns whether all is as it must be."""
    late = sorted(found.blocked)
    over = sum(each > ALLOWED_BLOCK_SECONDS for each in late)
    slow = sum(each > ALLOWED_REFRESHES for each in found.recoveries)
    warm = found.megabytes[min(WARM_ROUNDS, len(found.megabytes) - 1)]
    print(f"{minutes:g} minutes: {found.rounds} storms of 9 faults, {found.refreshes} refreshes")
    print(f"lost: {len(found.lost)}", *found.lost, sep="\n  ")
    print(f"recovered within {max(found.recoveries)} refreshes at most; later than 2: {slow}")
    print(f"memory after round {WARM_ROUNDS + 1}: {warm:.0f} MB, at the end: {found.megabytes[-1]:.0f} MB")
    print(
        f"event loop late: p99.9 {late[len(late) * 999 // 1000] * 1e3:.0f} ms, longest {late[-1] * 1e3:.0f} ms; "
        f"over 100 ms: {over} of {len(late)} looks"
    )
    return not found.lost and not slow


def main() -> None:
    """Soak for the minutes asked for."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    heap.prepare()
    with clouds() as pipe:
        fine = show(asyncio.run(soak(minutes, seed, pipe)), minutes)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
