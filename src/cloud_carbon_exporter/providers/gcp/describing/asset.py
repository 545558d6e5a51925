"""Assets of Cloud Asset Inventory: whose one is, where it stands, how people call it.

Every object of Google Cloud reaches `describe` in this one form, also those of a product's own list
call (client/product.py dresses them): `{"name", "assetType", "ancestors", "resource": {"location",
"data"}}`, and `"deletedAt"` where it is there no more (client/departures.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component, Location
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.describing import replicas
from cloud_carbon_exporter.providers.gcp.describing.times import created, moment
from cloud_carbon_exporter.providers.located import located
from cloud_carbon_exporter.providers.spec import Raw, Scope

PROVIDER = "gcp"
BYTES_PER_GIB = 1024**3

DELETED = "DELETED"
"""State of what was deleted: no API's word, as none lists it then."""

_HOST = ".googleapis.com"  # ends each API in the names of asset types
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_INSTANCE_CONFIG = re.compile(r"/instanceConfigs/(.+)$")
# Google's zones are their region's name, a hyphen and one letter, as europe-west1-b; those for
# accelerators, which lie elsewhere, have a number before it, as us-central1-ai1a
# (https://docs.cloud.google.com/compute/docs/regions-zones/ai-zones).
_ZONE = re.compile(r"(.+)-(?:[a-z]|ai\d+[a-z]?)")
_PLACES_IN_DATA = ("location", "locationId", "region", "zone", "gceZone")
_KIND_OF_API = {"sqladmin": "sql"}
"""APIs that call themselves otherwise than people call their service."""


@cache
def kind(asset_type: str) -> str:
    """Kind of an asset type: `compute.googleapis.com/RegionDisk` -> `compute/region_disk`."""
    api, _, name = asset_type.partition("/")
    api = api.removesuffix(_HOST)
    return f"{_KIND_OF_API.get(api, api)}/{_CAPITAL.sub('_', name).lower()}"


def kind_of(raw: Raw) -> str:
    """Kind under which an asset enters the ledger."""
    return kind(raw["assetType"])


def of_type(asset_type: str) -> Callable[[Raw], bool]:
    """A ServiceSpec's `accepts`: the assets of this one type."""
    return lambda raw: bool(raw["assetType"] == asset_type)


def last(url: str) -> str:
    """Name at the end of a reference: `.../zones/z/machineTypes/e2-small` -> `e2-small`."""
    return url[url.rfind("/") + 1 :]


@cache
def region_and_zone(where: str) -> tuple[str, str]:
    """Region and zone of a location: `europe-west1-b`, `europe-west1`, `EU` or `global`."""
    where = last(where).lower() or "global"
    zone = _ZONE.fullmatch(where)
    return (zone[1], where) if zone else (where, "")


def _texts(values: Any) -> dict[str, str]:
    """The entries that are text, as labels must be; nothing of what is no mapping."""
    if not isinstance(values, Mapping):
        return {}
    return {key: value for key, value in values.items() if isinstance(value, str)}


def _filled(info: Mapping[str, Any]) -> dict[str, str]:
    return {key: text for key, text in info.items() if text and isinstance(text, str)}


