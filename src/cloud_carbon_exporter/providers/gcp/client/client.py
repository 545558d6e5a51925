"""All I/O towards one project, folder or organisation of Google Cloud."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, CredentialsMissing, Incomplete
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.changes import Change
from cloud_carbon_exporter.providers.gcp.client import (
    asset_feed,
    footprint,
    machines,
    monitoring,
    node_groups,
    product_lists,
)
from cloud_carbon_exporter.providers.gcp.client.asset_types import TYPES
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.gcp.client.dataset_places import DatasetPlaces
from cloud_carbon_exporter.providers.gcp.client.departures import Departures
from cloud_carbon_exporter.providers.gcp.client.discovery import (
    LISTING,
    Inventory,
    NamedProject,
    is_closed,
    named_projects,
)
from cloud_carbon_exporter.providers.gcp.client.http import Rest
from cloud_carbon_exporter.providers.gcp.client.optional import ASSETS
from cloud_carbon_exporter.providers.gcp.client.publisher_models import PublisherModels
from cloud_carbon_exporter.providers.gcp.describing.asset import PROVIDER, kind, project, region_of
from cloud_carbon_exporter.providers.gcp.describing.types import holding_nothing
from cloud_carbon_exporter.providers.options import GcpOptions
from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope

_PROJECTS_KEPT_SECONDS = 3600
_COUNTS_KEPT_SECONDS = 6 * 3600
_REPORT_KEPT_SECONDS = 86400
_AGAIN_SECONDS = 3600
_ASKED_FOR = frozenset(kind(asset_type) for asset_type in TYPES)
# By ourselves, or with what holds their hardware; or they hold none.
_COUNTED = _ASKED_FOR | OWNERS["gcp"].keys() | holding_nothing()


def _ids(projects: Mapping[str, NamedProject]) -> dict[str, str]:
    """Ids of projects, by number."""
    return {number: project.id for number, project in projects.items()}


def _below(prefix: str, number: str) -> str:
    return f"{prefix}/{number.removeprefix(f'{prefix}/')}"


class GcpClient:
    """The Client of one Target: a project, or everything below a folder or organisation."""

    def __init__(self, settings: TargetSettings, meter: Meter) -> None:
        """Raises ConfigError when the table of the Carbon Footprint export is not named in full."""
        self._settings = settings
        self._options = settings.options_of(GcpOptions)
        if self._options.carbon_footprint_table:
            footprint.project_of(self._options.carbon_footprint_table)
        options = self._options
        whole_project = not (options.organization_id or options.folder_id)
        tokens = Tokens(options.project_id, options.metrics_scope, needed=whole_project)
        self._rest = Rest(tokens, meter, settings.timeout_seconds)
        self.refusals = self._rest.refusals
        self._machine_types = machines.MachineTypes(self._rest)
        self._publisher_models = PublisherModels(self._rest)
        self._departures = Departures(self._rest, self._options.metrics_scope)
        self._dataset_places = DatasetPlaces()
        self._inventory: Inventory | None = None
        self._account_id = ""
        # Ids of the projects below a folder or organisation, by number.
        self._ids: Mapping[str, str] = {}
        self._ids_until = 0.0
        # Names of projects, by id.
        self._names: dict[str, str] = {}
        self._fallen_back = False
        self._listed: Mapping[tuple[str, str, str], int] = {}
        self._counts: Mapping[tuple[str, str], int] = {}
        self._counts_until = self._report_until = 0.0
        self._reported: tuple[ReportedEmissions, ...] = ()

    async def connect(self) -> Sequence[str]:
        """Find credentials, the parent to explore and the projects below it."""
        inventory = await self._opened()
        await self._rest.tokens.headers()
        await self._know_projects(inventory)
        return list(self._ids.values()) or [self._account_id]

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """One: the parent."""
        return [Scope(PROVIDER, self._account_id)]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """What Asset Inventory lists, or, where it is closed to us, what each product lists."""
        listed: Counter[str] = Counter()
        incomplete: Incomplete | None = None
        self._departures.begin()
        self._dataset_places.begin()
        try:
            async for page in self._sources(scope):
                self._learn(named_projects(page))
                explored = [raw for raw in page if self._explores(raw)]
                self._departures.see(explored, time.time())
                listed.update(self._owner(raw, scope) for raw in explored)
                yield explored
        except Incomplete as error:
            incomplete = error
        source = "product_lists" if self._fallen_back else "asset_inventory"
        self._listed = {
            (PROVIDER, account_id, source): count for account_id, count in listed.items()
        }
        if models := await self._models(scope):
            yield models
        async for page in self._gone(() if incomplete is None else incomplete.failures):
            yield page
        if incomplete is not None:
            raise incomplete

    async def catalogue(self, scope: Scope, page: Sequence[Raw]) -> Mapping[str, Any]:
        """What describing this page needs besides: projects by number, shapes of machine types."""
        at = self._with_projects(scope)
        names = machines.in_use(page)
        shapes = await self._machine_types.shapes(project(page[0], at), names) if names else {}
        self._dataset_places.see(page, at)
        return {
            **at.catalogue,
            "machine_types": shapes,
            "node_groups": await node_groups.nodes(self._rest, page),
            "dataset_regions": self._dataset_places.regions(),
        }

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """One call a metric type and project."""
        return await monitoring.read(self._rest, reads, until, self._options.metrics_scope)

    async def changes(self) -> AsyncIterator[Sequence[Change]]:
        """What the feed of assets tells of; nothing, at once, where no subscription is named."""
        subscription = self._options.asset_feed_subscription
        if not subscription:
            return
        await self._opened()
        everything = Scope(PROVIDER, self._account_id)
        change = Change(self._account_id, everything.region, LISTING.api, LISTING.operation)
        timeout_seconds = self._settings.timeout_seconds
        async for told in asset_feed.changes(self._rest, subscription, timeout_seconds):
            ours = [at for at in told if asset_feed.is_below(at.asset, self._account_id, self._ids)]
            for asset_change in ours:
                if asset_change.deleted is not None:
                    self._departures.tell(asset_change.deleted)
            if ours:
                yield (change,)

    async def extras(self, now: float) -> Extras:
        """Counts of types nobody asks for, Google's own emissions figure, and projects' names."""
        if now >= self._counts_until and self._inventory is not None and not self._fallen_back:
            self._counts_until = now + _AGAIN_SECONDS
            self._counts = await self._count(self._inventory)
            self._counts_until = now + _COUNTS_KEPT_SECONDS
        table = self._options.carbon_footprint_table
        if table and now >= self._report_until:
            self._report_until = now + _AGAIN_SECONDS
            self._reported = await footprint.reported(self._rest, table, now)
            self._report_until = now + _REPORT_KEPT_SECONDS
        unsupported = {key: count for key, count in self._counts.items() if key[1] not in _COUNTED}
        names = {(PROVIDER, project_id): name for project_id, name in self._names.items() if name}
        return Extras(
            listed=self._listed,
            unsupported=unsupported,
            reported=self._reported,
            account_names=names,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._rest.close()

    async def _models(self, scope: Scope) -> Sequence[Raw]:
        """Models that are paid for by the token, in the regions that are explored."""
        if "aiplatform/publisher_model" in self._settings.exclude:
            return ()
        projects = list(self._ids.values()) or [scope.account_id]
        models = await self._publisher_models.pages(projects, time.time())
        return [raw for raw in models if self._explores(raw)]

    async def _gone(self, failed: Collection[str]) -> AsyncIterator[Sequence[Raw]]:
        """What is there no more, where machines are of interest and their list came whole."""
        if "compute/instance" in {*failed, *self._settings.exclude}:
            return
        async for page in self._departures.pages(time.time()):
            if gone := [raw for raw in page if self._explores(raw)]:
                yield gone

    def _owner(self, raw: Raw, scope: Scope) -> str:
        try:
            return project(raw, self._with_projects(scope)) if self._ids else scope.account_id
        except (AttributeError, TypeError):
            return scope.account_id  # whatever is wrong with it, `describe` will tell

    def _explores(self, raw: Raw) -> bool:
        if not self._settings.regions:
            return True
        try:
            region = region_of(raw)
        except (AttributeError, KeyError, TypeError):
            return True  # whatever is wrong with it, `describe` will tell
        # What stands in several regions is explored with any of them.
        return region == "global" or any(
            part in self._settings.regions for part in region.split("+")
        )

    async def _opened(self) -> Inventory:
        if self._inventory is None:
            options = self._options
            if options.organization_id:
                parent = self._account_id = _below("organizations", options.organization_id)
            elif options.folder_id:
                parent = self._account_id = _below("folders", options.folder_id)
            else:
                self._account_id = await self._project()
                parent = _below("projects", self._account_id)
            self._inventory = Inventory(self._rest, parent, self._account_id)
        return self._inventory

    async def _project(self) -> str:
        project_id = await self._rest.tokens.project()
        if not project_id:
            hint = "name one: -cloud.gcp.projectid"
            raise CredentialsMissing(
                "these credentials name no project", provider=PROVIDER, hint=hint
            )
        return project_id

    def _with_projects(self, scope: Scope) -> Scope:
        return Scope(
            PROVIDER, scope.account_id, catalogue={"projects": self._ids} if self._ids else {}
        )

    async def _know_projects(self, inventory: Inventory) -> None:
        """A folder's projects by number, and the id of a project that was named by its number."""
        named_by_number = self._account_id.isdigit()
        if not (named_by_number or "/" in self._account_id) or time.monotonic() < self._ids_until:
            return
        known_before = self._ids
        try:
            projects = await inventory.projects()
        except CollectError as error:
            if not (named_by_number and is_closed(error)):
                raise
            projects = {}
        # A sweep that goes on meanwhile may have come upon projects that are newer than the answer.
        learned = {number: self._ids[number] for number in self._ids if number not in known_before}
        self._ids = {**learned, **_ids(projects)}
        self._ids_until = time.monotonic() + _PROJECTS_KEPT_SECONDS
        self._learn(projects)

    def _learn(self, projects: Mapping[str, NamedProject]) -> None:
        """Names of projects, and the ids of those made since they were last asked for."""
        self._names.update(projects.values())
        if self._ids and projects:
            self._ids = {**self._ids, **_ids(projects)}

    async def _sources(self, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        inventory = await self._opened()
        try:
            with self.refusals.asking(scope.account_id, ASSETS):
                async for page in inventory.pages():
                    self._fallen_back = False
                    yield page
            return
        except CollectError as error:
            if not is_closed(error) or "/" in scope.account_id:
                raise
            self._fallen_back = True
        async for page in product_lists.pages(self._rest, scope.account_id):
            yield page

    async def _count(self, inventory: Inventory) -> Mapping[tuple[str, str], int]:
        try:
            return await inventory.counts(self._with_projects(Scope(PROVIDER, self._account_id)))
        except CollectError as error:
            if not is_closed(error):
                raise
            return {}
