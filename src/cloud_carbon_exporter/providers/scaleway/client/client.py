"""Client of one Scaleway organisation: all I/O towards it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.errors import CollectError, CredentialsRefused, NotThere
from cloud_carbon_exporter.providers.scaleway.client import places, s3
from cloud_carbon_exporter.providers.scaleway.client.account import organization_of
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.cockpit import Cockpit
from cloud_carbon_exporter.providers.scaleway.client.footprint import reported
from cloud_carbon_exporter.providers.scaleway.client.http import PATIENCE, Params
from cloud_carbon_exporter.providers.scaleway.client.search import count_resources
from cloud_carbon_exporter.providers.scaleway.client.server_lives import ServerLives
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope

# Products come to a zone a few times a year; one it does not have answers 404, 501 or 400.
ABSENT_SECONDS = 6 * 3600.0


class ScalewayClient(Api):
    """Lists, monitoring and official figures of one organisation over one session; see spec.Client.

    search_types: what Scaleway's search calls the kinds we list.
    """

    def __init__(
        self,
        settings: TargetSettings,
        meter: Meter,
        *,
        search_types: frozenset[str],
        environ: Mapping[str, str] | None = None,
        pause_seconds: float = PATIENCE.first_pause_seconds,
    ) -> None:
        super().__init__(settings, meter, environ=environ, pause_seconds=pause_seconds)
        self.cockpit = Cockpit(self)
        self.label_values = self.cockpit.label_values
        self._server_lives = ServerLives(self)
        self._search_types = search_types
        self._refused = False
        # Where a list call has brought something.
        self._inhabited: set[tuple[str, ...]] = set()

    async def connect(self) -> Sequence[str]:
        """Organisation the key opens; asked again after a refusal."""
        if not self.organization_id or self._refused:
            self.forget_credentials()
            # What a slow sweep is refused meanwhile is not forgotten.
            self._refused = False
            try:
                self.organization_id = await organization_of(self)
            except CollectError:
                self._refused = True
                raise
        return (self.organization_id,)

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """Every zone or region of the facts that the settings let through."""
        account_id = self.organization_id
        if listing.scope == "zone":
            zones = places.zones(self.settings)
            return [Scope("scaleway", account_id, places.region_of(zone), zone) for zone in zones]
        if listing.scope == "region":
            regions = places.regions(self.settings)
            return [Scope("scaleway", account_id, region) for region in regions]
        return [Scope("scaleway", account_id)]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """Pages of a list call, or the buckets of all projects.

        A product absent here is remembered for hours, and is no page; where it has listed something
        it is not absent: raises NotThere, as of any fault.
        """
        place = (listing.api, listing.path, scope.region, scope.zone)
        absent = ("absent", *place)
        if self.memory.holds(absent):
            return
        pages = s3.buckets(self, scope) if listing.api == "s3" else self._listed(listing, scope)
        if (listing.api, listing.operation) == ("instance", "ListServers"):
            pages = self._server_lives.dated(pages, scope)
        try:
            async for page in pages:
                self._inhabited.add(place)
                yield page
        except NotThere:
            if place in self._inhabited:
                raise
            self.memory.remember(absent, ABSENT_SECONDS)
        except CredentialsRefused:
            self._refused = True
            raise

    def _listed(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Any]]:
        return self.list(
            listing.operation,
            listing.path,
            listing.items,
            scope=scope,
            permission=" ".join(listing.permissions),
            params={**self._owner(listing), **listing.params},
            size_name="per_page" if listing.api == "instance" else "page_size",
        )

    def _owner(self, listing: Listing) -> Params:
        """Parameter that names the organisation, as the product at hand calls it."""
        # The one list that knows no organisation.
        if listing.api == "dedibox":
            return {}
        name = "organization" if listing.api == "instance" else "organization_id"
        return {name: self.organization_id}

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """Reads from Cockpit: one query a metric, project and region, however many resources."""
        return await self.cockpit.series(reads, until)

    async def extras(self, now: float) -> Extras:
        """Footprint Scaleway reports of the last month, and what its search has beyond us."""
        counted = await count_resources(self, self._search_types)
        return replace(counted, reported=await reported(self, now))

    def owed(self) -> Sequence[str]:
        """Cockpit tokens it made."""
        return self.cockpit.made.owed()

    async def close(self) -> None:
        """Delete the Cockpit tokens it made, however long that takes, and close the session."""
        try:
            await self.cockpit.close()
        finally:
            await self.http.close()
