"""Shapes of the machine types in use, from compute.machineTypes, kept a day."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.describing.asset import last
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, shape
from cloud_carbon_exporter.providers.spec import Raw

log = logging.getLogger(__name__)

_KEPT_SECONDS = 86400
_AGAIN_SECONDS = 600
_NAMES_A_CALL = 60
_FIELDS = (
    "items/*/machineTypes(name,guestCpus,memoryMb,architecture,accelerators,bundledLocalSsds)"
    ",nextPageToken"
)
# Custom types carry their size in their name and are in no list.
_LISTED = re.compile(r"(?!.*custom)[a-z0-9-]+$")


def _of_instance(data: Raw) -> Iterator[str]:
    yield last(data.get("machineType", ""))


def _of_reservation(data: Raw) -> Iterator[str]:
    properties = data.get("specificReservation", {}).get("instanceProperties", {})
    yield last(properties.get("machineType", ""))


def _of_endpoint(data: Raw) -> Iterator[str]:
    for deployed in (*data.get("deployedModels", ()), *data.get("deployedIndexes", ())):
        yield from _of_prediction(deployed)


def _of_training(data: Raw) -> Iterator[str]:
    for pool in data["jobSpec"]["workerPoolSpecs"]:
        yield pool.get("machineSpec", {}).get("machineType", "")


def _of_prediction(data: Raw) -> Iterator[str]:
    yield data.get("dedicatedResources", {}).get("machineSpec", {}).get("machineType", "")


def _of_pools(data: Raw) -> Iterator[str]:
    for pool in data["resourcePools"]:
        yield from _of_runtime(pool)


def _of_runtime(data: Raw) -> Iterator[str]:
    yield data.get("machineSpec", {}).get("machineType", "")


_NAMED: Mapping[str, Callable[[Raw], Iterator[str]]] = {
    "compute.googleapis.com/Instance": _of_instance,
    "compute.googleapis.com/Reservation": _of_reservation,
    "aiplatform.googleapis.com/Endpoint": _of_endpoint,
    "aiplatform.googleapis.com/DeploymentResourcePool": _of_prediction,
    "aiplatform.googleapis.com/IndexEndpoint": _of_endpoint,
    "aiplatform.googleapis.com/NotebookRuntime": _of_runtime,
    "aiplatform.googleapis.com/PersistentResource": _of_pools,
    "aiplatform.googleapis.com/CustomJob": _of_training,
    "aiplatform.googleapis.com/BatchPredictionJob": _of_prediction,
}
"""Asset type -> the machine types its objects name."""


def _named(raw: Raw) -> Iterator[str]:
    named = _NAMED.get(raw["assetType"])
    if named is not None:
        yield from named(raw["resource"]["data"])


def in_use(page: Iterable[Raw]) -> set[str]:
    """Names of the machine types that the assets of a page name and a list can explain."""
    names: set[str] = set()
    for raw in page:
        try:
            names.update(_named(raw))
        except (AttributeError, KeyError, TypeError):
            continue  # whatever is wrong with it, `describe` will tell
    return {name for name in names if isinstance(name, str) and _LISTED.match(name)}


class MachineTypes:
    """Catalogue of machine types, filled as they come into use.

    A type has the same shape in every zone and project.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._shapes: dict[str, Shape] = {}
        # When to ask again, by name.
        self._asked: dict[str, float] = {}

    async def shapes(self, project: str, names: set[str]) -> Mapping[str, Shape]:
        """Shapes of these types, as far as known.

        A refused call is logged: the names alone must then do.
        """
        now = time.monotonic()
        due = sorted(name for name in names if self._asked.get(name, 0) <= now)
        for first in range(0, len(due), _NAMES_A_CALL):
            some = due[first : first + _NAMES_A_CALL]
            kept = _KEPT_SECONDS
            try:
                self._shapes.update(await self._listed(project, some))
            except CollectError as error:
                log.warning(
                    "machine types are not readable, sizes follow from their names: %s", error
                )
                kept = _AGAIN_SECONDS
            self._asked.update(dict.fromkeys(some, now + kept))
        return self._shapes

    async def _listed(self, project: str, names: Sequence[str]) -> dict[str, Shape]:
        call = Call(
            api="compute",
            operation="machineTypes.aggregatedList",
            path=f"compute/v1/projects/{project}/aggregated/machineTypes",
            account_id=project,
            params=(
                ("filter", f'name eq "{"|".join(names)}"'),
                ("fields", _FIELDS),
                ("maxResults", "500"),
            ),
            permissions=("compute.machineTypes.list",),
        )
        shapes: dict[str, Shape] = {}
        async for page in self._rest.pages(call):
            for zone in page.get("items", {}).values():
                for machine_type in zone.get("machineTypes", ()):
                    if machine_type.get("name") not in shapes:
                        shapes[machine_type["name"]] = shape(machine_type)
        return shapes
