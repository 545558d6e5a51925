"""The original's metric names and labels, for dashboards that still query them
(-metrics.upstream-names).

Units are the original's: watts, kilograms a day, milliseconds. `cloud_resource_id` is ours, so that
no two resources share a label set (names repeat across zones and projects).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloud_carbon_exporter.exposition.labels import pairs, tag_pairs
from cloud_carbon_exporter.exposition.others import Sample, Samples
from cloud_carbon_exporter.model.types import Resource, Row, Snapshot

_EXPLORERS = {"scaleway": "scw"}
_KINDS = {
    "compute/instance": "compute/Instance",
    "compute/disk": "compute/Disk",
    "compute/region_disk": "compute/RegionDisk",
    "storage/bucket": "storage/Bucket",
    "sql/instance": "sql/Instance",
}
_NAME_LABELS = {
    "s3/bucket": "bucket_name",
    "storage/bucket": "bucket_name",
    "compute/instance": "instance_name",
    "sql/instance": "instance_name",
    "compute/disk": "disk_name",
    "compute/region_disk": "disk_name",
}
_ID_LABELS = {
    "ec2/instance": "instance_id",
    "rds/db_instance": "instance_id",
    "ec2/volume": "volume_id",
}

_GRAMS_A_SECOND_TO_KILOGRAMS_A_DAY = 86400 / 1000


def _placed(resource: Resource) -> list[tuple[str, str]]:
    at = resource.location
    if at.provider == "aws":
        return [("location", at.region), ("az", at.zone)]
    return [("location", at.region), ("zone", at.zone), ("region", "" if at.zone else at.region)]


def _labels(resource: Resource, tags: tuple[str, ...]) -> str:
    provider, kind = resource.location.provider, resource.kind
    labels = [
        ("explorer", _EXPLORERS.get(provider, provider)),
        ("kind", _KINDS.get(kind, kind)),
        *_placed(resource),
    ]
    if kind in _ID_LABELS:
        labels.append((_ID_LABELS[kind], resource.id.rsplit(":", 1)[-1].rsplit("/", 1)[-1]))
    if kind in _NAME_LABELS:
        labels.append((_NAME_LABELS[kind], resource.name))
    if kind == "ec2/volume":
        labels.append(
            ("volume_type", resource.info.get("volume_type", resource.info.get("host_type", "")))
        )
    return pairs([*labels, ("cloud_resource_id", resource.id), *tag_pairs(resource.tags, tags)])


def lines(rows: Iterable[Row], tags: tuple[str, ...]) -> dict[str, list[str]]:
    """Lines of the original's four per-resource families."""
    found: dict[str, list[str]] = {
        "estimated_watts": [],
        "estimated_g_co2eq_second": [],
        "estimated_usage_emissions_kgCO2eq_day": [],
        "estimated_embodied_emissions_kgCO2eq_day": [],
    }
    for row in rows:
        of = row.footprint
        operational = of.operational_grams_per_second
        values: dict[str, float] = {
            "estimated_watts": of.power_watts.value,
            "estimated_embodied_emissions_kgCO2eq_day": of.embodied_grams_per_second.value
            * _GRAMS_A_SECOND_TO_KILOGRAMS_A_DAY,
        }
        if operational is not None:
            values["estimated_g_co2eq_second"] = operational.value
            values["estimated_usage_emissions_kgCO2eq_day"] = (
                operational.value * _GRAMS_A_SECOND_TO_KILOGRAMS_A_DAY
            )
        labels = _labels(row.resource, tags)
        for name, value in values.items():
            found[name].append(f"{name}{{{labels}}} {value:.8g}\n")
    return found


def _duration(snapshot: Snapshot) -> Iterator[Sample]:
    yield (), max((outcome.seconds for outcome in snapshot.listings), default=0.0) * 1000


OWN: dict[str, Samples] = {
    "collect_duration_ms": _duration,
    "error_count": lambda snapshot: [((), sum(snapshot.api.errors.values()))],
    "api_calls": lambda snapshot: [((), sum(snapshot.api.requests.values()))],
}
