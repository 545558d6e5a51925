"""Opening of targets and collector: from a configuration to what explores and collects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Shard, Target
from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.clock import Clock
from cloud_carbon_exporter.collect.progress import Progress, say_progress
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError, CredentialsMissing
from cloud_carbon_exporter.grid import GridSettings, preferences
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.known_names import doubt_of_region
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Client, Provider
from cloud_carbon_exporter.service.demo_cluster import demo_cluster, opening_demo
from cloud_carbon_exporter.service.demo_loads import past_loads_of
from cloud_carbon_exporter.service.loading import provider

log = logging.getLogger(__name__)

Rendered = TypeVar("Rendered")


def check_names(settings: TargetSettings, provider_of_target: Provider) -> None:
    """Check the kinds a target excludes, and the regions it explores.

    Raises ConfigError for one that its provider does not know. Of a provider without zones among
    the facts the account itself tells its regions, newer ones than ours among them: one that we do
    not know is only told.
    """
    name = settings.name or settings.provider
    zones = facts.zones(provider_of_target.label)
    regions = {*zones, *(zone.rpartition("-")[0] for zone in zones)}
    for region in settings.regions:
        if zones and region not in regions:
            near = nearest(region, regions)
            raise ConfigError(f"regions of target {name}: unknown region {quoted(region)}{near}")
        doubt = doubt_of_region(provider_of_target.label, region)
        if doubt:
            log.warning("regions of target %s: %s", name, doubt)
    kinds = {service.kind for service in provider_of_target.services}
    for kind in settings.exclude:
        if kind not in kinds:
            near = nearest(kind, kinds)
            raise ConfigError(f"exclude of target {name}: unknown kind {quoted(kind)}{near}")


def open_targets(settings: Settings) -> list[Target]:
    """The configured targets with their providers.

    Raises ConfigError for a provider or kind nobody knows.
    """
    targets: list[Target] = []
    for target in settings.targets:
        provider_of_target = provider(target.provider)
        check_names(target, provider_of_target)
        taken = {other.name for other in targets}
        targets.append(Target(_free_name(name_of(target), taken), provider_of_target, target))
    return targets


def _free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number where another target has it already."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def name_of(settings: TargetSettings) -> str:
    """Name of a target: that in the file, else its provider and the account or project given."""
    place = settings.options.place if settings.options else ""
    return settings.name or (f"{settings.provider}/{place}" if place else settings.provider)


def grid_settings(
    settings: Settings, patience_seconds: float, places: Sequence[tuple[str, str]] = ()
) -> GridSettings:
    """What was configured of the grid.

    places: (provider, region) wanted though nothing stands there.
    """
    return GridSettings(
        preferences(settings.grid_sources),
        settings.grid_method,
        {name: secret for name, secret in settings.grid_secrets.items() if secret},
        settings.grid_options,
        settings.grid_compare,
        patience_seconds,
        tuple(places),
    )


def open_collector(
    settings: Settings,
    render: Callable[[Snapshot], Rendered],
    patience_seconds: float = 5,
    budget: Budget | None = None,
    places: Sequence[tuple[str, str]] = (),
    clock: Callable[[], float] | None = None,
    advice: AdviceBook | None = None,
) -> Collector[Rendered]:
    """All that collects, ready to run. `render`: what is made of each Snapshot.

    patience_seconds: how long the first Snapshot waits for live grid intensities. budget: the
        account to go on with. places: (provider, region) whose grid is wanted beside those in use.
    clock: the time to go on with; else a Clock of its own. advice: what is remembered of it.
    Raises ConfigError for a provider or kind nobody knows.
    """
    time_of = clock or Clock()
    collecting = CollectSettings(
        settings.interval_seconds,
        settings.stale_after_seconds,
        settings.mode,
        Shard(*settings.shard),
        grid_settings(settings, patience_seconds, places),
        settings.clusters,
        frozenset(settings.dismissed),
        past_loads_of(settings),
        AdviceBook() if advice is None else advice,
    )
    if made_up := demo_cluster(settings):
        opening = opening_demo(settings, time_of)
        collecting = replace(collecting, clusters=(made_up,), open_cluster=opening)
    return Collector(
        open_targets(settings),
        collecting,
        budget or Budget(time_of, settings.utilisation_interval_seconds),
        render,
        time_of,
    )


async def missing_credentials(clients: Mapping[str, Client]) -> Sequence[CredentialsMissing]:
    """Why no target has credentials; empty as soon as one of them has. clients: by their target."""
    tasks = {name: asyncio.create_task(_connect(client)) for name, client in clients.items()}

    def waiting() -> list[Progress]:
        return [
            Progress(step=f"{name} to accept the credentials", done=task.done())
            for name, task in tasks.items()
        ]

    saying = asyncio.create_task(say_progress(waiting))
    errors: list[CredentialsMissing] = []
    try:
        for task in asyncio.as_completed(tasks.values()):
            error = await task
            if error is None:
                break  # one target that works is enough to serve; the others show as down
            errors.append(error)
    finally:  # nobody who leaves meanwhile waits for a cloud that hangs
        for pending in (saying, *tasks.values()):
            pending.cancel()
        await asyncio.gather(saying, *tasks.values(), return_exceptions=True)
    return errors if len(errors) == len(clients) else ()


async def _connect(client: Client) -> CredentialsMissing | None:
    try:
        await client.connect()
    except CredentialsMissing as error:
        return error
    except Exception:  # collecting meets it again, and says it
        return None
    return None
