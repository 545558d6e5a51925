"""How one asset of Cloud Asset Inventory reads: whose it is, where it stands, how people call it.

Every object of Google Cloud reaches `describe` in this one form, also those of a product's own list
call (_products.py dresses them): `{"name", "assetType", "ancestors", "resource": {"location",
"data"}}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.providers.spec import Raw, Scope

PROVIDER = "gcp"
BYTES_PER_GIB = 1024**3

_HOST = ".googleapis.com"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_INSTANCE_CONFIG = re.compile(r"/instanceConfigs/(?:regional-|dual-region-)?(.+)$")
_KIND_OF_API = {"sqladmin": "sql"}


@cache
def kind(asset_type: str) -> str:
    """`compute.googleapis.com/RegionDisk` -> `compute/region_disk`; Cloud SQL's API is called
    sqladmin.
    """
    api, _, name = asset_type.partition("/")
    api = api.removesuffix(_HOST)
    return f"{_KIND_OF_API.get(api, api)}/{_CAPITAL.sub('_', name).lower()}"


def kind_of(raw: Raw) -> str:
    """The kind under which an asset enters the ledger."""
    return kind(raw["assetType"])


def of_type(asset_type: str) -> Callable[[Raw], bool]:
    """A ServiceSpec's `accepts`: the assets of this one type."""
    return lambda raw: bool(raw["assetType"] == asset_type)


def last(url: str) -> str:
    """The name at the end of a reference: `.../zones/z/machineTypes/e2-small` -> `e2-small`."""
    return url[url.rfind("/") + 1 :]


@cache
def place(where: str) -> tuple[str, str]:
    """(region, zone) of a location of Google's: `europe-west1-b`, `europe-west1`, `EU`, `global`."""
    where = last(where).lower() or "global"
    if len(where) > 2 and where[-2] == "-" and where[-1].isalpha():
        return where[:-2], where
    return where, ""


def _texts(held: Any) -> Mapping[str, str]:
    if not isinstance(held, Mapping):
        return {}
    return {key: value for key, value in held.items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset, parsed once. id: full resource name without `//`. ids: its path, `{"projects": "p",
    "zones": "z"}`.
    """

    id: str
    kind: str
    location: Location
    data: Mapping[str, Any]
    ids: Mapping[str, str]

    @property
    def name(self) -> str:
        """The last part of the full resource name."""
        return last(self.id)

    def resource(
        self,
        components: Sequence[Component],
        *,
        name: str = "",
        monitor: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        info: Mapping[str, str] | None = None,
    ) -> Resource:
        """The Resource of this asset; its tags are its labels unless the API calls them otherwise."""
        return Resource(
            id=self.id,
            kind=self.kind,
            name=str(name or self.name),
            location=self.location,
            components=tuple(components),
            tags=_texts(self.data.get("labels") if tags is None else tags),
            monitor=monitor or {},
            info=_texts(info),
        )


def _ids(name: str) -> dict[str, str]:
    """The path of a full resource name: `host/projects/p/zones/z` -> `{"projects": "p", "zones":
    "z"}`.
    """
    parts = name.removeprefix("//").split("/")
    return dict(zip(parts[1::2], parts[2::2], strict=False))


def project(raw: Raw, scope: Scope) -> str:
    """Id of the project an asset belongs to; in a folder or organisation its number is looked up in
    the catalogue.
    """
    known: Mapping[str, str] = scope.catalogue.get("projects", {})
    if not known:
        return scope.account_id
    named = _ids(raw.get("name", "")).get("projects", "")
    if not named:
        named = next(
            (last(a) for a in raw.get("ancestors", ()) if a.startswith("projects/")),
            scope.account_id,
        )
    return known.get(named, named)


def region_of(raw: Raw) -> str:
    """Region in which an asset stands; "global" where it says none."""
    return place(_where(raw, _ids(raw["name"])))[0]


def _where(raw: Raw, ids: Mapping[str, str]) -> str:
    """The location in an asset's name, else where its bytes are kept, else what Asset Inventory
    says.
    """
    if found := ids.get("zones") or ids.get("locations") or ids.get("regions"):
        return found
    resource = raw["resource"]
    data = resource["data"]
    if stored := data.get("storageLocations"):  # snapshots and images are global by name
        return str(stored[0])
    config = data.get("config")  # so are Spanner's instances
    if isinstance(config, str) and (matched := _INSTANCE_CONFIG.search(config)):
        return matched[1]
    return str(data.get("location") or data.get("locationId") or resource.get("location") or "")


def parse(raw: Raw, scope: Scope) -> Asset:
    """Read an asset. Raises KeyError when it has no name or no data."""
    name = raw["name"].removeprefix("//")
    ids = _ids(name)
    region, zone = place(_where(raw, ids))
    location = Location(PROVIDER, project(raw, scope), region, zone)
    return Asset(name, kind(raw["assetType"]), location, raw["resource"]["data"], ids)


def gib(bytes_held: Any) -> float:
    """GiB of a count of bytes, which Google writes as text; nothing reads as 0."""
    return float(bytes_held or 0) / BYTES_PER_GIB