class Life(NamedTuple):
    """Life of an asset, as in Description: when its run began, and when the last one ended."""

    started: float | None = None
    ended: float | None = None

    def end_before(self, deleted: float) -> float:
        """When the last run ended of what was deleted then: at its deletion, or before."""
        ran_last = self.started is None or (self.ended or 0.0) >= self.started
        return min(self.ended, deleted) if self.ended is not None and ran_last else deleted


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset, parsed once.

    id: full resource name without `//`. ids: its path, `{"projects": "p", "zones": "z"}`. data: the
    object as its own API shows it. deleted: when it was; None for what is there.
    """

    id: str
    location: Location
    data: Mapping[str, Any]
    ids: Mapping[str, str]
    deleted: float | None = None

    @property
    def name(self) -> str:
        """The last part of the full resource name."""
        return last(self.id)

    def described(
        self,
        *,
        running: Sequence[Component] = (),
        kept: Sequence[Component] = (),
        state: Any = "",
        name: str = "",
        monitor: Mapping[str, str] | None = None,
        tags: Any = None,
        info: Mapping[str, str] | None = None,
        life: Life | None = None,
    ) -> Description:
        """Description of this asset; arguments as in Description.

        name: where people call it otherwise than its id ends. tags: where the API does not call
        them labels. Empty values of info are left out. state: a number where an enumeration was
        not spelled, as clients of gRPC write it: such a one is unknown. life: where it is another
        than from when it was made until it was deleted.
        """
        lived = life or Life(created(self.data))
        return Description(
            id=self.id,
            name=str(name or self.name),
            location=self.location,
            state=str(state or "") if self.deleted is None else DELETED,
            started=lived.started,
            ended=lived.ended if self.deleted is None else lived.end_before(self.deleted),
            running=tuple(running),
            kept=tuple(kept),
            tags=_texts(self.data.get("labels") if tags is None else tags),
            monitor=monitor or {},
            info=_filled(info) if info else {},
        )


def _path(name: str) -> dict[str, str]:
    """Path of a name: `host/projects/p/zones/z` -> `{"projects": "p", "zones": "z"}`."""
    # After the host, collections and ids take turns; names of buckets and the like end alone.
    parts = name.removeprefix("//").split("/")
    return dict(zip(parts[1::2], parts[2::2], strict=False))


def project(raw: Raw, scope: Scope) -> str:
    """Id of the project an asset belongs to.

    In a folder or organisation its number is looked up in the catalogue; one not there stands for
    itself.
    """
    ids_by_number: Mapping[str, str] = scope.catalogue.get("projects", {})
    if not ids_by_number:
        return scope.account_id
    # Some names hold the id and some the number; a bucket's holds neither, its ancestors do.
    named = _path(raw.get("name", "")).get("projects") or _project_above(raw) or scope.account_id
    return ids_by_number.get(named, named)


def _project_above(raw: Raw) -> str:
    for ancestor in raw.get("ancestors", ()):
        if ancestor.startswith("projects/"):
            return last(ancestor)
    return ""


def region_of(raw: Raw) -> str:
    """Region in which an asset stands; "global" where it says none."""
    region, _ = region_and_zone(_where(raw, _path(raw["name"])))
    return region


def _where(raw: Raw, ids: Mapping[str, str]) -> str:
    """Location in an asset's name, else of its bytes, else as Asset Inventory says."""
    named = ids.get("zones") or ids.get("locations") or ids.get("regions")
    if named and named != "global":
        return named
    resource = raw["resource"]
    data = resource["data"]
    # Snapshots and images are global by name, and stored somewhere all the same.
    if stored := data.get("storageLocations"):
        return str(stored[0])
    # Spanner's instances are global by name too: their configuration says where they are.
    config = data.get("config")
    if isinstance(config, str) and (matched := _INSTANCE_CONFIG.search(config)):
        return replicas.place(matched[1], data)
    said = [data.get(key) for key in _PLACES_IN_DATA]
    # What Asset Inventory says goes before the names that other APIs have for it.
    for where in (*said[:2], resource.get("location"), *said[2:]):
        # The port of an Interconnect stands in a building of another's, which is in no region.
        is_place = isinstance(where, str) and "/interconnectLocations/" not in where
        if is_place and last(str(where)).lower() not in ("", "global"):
            return str(where)
    return ""


def parse(raw: Raw, scope: Scope) -> Asset:
    """Asset in a raw object. Raises KeyError when it has no name or no data."""
    name = raw["name"].removeprefix("//")
    ids = _path(name)
    region, zone = region_and_zone(_where(raw, ids))
    location = located(PROVIDER, project(raw, scope), region, zone)
    # The data is left as the product's API writes it: `describe` of each kind knows that.
    data = raw["resource"]["data"]
    return Asset(name, location, data, ids, moment(raw.get("deletedAt")))


def gib(bytes_held: Any) -> float:
    """GiB of a count of bytes, which Google writes as text; nothing reads as 0."""
    return float(bytes_held or 0) / BYTES_PER_GIB
