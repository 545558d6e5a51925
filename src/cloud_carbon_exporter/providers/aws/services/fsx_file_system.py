"""FSx file systems: provisioned storage and file servers, both twice where a standby stands in a
second zone.
"""

from __future__ import annotations

from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_PRODUCTS = {
    "WINDOWS": ("windows", "WindowsConfiguration"),
    "LUSTRE": ("lustre", "LustreConfiguration"),
    "ONTAP": ("ontap", "OntapConfiguration"),
    "OPENZFS": ("openzfs", "OpenZFSConfiguration"),
}


def _storage(raw: Raw, product: str, zones: int) -> Component:
    """The provisioned GiB; elastic storage (INTELLIGENT_TIERING) has no size to tell."""
    capacity_gib, storage_type = (
        float(raw.get("StorageCapacity") or 0),
        raw.get("StorageType", "SSD"),
    )
    if storage_type == "INTELLIGENT_TIERING" or not capacity_gib:
        return Component(
            "file", "aws/fsx-hdd", 1.0, per="stored_gib", assumed="the bytes it holds are not told"
        )
    part = "aws/fsx-hdd" if storage_type == "HDD" else f"aws/fsx/{product}"
    return Component("file", part, capacity_gib * zones)


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One file system."""
    if raw.get("Lifecycle") == "DELETING":
        return None
    product, key = _PRODUCTS.get(raw.get("FileSystemType", ""), ("", ""))
    settings: dict[str, Any] = raw.get(key) or {}
    deployment = settings.get("DeploymentType", "")
    pairs = settings.get("HAPairs") or 1
    zones = 2 if deployment.startswith("MULTI_AZ") else 1
    servers = (
        2 * pairs if product == "ontap" else zones
    )  # ONTAP runs pairs of servers in one zone, too
    labels = tags(raw.get("Tags"))
    unknown = "AWS does not say what a file server holds"
    return Resource(
        id=raw["ResourceARN"],
        kind="fsx/file_system",
        name=labels.get("Name") or raw["FileSystemId"],
        location=scope.location(),
        components=(
            _storage(raw, product, zones),
            Component("fixed", "aws/fsx-server", servers, assumed=unknown),
        ),
        tags=labels,
        info=told(
            host_type=deployment, engine=raw.get("FileSystemType"), state=raw.get("Lifecycle")
        ),
    )


SPEC = ServiceSpec(
    kind="fsx/file_system",
    listing=Listing(
        api="fsx",
        operation="DescribeFileSystems",
        scope="region",
        items="FileSystems[]",
        kind_of=lambda raw: "fsx/file_system",
        permissions=("fsx:DescribeFileSystems",),
    ),
    describe=describe,
    reason="Provisioned GiB of its class, and file servers of unknown size; a standby in another zone has both again.",
)
