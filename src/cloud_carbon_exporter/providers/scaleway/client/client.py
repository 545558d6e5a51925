"""All I/O towards one Scaleway organisation."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.errors import CredentialsRefused, NotThere
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.providers.options import ScalewayOptions
from cloud_carbon_exporter.providers.scaleway.client import rest, s3
from cloud_carbon_exporter.providers.scaleway.client.account import (
    Project,
    list_projects,
    organization_of,
)
from cloud_carbon_exporter.providers.scaleway.client.cockpit import Cockpit
from cloud_carbon_exporter.providers.scaleway.client.credentials import (
    Credentials,
    find_credentials,
)
from cloud_carbon_exporter.providers.scaleway.client.footprint import reported
from cloud_carbon_exporter.providers.scaleway.client.http import Call, Http, Params
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory
from cloud_carbon_exporter.providers.scaleway.client.search import count_resources
from cloud_carbon_exporter.providers.spec import (
    Extras,
    Listing,
    Meter,
    Raw,
    Read,
    Reading,
    Scope,
    TargetSettings,
)

ABSENT_SECONDS = 6 * 3600.0
PROJECTS_SECONDS = 600.0


class ScalewayClient:
    """Lists, monitoring and official figures of one organisation over one session; see spec.Client.

    `organization_id` is empty until `connect` has succeeded.
    """

    def __init__(
        self,
        settings: TargetSettings,
        meter: Meter,
        *,
        environ: Mapping[str, str] | None = None,
        pause_seconds: float = 0.3,
    ) -> None:
        self.settings = settings
        self.memory = Memory()
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.organization_id = ""
        self.http = Http(
            meter,
            timeout_seconds=settings.timeout_seconds,
            pause_seconds=pause_seconds,
            account=lambda: self.organization_id,
        )
        self.cockpit = Cockpit(self, settings)
        self._credentials: Credentials | None = None
        self._refused = False
        self._inhabited: set[tuple[str, str, str, str]] = (
            set()
        )  # where a list call has brought something

    @property
    def credentials(self) -> Credentials:
        """The API key in use; found on first need. Raises CredentialsMissing."""
        if self._credentials is None:
            self._credentials = find_credentials(
                self.environ, self.settings.options_of(ScalewayOptions).organization_id
            )
        return self._credentials

    async def connect(self) -> Sequence[str]:
        """The organisation the key opens; asked again after a refusal."""
        if not self.organization_id or self._refused:
            self._credentials = None
            self.organization_id = await organization_of(self)
            self._refused = False
        return (self.organization_id,)

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """Every zone or region of the facts, but where the product was found absent in the last
        hours.
        """
        zones = [zone for zone in facts.zones("scaleway") if self._wanted(zone)]
        if listing.scope == "zone":
            found = [
                Scope("scaleway", self.organization_id, zone.rsplit("-", 1)[0], zone)
                for zone in zones
            ]
        elif listing.scope == "region":
            regions = dict.fromkeys(zone.rsplit("-", 1)[0] for zone in zones)
            found = [Scope("scaleway", self.organization_id, region) for region in regions]
        else:
            found = [Scope("scaleway", self.organization_id)]
        return found

    def _wanted(self, zone: str) -> bool:
        allowed = self.settings.regions
        return not allowed or zone in allowed or zone.rsplit("-", 1)[0] in allowed

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """The pages of a list call, or the buckets of all projects. A product absent here is
        remembered for hours.

        Where it has listed something it is not absent: raises NotThere, as of any fault.
        """
        place = (listing.api, listing.path, scope.region, scope.zone)
        absent = ("absent", *place)
        if self.memory.holds(absent):
            return
        try:
            if listing.api == "s3":
                async for page in s3.buckets(self, scope):
                    self._inhabited.add(place)
                    yield page
                return
            async for page in self.list(
                listing.operation,
                listing.path,
                listing.items,
                scope=scope,
                permission=" ".join(listing.permissions),
                params={**self._owner(listing), **listing.params},
                size_name="per_page" if listing.api == "instance" else "page_size",
            ):
                self._inhabited.add(place)
                yield page
        except NotThere:
            if place in self._inhabited:
                raise
            self.memory.remember(absent, ABSENT_SECONDS)
        except CredentialsRefused:
            self._refused = True
            raise

    def _owner(self, listing: Listing) -> Params:
        if listing.api == "dedibox":  # the one list that knows no organisation
            return {}
        return {
            "organization" if listing.api == "instance" else "organization_id": self.organization_id
        }

    async def list(
        self,
        operation: str,
        path: str,
        items: str,
        *,
        scope: Scope | None = None,
        permission: str = "",
        params: Params | None = None,
        size_name: str = "page_size",
        size: int = rest.PAGE_SIZE,
    ) -> AsyncIterator[Sequence[Any]]:
        """The pages of any list call of the API."""
        call = self._call(operation, path, scope, permission, params)
        async for page in rest.pages(self.http, call, items, size_name=size_name, size=size):
            yield page

    async def ask(
        self,
        operation: str,
        path: str,
        *,
        scope: Scope | None = None,
        permission: str = "",
        params: Params | None = None,
    ) -> tuple[Mapping[str, Any], int]:
        """One answer of the API as a JSON object, and how many objects it counts in all (0: it does
        not say).
        """
        call = self._call(operation, path, scope, permission, params)
        answer = await self.http.send(call)
        document = answer.document
        counted = answer.headers.get("X-Total-Count", "")
        return document if isinstance(document, dict) else {}, int(
            counted
        ) if counted.isdigit() else 0

    def _call(
        self, operation: str, path: str, scope: Scope | None, permission: str, params: Params | None
    ) -> Call:
        place = (scope.zone or scope.region) if scope else ""
        filled = path.format(zone=scope.zone, region=scope.region) if scope else path
        return Call(
            url=f"{self.credentials.api_url}/{filled}",
            api=path.split("/", 1)[0],
            operation=operation,
            params=params,
            headers={"X-Auth-Token": self.credentials.secret_key},
            place=place,
            permission=permission,
        )

    async def projects(self) -> Sequence[Project]:
        """All projects of the organisation the key may see."""
        return await self.memory.get("projects", PROJECTS_SECONDS, lambda: list_projects(self))

    async def project_names(self) -> Mapping[str, str]:
        """Project names by id."""
        return {project.id: project.name for project in await self.projects()}

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """Read from Cockpit: one query a metric, project and region, whatever the number of
        resources.
        """
        return await self.cockpit.series(reads, until)

    async def extras(self, now: float) -> Extras:
        """Scaleway's own footprint of the last closed month, and what its search lists beyond our
        kinds.
        """
        found = await count_resources(self)
        return replace(found, reported=await reported(self, now))

    async def close(self) -> None:
        """Delete the Cockpit tokens it made, within a second, and close the session."""
        await self.cockpit.close()
        await self.http.close()
