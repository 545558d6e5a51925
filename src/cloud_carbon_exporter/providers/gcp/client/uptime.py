"""Uptime of machines as Cloud Monitoring tells it, of those too that were deleted meanwhile.

Compute Engine writes `instance/uptime` every minute for each machine that runs: the seconds it ran
since the last sample. Series outlive their machine, so what came and went between two listings
still stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import NotThere
from cloud_carbon_exporter.providers.gcp.client.errors import Refused
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.time_series_request import (
    time_series_call,
    timestamp,
)

METRIC = "compute.googleapis.com/instance/uptime"

PERIOD_SECONDS = 300.0
"""Length of the periods uptime is read in, the same as those of an instance's load."""

_PAGE_POINTS = "100000"
_MACHINE_TYPE = "metadata.system_labels.machine_type"
_LABELS = (
    "resource.label.project_id",
    "resource.label.zone",
    "resource.label.instance_id",
    "metric.label.instance_name",
)

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)


class Ran(NamedTuple):
    """A machine that ran, and when; both ends are as exact as a sample, which is a minute's.

    machine_type: empty where Monitoring does not tell it.
    """

    project: str
    zone: str
    number: str
    name: str
    machine_type: str
    started: float
    ended: float

    @property
    def asset_name(self) -> str:
        """Full resource name, as Asset Inventory has it."""
        place = f"projects/{self.project}/zones/{self.zone}"
        return f"//compute.googleapis.com/{place}/instances/{self.name}"


async def machines_that_ran(rest: Rest, project: str, start: float, end: float) -> list[Ran]:
    """All machines of a project (or of a scoping project's) that ran within this time.

    Raises CollectError. Where the type of a machine cannot be asked for, the others' labels are.
    """
    try:
        return await _read(rest, _call(project, start, end, (*_LABELS, _MACHINE_TYPE)))
    except Refused:
        return await _read(rest, _call(project, start, end, _LABELS))
    except NotThere as error:
        if error.hint:
            raise
        return []  # no machine ever wrote it here


async def _read(rest: Rest, call: Call) -> list[Ran]:
    # A series may be split over pages: its points are put together before they are read.
    by_number: dict[tuple[str, str], tuple[Any, list[Any]]] = {}
    async for page in rest.pages(call):
        for series in call.listed(page, "timeSeries"):
            try:
                labels = series["resource"]["labels"]
                key = (str(labels["project_id"]), str(labels["instance_id"]))
                _, points = by_number.setdefault(key, (series, []))
                points += series["points"]
            except UNREADABLE:
                continue
    return list(_machines(by_number.values()))


def _machines(found: Any) -> Iterator[Ran]:
    for series, points in found:
        try:
            ran = _ran(series, points)
        except UNREADABLE:
            continue
        if ran is not None:
            yield ran


def _ran(series: Any, points: list[Any]) -> Ran | None:
    """Machine of a series: it ran at the end of its first period, and at the start of its last."""
    seconds_by_end: dict[float, float] = {}
    for point in points:
        value = point["value"]
        seconds = float(value.get("doubleValue", value.get("int64Value", 0)))
        end = datetime.fromisoformat(point["interval"]["endTime"]).timestamp()
        if 0 < seconds < float("inf"):
            seconds_by_end[end] = min(seconds, PERIOD_SECONDS)
    if not seconds_by_end:
        return None
    first, last = min(seconds_by_end), max(seconds_by_end)
    started = first - seconds_by_end[first]
    ended = first if first == last else last - PERIOD_SECONDS + seconds_by_end[last]
    labels, metadata = series["resource"]["labels"], series.get("metadata") or {}
    return Ran(
        project=str(labels["project_id"]),
        zone=str(labels["zone"]),
        number=str(labels["instance_id"]),
        name=str(series["metric"]["labels"]["instance_name"]),
        machine_type=str(metadata.get("systemLabels", {}).get("machine_type", "")),
        started=started,
        ended=ended,
    )


def rfc3339(seconds: float) -> str:
    """A moment as Google writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _call(project: str, start: float, end: float, labels: tuple[str, ...]) -> Call:
    grouped = tuple(("aggregation.groupByFields", label) for label in labels)
    return time_series_call(
        project,
        (
            ("filter", f'metric.type = "{METRIC}" AND resource.type = "gce_instance"'),
            ("interval.startTime", timestamp(start)),
            ("interval.endTime", timestamp(end)),
            ("aggregation.alignmentPeriod", f"{PERIOD_SECONDS:.0f}s"),
            ("aggregation.perSeriesAligner", "ALIGN_SUM"),
            ("aggregation.crossSeriesReducer", "REDUCE_SUM"),
            *grouped,
            ("view", "FULL"),
            ("pageSize", _PAGE_POINTS),
        ),
    )
