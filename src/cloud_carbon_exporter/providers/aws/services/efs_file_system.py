"""EFS file systems: bytes in each storage class, as the list itself tells them."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_BYTES_PER_GIB = 1024**3
_CLASSES = (("ValueInStandard", "Standard"), ("ValueInIA", "IA"), ("ValueInArchive", "Archive"))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One file system, regional or of one zone."""
    if raw.get("LifeCycleState") in ("deleting", "deleted"):
        return None
    sizes, zone = raw["SizeInBytes"], raw.get("AvailabilityZoneName") or ""
    by_class = [(sizes[key], name) for key, name in _CLASSES if sizes.get(key)]
    if not by_class:  # an answer of before the classes, or an empty file system
        by_class = [(sizes["Value"], "Standard")]
    part = "aws/efs-one-zone" if zone else "aws/efs"
    return Resource(
        id=raw["FileSystemArn"],
        kind="efs/file_system",
        name=raw.get("Name") or raw["FileSystemId"],
        location=scope.location(zone=zone),
        components=tuple(
            Component(
                "file",
                part if zone and name == "Standard" else f"{part}/{name}",
                size / _BYTES_PER_GIB,
            )
            for size, name in by_class
        ),
        tags=tags(raw.get("Tags")),
        info=told(state=raw.get("LifeCycleState")),
    )


SPEC = ServiceSpec(
    kind="efs/file_system",
    listing=Listing(
        api="efs",
        operation="DescribeFileSystems",
        scope="region",
        items="FileSystems[]",
        kind_of=lambda raw: "efs/file_system",
        permissions=("elasticfilesystem:DescribeFileSystems",),
    ),
    describe=describe,
    reason="Bytes held in each storage class, in the copies of a region or of one zone.",
)
