"""`check`: try the credentials of every target and every call needed, and say what is missing."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Target
from cloud_carbon_exporter.collect.surroundings import place_key
from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.commands.check_clusters import try_clusters
from cloud_carbon_exporter.config import Invocation, Settings
from cloud_carbon_exporter.config.flag import PROGRAM
from cloud_carbon_exporter.config.flags import ANSWER_FORMAT
from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded, PermissionMissing
from cloud_carbon_exporter.grid import Feed
from cloud_carbon_exporter.grid.feed import PlaceKey
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.clouds import CLOUDS
from cloud_carbon_exporter.providers.refusals import refused_to
from cloud_carbon_exporter.providers.spec import Client, Listing, Read, Scope, ServiceSpec
from cloud_carbon_exporter.reporting.tables import clean
from cloud_carbon_exporter.service.opening import grid_settings, open_targets
from cloud_carbon_exporter.service.signals import run_once

Answer = TypeVar("Answer")

CALLS_AT_ONCE = 16
DEADLINE_SECONDS = 60.0
_READ_SECONDS = 3600
"""How far back the one metric read looks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Finding of one call: what came of it.

    error: why it failed; empty when it went well. missing: whether a permission is.
    refused: whether it is optional, and the permission for it is missing.
    """

    target: str
    call: str
    detail: str = ""
    error: str = ""
    missing: bool = False
    refused: bool = False


def run(invocation: Invocation) -> int:
    """Print the findings. Returns 1 when any call failed."""
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    findings = run_once(check(settings))
    if settings.options[ANSWER_FORMAT] == "json":
        sys.stdout.write(json.dumps(list(map(asdict, findings))) + "\n")
    else:
        terminal.printed(as_text(findings, settings))
    return 1 if any(finding.error for finding in findings) else 0


async def check(settings: Settings) -> list[Finding]:
    """Findings of every target, in their order, then of the grid's sources, then of clusters."""
    budget = Budget(time.time)
    places: set[PlaceKey] = set()
    asking = [_target(target, budget, places) for target in open_targets(settings)]
    findings = list(itertools.chain.from_iterable(await asyncio.gather(*asking)))
    findings += await _grid(settings, budget, places)
    for tried in await try_clusters(settings.clusters, budget):
        findings.append(Finding(f"kubernetes {tried.cluster}", "usage", tried.detail, tried.error))
    return findings


class _Heard(dict[object, str]):
    """What a Feed has to say of its sources."""

    def failed(self, thing: object, error: object) -> None:
        """Keep it."""
        self[thing] = str(error)

    def well(self, thing: object, text: str) -> None:
        """Nothing to tell."""


async def _grid(settings: Settings, budget: Budget, places: Collection[PlaceKey]) -> list[Finding]:
    """Ask the sources of grid intensity for the places where something was found."""
    heard = _Heard()
    feed = Feed(
        grid_settings(settings, DEADLINE_SECONDS),
        budget.meter("grid"),
        budget.error,
        heard,
        time.time,
    )
    try:
        await feed.refresh(places)
    finally:
        await feed.close()
    findings = [Finding("grid", "intensity", error=text) for text in heard.values()]
    for state in feed.states():
        if not state.error:
            zone = state.zone or "all zones"
            findings.append(Finding("grid", f"intensity of {state.source}", zone))
    return findings


async def _target(target: Target, budget: Budget, places: set[PlaceKey]) -> list[Finding]:
    name = target.name or target.settings.provider
    client = target.provider.client(target.settings, budget.meter(target.provider.label))
    try:
        accounts = await _within(client.connect())
    except CollectError as error:
        return [_failed(name, "credentials", error)]
    else:
        opened = Finding(name, "credentials", f"open {', '.join(accounts)}")
        services = _wanted(target)
        gate, resources = asyncio.Semaphore(CALLS_AT_ONCE), dict[str, Resource]()
        listing = [
            _listing(name, client, specs, gate, resources) for specs in _by_listing(services)
        ]
        findings = list(itertools.chain.from_iterable(await asyncio.gather(*listing)))
        places.update(place_key(resource.location) for resource in resources.values())
        findings += await _metrics(name, client, _reads(target, services, resources))
        return [opened, *findings, *await _extras(name, client)]
    finally:
        await client.close()


def _wanted(target: Target) -> list[ServiceSpec]:
    """Services of a target but those it excludes."""
    excluded = target.settings.exclude
    return [service for service in target.provider.services if service.kind not in excluded]


def _by_listing(services: Iterable[ServiceSpec]) -> Iterable[list[ServiceSpec]]:
    """Services that one listing feeds, together: it is tried once."""
    listings: dict[int, list[ServiceSpec]] = defaultdict(list)
    for service in services:
        listings[id(service.listing)].append(service)
    return listings.values()


