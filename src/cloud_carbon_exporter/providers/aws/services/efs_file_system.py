"""EFS file systems: bytes in each storage class, as the list itself tells them."""

from __future__ import annotations

from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "efs/file_system"
# In error (its key cannot be used, for one) nobody can mount it; its bytes are kept.
STATES = states(running="creating available updating", stopped="error", gone="deleting deleted")
_CLASSES = {"ValueInStandard": "Standard", "ValueInIA": "IA", "ValueInArchive": "Archive"}


def _stored(sizes: dict[str, Any], one_zone: bool) -> tuple[Component, ...]:
    """Bytes of a file system in each storage class."""
    by_class = {name: sizes[key] for key, name in _CLASSES.items() if sizes.get(key)}
    if not by_class:  # an answer of before the classes, or an empty file system
        by_class = {"Standard": sizes["Value"]}
    stored = []
    for name, size in by_class.items():
        part = f"aws/efs-one-zone/{name}" if one_zone else f"aws/efs/{name}"
        # The facts name a class of one zone after the file system itself.
        if one_zone and name == "Standard":
            part = "aws/efs-one-zone"
        stored.append(Component("file", part, size / BYTES_PER_GIB))
    return tuple(stored)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One file system, regional or of one zone."""
    zone, name = raw.get("AvailabilityZoneName"), raw.get("Name") or raw["FileSystemId"]
    path = f"file-system/{raw['FileSystemId']}"
    id_ = raw.get("FileSystemArn") or arn("elasticfilesystem", scope.region, scope.account_id, path)
    return parse(raw, scope, id_, name, zone=zone).described(
        # API reference, FileSystemSize: exact once nothing was written for some hours.
        kept=_stored(raw["SizeInBytes"], bool(zone)),
        state=raw.get("LifeCycleState", ""),
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="efs",
        operation="DescribeFileSystems",
        scope="region",
        items="FileSystems[]",
        kind_of=lambda raw: KIND,
        permissions=("elasticfilesystem:DescribeFileSystems",),
    ),
    states=STATES,
    describe=describe,
    reason="Bytes held in each storage class, in the copies of a region or of one zone.",
)
