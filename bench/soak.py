"""Soak: minutes or a night of faults at the wire. Nothing lost, memory flat, loop free?

    bench/soak [minutes] [seed]
    bench/soak --hours 8
    bench/soak --day            a day of machines that come and go, on a virtual clock: soak_day.py

The clouds are the fakes of the tests, in a process of their own; here runs the collector as the
program runs it, without a pause between refreshes. A round is a storm of three refreshes (four
faults a cloud, of those in soak_storms.py, and those of soak_machine.py beside them), then calm
until all is well. The targets keep no pace with one another. Exits 1 when something was lost, when
energy was counted of time that did not pass, when something did not recover within two refreshes
(four where the clock was set: it is followed when that has lasted), when memory grew, or when the
event loop was held for longer than 100 ms, but for the time in which others had the processor.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from bench.soak_clouds import FAULTS_PER_CLOUD, HOSTS
from bench.soak_day import ARRIVALS, churn_a_day
from bench.soak_machine import INTERVAL_SECONDS, Machine, made, refresh
from bench.soak_storms import GONE, NO_NAME
from bench.soak_watch import Watch, tell_loop
from cloud_carbon_exporter.collect import Collector, interpreter
from cloud_carbon_exporter.exposition import Exposition
from cloud_carbon_exporter.providers.aws.client import regions

STORM_REFRESHES, PATIENCE_REFRESHES, WARM_ROUNDS = 3, 6, 2
ALLOWED_REFRESHES, ALLOWED_GROWTH = 2, 1.1
CLOUDS = len(HOSTS)
TELL_SECONDS = 600.0  # of a night, how it goes is said so often

Collecting = Collector[Exposition]


@dataclass
class Found:
    """What the soak measures."""

    rounds: int = 0
    refreshes: int = 0
    lost: list[str] = field(default_factory=list)
    recoveries: list[int] = field(default_factory=list)
    slow: int = 0
    megabytes: list[float] = field(default_factory=list)  # after each round

    def tell(self, fault: str) -> None:
        """A fault, told at once: who waits a night should not wait for the first of them."""
        self.lost.append(f"round {self.rounds}: {fault}")
        print(f"lost, {self.lost[-1]}", flush=True)


class Names:
    """Resolver of this process: clouds' hosts are on loopback, but for names that are gone."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self._resolve = socket.getaddrinfo
        socket.getaddrinfo = self

    def __call__(self, host: Any, *args: Any, **more: Any) -> Any:
        """As socket.getaddrinfo."""
        name = host.decode() if isinstance(host, bytes) else host
        if name in self.gone:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._resolve("127.0.0.1" if name in HOSTS.values() else host, *args, **more)

    def follow(self, told: Sequence[str]) -> None:
        """Let the names go that are told to be gone."""
        self.gone = {host for cloud, host in HOSTS.items() if f"{cloud} {NO_NAME}" in told}


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


class Asked(NamedTuple):
    """Key of what a collection asks: a listing or a measurement of a kind, in a region."""

    what: str
    provider: str
    region: str
    kind: str


def outcomes(collector: Collecting) -> Iterator[tuple[Asked, str]]:
    """Listings and measurements of the last collection, and the error of each; "" for none."""
    snapshot = collector.snapshot
    for what, ended in (("listing", snapshot.listings), ("measurement", snapshot.measurements)):
        for outcome in ended:
            yield Asked(what, outcome.provider, outcome.region, outcome.kind), outcome.error


def well(collector: Collecting) -> frozenset[Asked]:
    """The listings and measurements that ended well the last time."""
    return frozenset(key for key, error in outcomes(collector) if not error)


def errors(collector: Collecting, healthy: frozenset[Asked]) -> list[str]:
    """What is wrong with those that were well."""
    return [
        f"{tuple(asked)}: {error}"
        for asked, error in outcomes(collector)
        if error and asked in healthy
    ]


def joules(collector: Collecting) -> float:
    """Energy counted so far, all accounts."""
    return sum(row.totals.energy_joules for row in collector.snapshot.accounts if row.totals)


def resident_megabytes() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def missing(
    collector: Collecting, before: set[tuple[str, str]], told: Sequence[str] = ()
) -> set[str]:
    """Ids of what was there before and is not, except in a region that is told to be gone."""
    here = {row.resource.id for row in collector.snapshot.rows}
    gone = {each.partition(GONE)[2] for each in told if GONE in each}
    return {name for name, region in before if name not in here and region not in gone}


def _interval() -> asyncio.Task[None]:
    """Ends when the next refresh is due, if one begins now."""
    return asyncio.create_task(asyncio.sleep(INTERVAL_SECONDS))


