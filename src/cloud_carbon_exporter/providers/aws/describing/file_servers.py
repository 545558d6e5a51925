"""File servers of FSx: the memory that goes with a throughput, from the guides of its products.

AWS names the memory that caches, by MB/s or by TiB; how many vCPUs go with it, it does not say.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden
from cloud_carbon_exporter.providers.spec import Raw

GIB_PER_TEBIBYTE = 1024
UNKNOWN = "AWS does not say what a file server holds"
_GIB_PER_VCPU = 8
"""Of the instances whose memory and network FSx for OpenZFS names: 256 GiB with 25 Gbit/s, 512 GiB
with 50 Gbit/s, as r5n.8xlarge and r5n.16xlarge have.
"""
_LEAST_VCPUS = 2
_CACHING = 0.7
"""FSx for OpenZFS: 11.2, 22.4, 44.8 GB cache, which are seven tenths of 16, 32, 64."""

# FSx for Windows File Server user guide, performance: memory of a server, 8 GB for 128 MB/s and
# 32 GB for 512 MB/s, and 4 GB for the smallest.
_WINDOWS_GIB_PER_MBPS = 1 / 16
_WINDOWS_LEAST_GIB = 4
# FSx for OpenZFS user guide, performance: 11.2 GB cache with 128 MB/s in the first generation, with
# 320 MB/s in the second, and by elastic storage. ONTAP is taken as those of its generation.
_FIRST_GENERATION = ("SINGLE_AZ_1", "SINGLE_AZ_HA_1")
_FIRST_GIB_PER_MBPS = 16 / 128
_SECOND_GIB_PER_MBPS = 16 / 320
_NVME_GIB_PER_MBPS = 40e9 / 1024**3 / 160
NVME_GIB_PER_MBPS = {
    ("openzfs", "SINGLE_AZ_2"): _NVME_GIB_PER_MBPS,
    ("openzfs", "SINGLE_AZ_HA_2"): _NVME_GIB_PER_MBPS,
}
"""FSx for OpenZFS: 40 GB of cache on local disks with 160 MB/s, on servers of these deployments."""

# FSx for Lustre user guide, performance of SSD and HDD: GiB of RAM for each TiB, by the deployment
# and the MB/s a TiB that were chosen; SCRATCH_1 is taken as SCRATCH_2.
_SCRATCH_GIB_PER_TIB = 6.7
_PERSISTENT_1_GIB_PER_MBPS = 2.2 / 50
_PERSISTENT_2_GIB_PER_MBPS = 27.3 / 1000
_HDD_GIB_PER_MBPS = 1.5 / 40
# MetadataConfiguration: IOPS come in steps of 12,000, up to sixteen of them.
_METADATA_IOPS = 12_000
_METADATA_SERVER_GIB = 16


def file_servers(
    memory_gib: float, count: float = 1, cache_gib: float = 0
) -> tuple[Component, ...]:
    """So many file servers, each of so much memory, with a cache on local disks."""
    machine = hidden(max(_LEAST_VCPUS, memory_gib / _GIB_PER_VCPU), memory_gib)
    if cache_gib:
        machine = (*machine, Component("ssd", "ssd", cache_gib))
    return tuple(replace(part, amount=part.amount * count, assumed=UNKNOWN) for part in machine)


def memory_of_server_gib(product: str, deployment: str, megabytes_per_second: float) -> float:
    """GiB of memory of one server of a throughput; 0 where none is told."""
    if not megabytes_per_second:
        return 0
    if product == "windows":
        return max(_WINDOWS_LEAST_GIB, megabytes_per_second * _WINDOWS_GIB_PER_MBPS)
    oldest = deployment in _FIRST_GENERATION or (product, deployment) == ("ontap", "MULTI_AZ_1")
    return megabytes_per_second * (_FIRST_GIB_PER_MBPS if oldest else _SECOND_GIB_PER_MBPS)


def lustre_memory_gib(settings: Raw, storage_type: str, tebibytes: float) -> float:
    """GiB of memory of all servers of a Lustre file system, those of its metadata among them."""
    elastic = settings.get("ThroughputCapacity")
    if elastic:
        caching = elastic * _PERSISTENT_2_GIB_PER_MBPS
    else:
        caching = tebibytes * _lustre_gib_per_tebibyte(settings, storage_type)
    metadata_iops = (settings.get("MetadataConfiguration") or {}).get("Iops") or _METADATA_IOPS
    of_metadata = ceil(metadata_iops / _METADATA_IOPS) * _METADATA_SERVER_GIB
    return float(caching / _CACHING + of_metadata)


def _lustre_gib_per_tebibyte(settings: Raw, storage_type: str) -> float:
    chosen = settings.get("PerUnitStorageThroughput") or 0
    if not chosen:
        return _SCRATCH_GIB_PER_TIB
    if storage_type == "HDD":
        return float(chosen * _HDD_GIB_PER_MBPS)
    second = settings.get("DeploymentType") == "PERSISTENT_2"
    return float(chosen * (_PERSISTENT_2_GIB_PER_MBPS if second else _PERSISTENT_1_GIB_PER_MBPS))
