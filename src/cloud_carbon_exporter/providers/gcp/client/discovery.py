"""Asset Inventory of a project, folder or organisation: one listing feeds all services."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.providers.gcp.client.asset_types import PROJECT, TYPES
from cloud_carbon_exporter.providers.gcp.client.errors import Refused
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.optional import ASSETS
from cloud_carbon_exporter.providers.gcp.describing.asset import kind_of, project
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope

log = logging.getLogger(__name__)

PERMISSIONS = (ASSETS,)
PAGE_SIZE = "1000"


class NamedProject(NamedTuple):
    """Id of a project, and the name people gave it."""

    id: str
    name: str


async def _catalogue(client: Any, scope: Scope, page: Sequence[Raw]) -> Mapping[str, Any]:
    catalogue: Mapping[str, Any] = await client.catalogue(scope, page)
    return catalogue


LISTING = Listing(
    api="cloudasset",
    operation="assets.list",
    scope="project",
    kind_of=kind_of,
    told_by="assetType",
    path="v1/{parent}/assets",
    items="assets",
    params={"contentType": "RESOURCE", "assetTypes": TYPES, "pageSize": PAGE_SIZE},
    permissions=PERMISSIONS,
    lookup=_catalogue,
)


class Inventory:
    """Asset Inventory below one parent. Remembers which types it refuses."""

    def __init__(self, rest: Rest, parent: str, account_id: str) -> None:
        self._rest = rest
        self._parent = parent
        self._account_id = account_id
        self._types: tuple[str, ...] = TYPES

    async def pages(self) -> AsyncIterator[Sequence[Raw]]:
        """Assets of our types, a page at a time.

        Raises NotThere or PermissionMissing when Asset Inventory is not for us, other CollectErrors
        when it failed.
        """
        begun = False
        while True:
            try:
                call = self._call(self._types)
                async for page in self._rest.pages(call):
                    begun = True
                    if "assets" not in page and "readTime" not in page:
                        raise call.named(Malformed("not an answer of Asset Inventory"))
                    yield call.listed(page, "assets")
                return
            except Refused as error:
                # One unknown type refuses the whole call, before any page. Each turn there are
                # fewer.
                if begun:
                    raise
                self._types = await self._without_refused(error)

    async def projects(self) -> Mapping[str, NamedProject]:
        """Projects below the parent, by number."""
        projects: dict[str, NamedProject] = {}
        async for page in self._rest.pages(self._call((PROJECT,))):
            projects.update(named_projects(page.get("assets", ())))
        return projects

    async def counts(self, scope: Scope) -> Counter[tuple[str, str]]:
        """Counts of the assets of every type, by (project, kind). Names only: a page for 1,000."""
        counts: Counter[tuple[str, str]] = Counter()
        call = Call(
            api="cloudasset",
            operation="assets.list",
            path=f"v1/{self._parent}/assets",
            account_id=self._account_id,
            params=(("pageSize", PAGE_SIZE),),
            permissions=PERMISSIONS,
        )
        async for page in self._rest.pages(call):
            for raw in page.get("assets", ()):
                counts[project(raw, scope), kind_of(raw)] += 1
        return counts

    def _call(self, types: Iterable[str], page_size: str = PAGE_SIZE) -> Call:
        asked = [("assetTypes", asset_type) for asset_type in types]
        return Call(
            api="cloudasset",
            operation="assets.list",
            path=f"v1/{self._parent}/assets",
            account_id=self._account_id,
            params=(("contentType", "RESOURCE"), ("pageSize", page_size), *asked),
            permissions=PERMISSIONS,
        )

    async def _without_refused(self, error: Refused) -> tuple[str, ...]:
        named = {asset_type for asset_type in self._types if asset_type in error.details}
        if not named:
            named = await self._probed()
        if not named:
            raise error
        log.warning(
            "Asset Inventory does not know %s: not asked for any more", ", ".join(sorted(named))
        )
        return tuple(asset_type for asset_type in self._types if asset_type not in named)

    async def _probed(self) -> set[str]:
        refused: set[str] = set()
        for asset_type in self._types:
            try:
                await self._rest.fetch(self._call((asset_type,), "1"))
            except Refused:
                refused.add(asset_type)
        return refused if len(refused) < len(self._types) else set()


def named_projects(assets: Iterable[Raw]) -> Mapping[str, NamedProject]:
    """Projects among these assets, by number. Unreadable ones are left out."""
    projects: dict[str, NamedProject] = {}
    for raw in assets:
        if not isinstance(raw, Mapping) or raw.get("assetType") != PROJECT:
            continue
        resource = raw.get("resource")
        data = resource.get("data") if isinstance(resource, Mapping) else None
        if isinstance(data, Mapping) and data.get("projectId"):
            # v1 tells the number, v3 only in its name.
            name = str(data.get("name", ""))
            number = str(data.get("projectNumber") or name.removeprefix("projects/"))
            project_id, shown = str(data["projectId"]), str(data.get("displayName") or name)
            projects[number] = NamedProject(project_id, shown)
    return projects


def is_closed(error: CollectError) -> bool:
    """Whether Asset Inventory is shut to us for good: the products' own lists must serve."""
    return error.reason in ("not_there", "permission_missing")
