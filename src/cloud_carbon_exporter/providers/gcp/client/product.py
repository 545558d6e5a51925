"""Product of Google: its list call, and its objects in the form of Asset Inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.providers.gcp.client.http import Call
from cloud_carbon_exporter.providers.gcp.describing.asset import kind
from cloud_carbon_exporter.providers.spec import Raw


class Parents(NamedTuple):
    """What objects stand below: the path of its list in a project, and the permission for it."""

    path: str
    permission: str

    @property
    def items(self) -> str:
        """Where they stand in a page."""
        return self.path.rpartition("/")[2]

    @property
    def operation(self) -> str:
        """What Google's discovery document calls the list."""
        located = "locations." if "{location}" in self.path else ""
        return f"projects.{located}{self.items}.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One list call.

    items: where the objects stand in a page, below each scope of an aggregated list.
    type, regional: the asset type of its objects, and of those in a region where Asset Inventory
        has another for them.
    located: it lists one location at a time, which the path names. hosts: each of which has a host
        of its own. regions: its API lists no locations; they are the regions of Compute Engine.
    places: locations that the regions leave out.
    parents: what its objects stand below, one by one: the path then begins with a parent's name.
    """

    api: str
    operation: str
    path: str
    items: str
    type: str
    permission: str
    name: Callable[[Raw, str], str]
    regional: str = ""
    aggregated: bool = False
    located: bool = False
    hosts: bool = False
    regions: bool = False
    places: tuple[str, ...] = ()
    parents: Parents | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its objects."""
        return tuple(kind(asset_type) for asset_type in (self.type, self.regional) if asset_type)

    def call(self, project: str, location: str = "", parent: str = "") -> Call:
        """The list call in one project, where it is `located` in one location, or of one parent."""
        return Call(
            api=self.api,
            operation=self.operation,
            path=self.path.format(project=project, location=location, parent=parent),
            account_id=project,
            params=tuple(
                (key, value.format(project=project)) for key, value in self.params.items()
            ),
            permissions=(self.permission,),
            host=f"{location}-{self.api}" if self.hosts and location != "global" else "",
        )

    def locations_call(self, project: str) -> Call:
        """The call that lists the locations of a product that is `located`."""
        if self.regions:
            return Call(
                api="compute",
                operation="regions.list",
                path=f"compute/v1/projects/{project}/regions",
                account_id=project,
                permissions=("compute.regions.list",),
            )
        version = self.path.partition("/")[0]
        return Call(
            api=self.api,
            operation="projects.locations.list",
            path=f"{version}/projects/{project}/locations",
            account_id=project,
            permissions=(f"{self.api}.locations.list",),
        )

    def parents_call(self, project: str, location: str) -> Call | None:
        """The call that lists the parents (in one location); None where it has none."""
        if self.parents is None:
            return None
        version = self.path.partition("/")[0]
        below = self.parents.path.format(location=location)
        return Call(
            api=self.api,
            operation=self.parents.operation,
            path=f"{version}/projects/{project}/{below}",
            account_id=project,
            permissions=(self.parents.permission,),
        )

    def assets(self, answer: Mapping[str, Any], project: str) -> Iterator[Raw]:
        """Objects of one page, as Asset Inventory would show them.

        Raises Malformed where there is no list.
        """
        pages = answer.get("items", {}) if self.aggregated else {"": answer}
        call = self.call(project)
        if not isinstance(pages, dict) or not all(
            isinstance(page, dict) for page in pages.values()
        ):
            raise call.named(Malformed("items is no map of lists"))
        for page in pages.values():
            for raw in call.listed(page, self.items):
                yield self._asset(raw, project)

    def _asset(self, raw: Any, project: str) -> Raw:
        """One object; one that cannot be read has no name, so that `describe` refuses it."""
        try:
            asset_type = self.regional if "region" in raw and self.regional else self.type
            resource = {"data": raw, "location": raw.get("location", raw.get("region", ""))}
            return {"name": self.name(raw, project), "assetType": asset_type, "resource": resource}
        except (AttributeError, KeyError, TypeError, ValueError):
            return {"assetType": self.type, "resource": {}}