async def _listing(
    name: str,
    client: Client,
    specs: Sequence[ServiceSpec],
    gate: asyncio.Semaphore,
    resources: dict[str, Resource],
) -> list[Finding]:
    """Findings of one listing, swept in every scope; failures that read alike are one."""
    listing = specs[0].listing
    call = f"{listing.api} {listing.operation}"
    try:
        scopes = await _within(client.scopes(listing))
    except CollectError as error:
        return [_failed(name, call, error)]
    sweeps = [_sweep(client, listing, specs, scope, gate, resources) for scope in scopes]
    count = 0
    failures: dict[Finding, None] = {}
    for outcome in await asyncio.gather(*sweeps):
        if isinstance(outcome, CollectError):
            failures[_failed(name, call, outcome)] = None
        else:
            count += outcome
    if failures:
        return list(failures)
    return [Finding(name, call, f"{count} resources in {len(scopes)} {listing.scope} scopes")]


async def _sweep(
    client: Client,
    listing: Listing,
    specs: Sequence[ServiceSpec],
    scope: Scope,
    gate: asyncio.Semaphore,
    resources: dict[str, Resource],
) -> int | CollectError:
    """Number of resources one sweep found, or why it failed.

    One resource of each kind is kept for the metric reads.
    """
    try:
        async with gate:
            swept = await _within(sweep(client, listing, specs, scope))
    except CollectError as error:
        return error
    for resource in swept.resources:
        resources.setdefault(resource.kind, resource)
    return swept.warnings[0] if swept.warnings else len(swept.resources)


def _reads(
    target: Target, services: Sequence[ServiceSpec], resources: Mapping[str, Resource]
) -> list[Read]:
    """Reads of one resource of each kind: of its first metric, of all where that costs nothing."""
    now = time.time()
    reads: list[Read] = []
    for service in services:
        resource = resources.get(service.kind)
        if resource is None:
            continue
        for metric in service.metrics[:1] if target.provider.reads_cost else service.metrics:
            # A daily figure, or one that is seldom written, is not there in the last hour.
            back = max(_READ_SECONDS, metric.every_seconds, 2 * metric.period_seconds)
            reads.append(Read(resource, metric, now - back))
    return reads


async def _metrics(name: str, client: Client, reads: Sequence[Read]) -> list[Finding]:
    """Findings of reading these metrics, with the kinds of which there are no series."""
    if not reads:
        return [Finding(name, "monitoring", "nothing is there to be measured")]
    try:
        reading = await _within(client.series(reads, time.time()))
    except CollectError as error:
        return [_failed(name, "monitoring", error)]
    failed = [_failed(name, "monitoring", error) for error in reading.failures.values()]
    if failed:
        return list(dict.fromkeys(failed))  # the same error of two kinds is told once
    kinds = len({read.resource.kind for read in reads})
    answered = len({resource for resource, _ in reading.points})
    findings = [
        Finding(name, "monitoring", f"{kinds} kinds asked, {answered} answered with points")
    ]
    for kind, query in sorted(reading.unpublished.items()):
        text = f"not measured: no such series here: {query}"
        findings.append(Finding(name, f"monitoring of {kind}", text))
    return findings


async def _extras(name: str, client: Client) -> list[Finding]:
    """Findings of what is optional: what else the cloud tells, and all it does not allow."""
    failed: list[Finding] = []
    try:
        await _within(client.extras(time.time()))
    except PermissionMissing:
        pass  # it is among what is refused
    except CollectError as error:
        failed.append(_failed(name, "extras", error))
    refused: list[Finding] = []
    for refusal in refused_to(client):
        text = f"optional, and refused: {refusal.error}"
        refused.append(Finding(name, refusal.purpose, text, missing=True, refused=True))
    return [*failed, *refused]


async def _within(work: Awaitable[Answer]) -> Answer:
    """Answer of a call, if it comes in time. Raises DeadlineExceeded, or what the call raises."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await work
    except TimeoutError:
        raise DeadlineExceeded(f"no end after {DEADLINE_SECONDS:.0f} s") from None


def _failed(name: str, call: str, error: CollectError) -> Finding:
    return Finding(name, call, error=str(error), missing=isinstance(error, PermissionMissing))


def _state(finding: Finding) -> str:
    if finding.error:
        return "FAIL"
    return "none" if finding.refused else "ok"


def as_text(findings: Sequence[Finding], settings: Settings) -> str:
    """Findings as one line a call, and what to do at the end."""
    lines: list[str] = []
    for finding in findings:
        told = finding.error or finding.detail
        lines.append(f"{_state(finding):<4}  {finding.target}: {finding.call}: {clean(told)}")
    failed = sum(1 for finding in findings if finding.error)
    refused = sum(1 for finding in findings if finding.refused)
    optional = f", {refused} optional refused" if refused else ""
    lines.append(f"{len(findings)} checked, {failed} failed{optional}.")
    if any(finding.missing for finding in findings):
        policies = dict.fromkeys(CLOUDS[target.provider].policy for target in settings.targets)
        lines += [
            f"What to grant: {PROGRAM} permissions -format {form}" for form in policies if form
        ]
    return "\n".join([*lines, ""])
