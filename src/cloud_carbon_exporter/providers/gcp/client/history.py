"""History of assets: how what was deleted was last, and when it was deleted.

Asset Inventory keeps each version of an asset for 35 days, and the moment of its deletion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.providers.gcp.client.errors import Refused
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.optional import HISTORY
from cloud_carbon_exporter.providers.gcp.client.time_series_request import timestamp
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.spec import Raw

"""What reading a history takes (https://docs.cloud.google.com/asset-inventory/docs/access-control).
"""

NAMES_A_CALL = 100
"""Most names one call takes ("the max size of the asset name list is 100 in one request")."""


def project_of(name: str) -> str:
    """Project in the full resource name of an asset."""
    return name.partition("/projects/")[2].partition("/")[0]


async def deleted(rest: Rest, names: Iterable[str], since: float) -> AsyncIterator[list[Raw]]:
    """Those of these assets that were deleted since then, as they were last, some at a time.

    Each bears `deletedAt`. Raises CollectError. One that has no history is not in it.
    """
    by_project: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_project[project_of(name)].append(name)
    for project, of_project in by_project.items():
        for first in range(0, len(of_project), NAMES_A_CALL):
            asked = of_project[first : first + NAMES_A_CALL]
            with rest.refusals.asking(project, HISTORY):
                assets = await _asked(rest, project, asked, since)
            yield assets


async def _asked(rest: Rest, project: str, names: Sequence[str], since: float) -> list[Raw]:
    """Deleted ones of these. A single name without a history refuses the whole call."""
    call = Call(
        api="cloudasset",
        operation="batchGetAssetsHistory",
        path=f"v1/projects/{project}:batchGetAssetsHistory",
        account_id=project,
        params=(
            ("contentType", "RESOURCE"),
            ("readTimeWindow.startTime", timestamp(since)),
            *(("assetNames", name) for name in names),
        ),
        permissions=(HISTORY,),
    )
    try:
        answer = await rest.fetch(call)
    except Refused:
        if len(names) == 1:
            return []
        half = len(names) // 2
        first = await _asked(rest, project, names[:half], since)
        return first + await _asked(rest, project, names[half:], since)
    return _deletions(call.listed(answer, "assets"))


def _deletions(versions: Sequence[Any]) -> list[Raw]:
    """The last version of each asset whose newest entry is a deletion."""
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for version in versions:
        if isinstance(version, Mapping) and isinstance(version.get("asset"), Mapping):
            by_name[str(version["asset"].get("name", ""))].append(version)
    found: list[Raw] = []
    for of_name in by_name.values():
        of_name.sort(key=lambda version: moment(begins(version)) or 0.0)
        *before, newest = of_name
        there = [version["asset"] for version in before if not version.get("deleted")]
        if newest.get("deleted") and there and "resource" in there[-1]:
            found.append({**there[-1], "deletedAt": begins(newest)})
    return found


def begins(version: Mapping[str, Any]) -> str:
    """When a version came to be."""
    window = version.get("window")
    return str(window.get("startTime", "")) if isinstance(window, Mapping) else ""
