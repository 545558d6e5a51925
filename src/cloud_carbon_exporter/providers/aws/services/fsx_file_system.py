"""FSx file systems: provisioned storage and file servers, both twice with a standby elsewhere."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse, tags_of
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "fsx/file_system"
# FSx API reference: FAILED cannot be recovered, or never came to be; a misconfigured one can be.
STATES = states(
    running="CREATING AVAILABLE UPDATING MISCONFIGURED MISCONFIGURED_UNAVAILABLE",
    gone="FAILED DELETING",
)


class _Product(NamedTuple):
    """Product of FSx: its name in the facts, and where its settings lie in an answer."""

    name: str
    settings: str


_PRODUCTS = {
    "WINDOWS": _Product("windows", "WindowsConfiguration"),
    "LUSTRE": _Product("lustre", "LustreConfiguration"),
    "ONTAP": _Product("ontap", "OntapConfiguration"),
    "OPENZFS": _Product("openzfs", "OpenZFSConfiguration"),
}


def _storage(raw: Raw, product: str, zones: int) -> Component:
    """Provisioned GiB; elastic storage (INTELLIGENT_TIERING) has no size to tell."""
    capacity_gib = float(raw.get("StorageCapacity") or 0)
    storage_type = raw.get("StorageType", "SSD")
    if storage_type == "INTELLIGENT_TIERING" or not capacity_gib:
        unknown = "the bytes it holds are not told"
        return Component("file", "aws/fsx-hdd", 1.0, per="stored_gib", assumed=unknown)
    # Spinning disks are the same under every product; SSDs differ by how each keeps copies.
    part = "aws/fsx-hdd" if storage_type == "HDD" else f"aws/fsx/{product}"
    return Component("file", part, capacity_gib * zones)


def _arn(raw: Raw, scope: Scope) -> str:
    path = f"file-system/{raw['FileSystemId']}"
    return raw.get("ResourceARN") or arn("fsx", scope.region, scope.account_id, path)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One file system."""
    product = _PRODUCTS.get(raw.get("FileSystemType", ""), _Product("", ""))
    settings: dict[str, Any] = raw.get(product.settings) or {}
    deployment = settings.get("DeploymentType", "")
    # Of a standby in a second zone AWS writes every byte to both.
    zones = 2 if deployment.startswith("MULTI_AZ") else 1
    servers = zones
    if product.name == "ontap":  # runs pairs of servers, also within one zone
        servers = 2 * (settings.get("HAPairs") or 1)
    unknown = "AWS does not say what a file server holds"
    name = tags_of(raw).get("Name") or raw["FileSystemId"]
    return parse(raw, scope, _arn(raw, scope), name).described(
        running=(Component("fixed", "aws/fsx-server", servers, assumed=unknown),),
        kept=(_storage(raw, product.name, zones),),
        state=raw.get("Lifecycle", ""),
        info={"host_type": deployment, "engine": raw.get("FileSystemType")},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="fsx",
        operation="DescribeFileSystems",
        scope="region",
        items="FileSystems[]",
        kind_of=lambda raw: KIND,
        permissions=("fsx:DescribeFileSystems",),
    ),
    states=STATES,
    describe=describe,
    reason=(
        "Provisioned GiB of its class, and file servers of unknown size; "
        "a standby in another zone has both again."
    ),
)
