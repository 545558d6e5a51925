"""FSx file systems: provisioned storage, its caches, and file servers as large as their throughput.

Both are there twice with a standby in another zone, the servers also with one in the same.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.file_servers import (
    GIB_PER_TEBIBYTE,
    NVME_GIB_PER_MBPS,
    UNKNOWN,
    file_servers,
    lustre_memory_gib,
    memory_of_server_gib,
)
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
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
_DRIVE_CACHE = 0.2
"""FSx API reference, DriveCacheType: READ is a cache of flash, a fifth of the disks behind it."""


def _storage(raw: Raw, product: str, settings: Raw, zones: int) -> tuple[Component, ...]:
    """Provisioned GiB and caches; elastic storage (INTELLIGENT_TIERING) has no size to tell."""
    # API reference, FileSystem: in gibibytes.
    capacity_gib = float(raw.get("StorageCapacity") or 0)
    storage_type = raw.get("StorageType", "SSD")
    if storage_type == "INTELLIGENT_TIERING" or not capacity_gib:
        unknown = "the bytes it holds are not told"
        held = [Component("file", "aws/fsx-hdd", 1.0, per="stored_gib", assumed=unknown)]
    else:
        # Spinning disks are the same under every product; SSDs differ by how each keeps copies.
        part = "aws/fsx-hdd" if storage_type == "HDD" else f"aws/fsx/{product}"
        held = [Component("file", part, capacity_gib * zones)]
    cache_gib = _cache_gib(settings, capacity_gib)
    if cache_gib:
        held.append(Component("file", f"aws/fsx/{product}", cache_gib * zones))
    return tuple(held)


def _cache_gib(settings: Raw, capacity_gib: float) -> float:
    """Flash that caches what lies on disks or in elastic storage."""
    cache = settings.get("DataReadCacheConfiguration") or settings.get("ReadCacheConfiguration")
    if settings.get("DriveCacheType") == "READ":
        return capacity_gib * _DRIVE_CACHE
    return float((cache or {}).get("SizeGiB") or 0)


def _servers(raw: Raw, product: str, settings: Raw, zones: int) -> tuple[Component, ...]:
    """File servers, of the memory that goes with their throughput; of unknown size without one."""
    deployment = settings.get("DeploymentType", "")
    if product == "lustre":
        tebibytes = float(raw.get("StorageCapacity") or 0) / GIB_PER_TEBIBYTE
        memory_gib, servers = lustre_memory_gib(settings, raw.get("StorageType", ""), tebibytes), 1
        cache_gib = 0.0
    else:
        # A pair in one zone: every one of ONTAP's, and of OpenZFS those with high availability.
        paired = product == "ontap" or deployment.startswith("SINGLE_AZ_HA")
        pairs = settings.get("HAPairs") or 1
        servers = 2 * pairs if paired else zones
        throughput = _throughput(settings, pairs)
        memory_gib = memory_of_server_gib(product, deployment, throughput)
        cache_gib = throughput * NVME_GIB_PER_MBPS.get((product, deployment), 0)
    if not memory_gib:
        return (Component("fixed", "aws/fsx-server", servers, assumed=UNKNOWN),)
    return file_servers(memory_gib, servers, cache_gib)


def _throughput(settings: Raw, pairs: int) -> float:
    """MB/s of a pair of servers, or of the one that serves."""
    # API reference, OntapFileSystemConfiguration: of one pair both fields say the same.
    whole = settings.get("ThroughputCapacity") or 0
    return float(settings.get("ThroughputCapacityPerHAPair") or whole / pairs)


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
    name = tags_of(raw).get("Name") or raw["FileSystemId"]
    # Lustre tells the load of each server apart, under names that no answer holds.
    measured = product.name not in ("", "lustre")
    return parse(raw, scope, _arn(raw, scope), name).described(
        running=_servers(raw, product.name, settings, zones),
        kept=_storage(raw, product.name, settings, zones),
        state=raw.get("Lifecycle", ""),
        monitor={"FileSystemId": raw["FileSystemId"]} if measured else {},
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
    metrics=(percent("cpu_ratio", "AWS/FSx", "CPUUtilization", {"FileSystemId": "FileSystemId"}),),
    reason=(
        "Provisioned GiB of its class, its caches, and file servers of the memory that AWS names "
        "for their throughput; a standby in another zone has all of them again."
    ),
)