async def one_round(
    collector: Collecting,
    machine: Machine,
    pipe: tuple[IO[str], IO[str]],
    tally: Found,
    names: Names,
    seed: int,
) -> None:
    """A storm, and the calm after it."""
    before = {(row.resource.id, row.resource.location.region) for row in collector.snapshot.rows}
    healthy, energy = well(collector), joules(collector)
    told = [*await tell(pipe, f"storm {seed}"), *machine.storm(seed)]
    names.follow(told)
    for _ in range(STORM_REFRESHES):
        pause = _interval()
        await refresh(collector)
        lost, now = missing(collector, before, told), joules(collector)
        invented = machine.faults(collector.snapshot, now)
        if lost or invented or now < energy:
            tally.tell(
                f"{len(lost)} resources {sorted(lost)[:4]}, {energy - now:.1f} J {invented}: {told}"
            )
        energy = now
    names.follow(await tell(pipe, "calm"))
    machine.calm()
    took = 0
    while took < PATIENCE_REFRESHES and (
        not took or healthy - well(collector) or missing(collector, before)
    ):
        await pause  # calm comes amid a refresh; the next begins when it is due
        pause = _interval()
        await refresh(collector)
        took += 1
        if took == ALLOWED_REFRESHES and (still := errors(collector, healthy)):
            print(f"round {tally.rounds}: after {took} refreshes: {still[:3]}: {told}", flush=True)
    worse = [*errors(collector, healthy), *sorted(missing(collector, before))]
    worse += machine.not_kept()
    if worse:
        tally.tell(f"not well again: {worse[:3]}: {told}")
    tally.recoveries.append(took)
    tally.slow += took > ALLOWED_REFRESHES + machine.refreshes_to_follow
    tally.rounds += 1
    tally.refreshes += STORM_REFRESHES + took
    ctypes.CDLL(None).malloc_trim(0)  # what is free but not given back is no growth
    tally.megabytes.append(resident_megabytes())


async def soak(
    minutes: float, seed: int, pipe: tuple[IO[str], IO[str]], folder: Path
) -> tuple[Found, Watch]:
    """Round after round until the time is up."""
    machine, tally, names, watch = Machine(folder), Found(), Names(), Watch()
    collector = made(machine)
    for _ in range(2):
        await collector.refresh()
    watching = asyncio.create_task(watch.run())
    print(
        f"{len(collector.snapshot.rows)} resources, {len(well(collector))} listings and "
        "measurements well",
        flush=True,
    )
    end = time.monotonic() + minutes * 60
    told = time.monotonic()
    while time.monotonic() < end or not tally.rounds:
        await one_round(collector, machine, pipe, tally, names, seed + tally.rounds)
        if time.monotonic() > told + TELL_SECONDS:
            told = time.monotonic()
            print(
                f"{tally.rounds} storms, lost {len(tally.lost)}, too late {tally.slow}, "
                f"{tally.megabytes[-1]:.0f} MB, loop held {watch.held.longest * 1e3:.0f} ms at "
                "most",
                flush=True,
            )
    watching.cancel()
    await collector.close()
    return tally, watch


def show(tally: Found, watch: Watch, minutes: float) -> bool:
    """Print the figures. Returns whether all is as it must be."""
    warm = tally.megabytes[min(WARM_ROUNDS, len(tally.megabytes) - 1)]
    faults = FAULTS_PER_CLOUD * CLOUDS
    print(
        f"{minutes:g} minutes: {tally.rounds} storms of {faults} faults, {tally.refreshes} "
        "refreshes"
    )
    print(f"lost: {len(tally.lost)}", *tally.lost, sep="\n  ")
    print(f"recovered within {max(tally.recoveries)} refreshes at most; too late: {tally.slow}")
    shown = tally.megabytes[:: max(1, len(tally.megabytes) // 50)]
    print(f"memory after rounds, MB: {' '.join(f'{each:.0f}' for each in shown)}")
    tell_loop("late", watch.late)
    tell_loop("ran", watch.ran)
    over = tell_loop("held", watch.held)
    print(*(f"  {count} x {place}" for place, count in watch.at.most_common(8)), sep="\n")
    return not (tally.lost or tally.slow or over) and tally.megabytes[-1] < warm * ALLOWED_GROWTH


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bench/soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("minutes", nargs="?", type=float, default=5.0)
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("--hours", type=float, help="instead of minutes: a night is 8")
    parser.add_argument("--day", action="store_true", help="a day of churn on a virtual clock")
    parser.add_argument("--arrivals", type=int, default=ARRIVALS, help="machines of that day")
    return parser.parse_args()


def main() -> None:
    """Soak for the minutes asked for."""
    asked = arguments()
    interpreter.prepare()
    logging.disable(logging.WARNING)  # each fault is told as it comes: a night of that fills a disk
    if asked.day:
        sys.exit(0 if asyncio.run(churn_a_day(asked.arrivals, asked.seed)) else 1)
    minutes = asked.minutes if asked.hours is None else asked.hours * 60
    regions._ENABLED_SECONDS = 1  # else a region could not vanish and return within minutes
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        os.environ.pop(name, None)
    with clouds() as pipe, tempfile.TemporaryDirectory() as folder:
        fine = show(*asyncio.run(soak(minutes, asked.seed, pipe, Path(folder))), minutes)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
