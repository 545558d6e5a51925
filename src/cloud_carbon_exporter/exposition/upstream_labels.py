"""Label text of the original exporter, for dashboards that query it (-metrics.upstream-names).

`cloud_resource_id` is ours, so that no two resources share a label set: names repeat across zones
and projects.
"""

from __future__ import annotations

from cloud_carbon_exporter.exposition.labels import pairs, tag_pairs
from cloud_carbon_exporter.model.types import Resource

# The Go program has one explorer a cloud and calls Scaleway by the prefix of its variables.
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


def upstream_label_text(resource: Resource, tags: tuple[str, ...]) -> str:
    """Label pairs of a resource in the original's families, the allow-listed tags behind them."""
    provider, kind = resource.location.provider, resource.kind
    labels = [
        ("explorer", _EXPLORERS.get(provider, provider)),
        ("kind", _KINDS.get(kind, kind)),
        *_location(resource),
    ]
    if kind in _ID_LABELS:
        # the last part of an ARN: the id as EC2 and RDS have it
        labels.append((_ID_LABELS[kind], resource.id.rsplit(":", 1)[-1].rsplit("/", 1)[-1]))
    if kind in _NAME_LABELS:
        labels.append((_NAME_LABELS[kind], resource.name))
    if kind == "ec2/volume":
        host_type = resource.info.get("host_type", "")
        labels.append(("volume_type", resource.info.get("volume_type", host_type)))
    return pairs([*labels, ("cloud_resource_id", resource.id), *tag_pairs(resource.tags, tags)])


def _location(resource: Resource) -> list[tuple[str, str]]:
    location = resource.location
    # the Go program puts a region in `location` on every cloud, and its zone in another label on
    # each
    if location.provider == "aws":
        return [("location", location.region), ("az", location.zone)]
    region = "" if location.zone else location.region
    return [("location", location.region), ("zone", location.zone), ("region", region)]
