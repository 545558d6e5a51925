"""`check`: try the credentials of every target and every call that is needed, and say what is
missing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Target
from cloud_carbon_exporter.collect.surroundings import place_key
from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.config import Invocation, Settings
from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded, PermissionMissing
from cloud_carbon_exporter.grid import Feed
from cloud_carbon_exporter.grid.feed import PlaceKey
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.spec import Client, Listing, Metric, Read, Scope, ServiceSpec
from cloud_carbon_exporter.reporting.tables import clean
from cloud_carbon_exporter.service.opening import grid_settings, open_targets

Answer = TypeVar("Answer")

CALLS_AT_ONCE = 16
DEADLINE_SECONDS = 60.0
_READ_SECONDS = 3600  # how far back the one metric read looks
_GRANT = {"aws": "iam", "gcp": "gcp", "scw": "scw"}  # provider -> -format of `permissions`


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one call. error: why it failed; empty when it went well. missing: whether a
    permission is.
    """

    target: str
    call: str
    detail: str = ""
    error: str = ""
    missing: bool = False


def run(invocation: Invocation) -> int:
    """Print the findings. Returns 1 when any call failed."""
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    findings = asyncio.run(check(settings))
    as_is = settings.options["format"] == "json"
    sys.stdout.write(
        json.dumps([asdict(each) for each in findings]) + "\n"
        if as_is
        else as_text(findings, settings)
    )
    return 1 if any(each.error for each in findings) else 0


async def check(settings: Settings) -> list[Finding]:
    """The findings of every target, in their order."""
    budget = Budget(time.time)
    places: set[PlaceKey] = set()
    found = await asyncio.gather(
        *(_target(target, budget, places) for target in open_targets(settings))
    )
    return [
        *(each for findings in found for each in findings),
        *await _grid(settings, budget, places),
    ]


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
    failures = [Finding("grid", "intensity", error=text) for text in heard.values()]
    good = [state for state in feed.states() if not state.error]
    return failures + [
        Finding("grid", f"intensity of {state.source}", state.zone or "all zones") for state in good
    ]


async def _target(target: Target, budget: Budget, places: set[PlaceKey]) -> list[Finding]:
    name = target.name or target.settings.provider
    client = target.provider.client(target.settings, budget.meter(target.provider.label))
    try:
        accounts = await _within(client.connect())
    except CollectError as error:
        return [_failed(name, "credentials", error)]
    else:
        findings = [Finding(name, "credentials", f"open {', '.join(accounts)}")]
        services = [
            each for each in target.provider.services if each.kind not in target.settings.exclude
        ]
        listings: dict[int, list[ServiceSpec]] = defaultdict(list)
        for service in services:
            listings[id(service.listing)].append(service)
        gate, resources = asyncio.Semaphore(CALLS_AT_ONCE), dict[str, Resource]()
        listed = (_listing(name, client, specs, gate, resources) for specs in listings.values())
        findings += [each for group in await asyncio.gather(*listed) for each in group]
        places.update(place_key(resource.location) for resource in resources.values())
        return [*findings, *await _metrics(name, client, services, resources)]
    finally:
        await client.close()


async def _listing(
    name: str,
    client: Client,
    specs: Sequence[ServiceSpec],
    gate: asyncio.Semaphore,
    resources: dict[str, Resource],
) -> list[Finding]:
    """Sweep one listing in every scope; failures that read alike are one finding."""
    listing = specs[0].listing
    call = f"{listing.api} {listing.operation}"
    try:
        scopes = await _within(client.scopes(listing))
    except CollectError as error:
        return [_failed(name, call, error)]
    outcomes = await asyncio.gather(
        *(_sweep(client, listing, specs, scope, gate, resources) for scope in scopes)
    )
    found = sum(outcome for outcome in outcomes if isinstance(outcome, int))
    failures = {str(outcome): outcome for outcome in outcomes if isinstance(outcome, CollectError)}
    if failures:
        return [_failed(name, call, error) for error in failures.values()]
    return [Finding(name, call, f"{found} resources in {len(scopes)} {listing.scope} scopes")]


async def _sweep(
    client: Client,
    listing: Listing,
    specs: Sequence[ServiceSpec],
    scope: Scope,
    gate: asyncio.Semaphore,
    resources: dict[str, Resource],
) -> int | CollectError:
    """How many resources one sweep found, or why it failed; one of each kind is kept for the metric
    reads.
    """
    try:
        async with gate:
            swept = await _within(sweep(client, listing, specs, scope))
    except CollectError as error:
        return error
    for resource in swept.resources:
        resources.setdefault(resource.kind, resource)
    return swept.warnings[0] if swept.warnings else len(swept.resources)


async def _metrics(
    name: str, client: Client, services: Sequence[ServiceSpec], resources: Mapping[str, Resource]
) -> list[Finding]:
    """Read the first metric of one resource of each kind."""
    now = time.time()
    metrics: Mapping[str, Metric] = {
        service.kind: service.metrics[0] for service in services if service.metrics
    }
    reads = [
        Read(
            resources[kind],
            metric,
            now - max(_READ_SECONDS, metric.every_seconds, 2 * metric.period_seconds),
        )
        for kind, metric in metrics.items()
        if kind in resources
    ]
    if not reads:
        return [Finding(name, "monitoring", "nothing is there to be measured")]
    try:
        reading = await _within(client.series(reads, now))
    except CollectError as error:
        return [_failed(name, "monitoring", error)]
    failures = {str(error): error for error in reading.failures.values()}
    if failures:
        return [_failed(name, "monitoring", error) for error in failures.values()]
    series = len({resource for resource, _ in reading.points})
    return [Finding(name, "monitoring", f"{len(reads)} kinds asked, {series} answered with points")]


async def _within(work: Awaitable[Answer]) -> Answer:
    """What the call answers, if it does in time. Raises DeadlineExceeded, or what the call raises."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await work
    except TimeoutError:
        raise DeadlineExceeded(f"no end after {DEADLINE_SECONDS:.0f} s") from None


def _failed(name: str, call: str, error: CollectError) -> Finding:
    return Finding(name, call, error=str(error), missing=isinstance(error, PermissionMissing))


def as_text(findings: Sequence[Finding], settings: Settings) -> str:
    """One line a call, and what to do at the end."""
    lines = []
    for finding in findings:
        state, told = ("FAIL", finding.error) if finding.error else ("ok", finding.detail)
        lines.append(f"{state:<4}  {finding.target}: {finding.call}: {clean(told)}")
    failed = sum(1 for each in findings if each.error)
    lines.append(f"{len(findings)} checked, {failed} failed.")
    if any(each.missing for each in findings):
        forms = dict.fromkeys(
            _GRANT[each.provider] for each in settings.targets if each.provider in _GRANT
        )
        lines += [
            f"What to grant: cloud-carbon-exporter permissions -format {form}" for form in forms
        ]
    return "\n".join([*lines, ""])
