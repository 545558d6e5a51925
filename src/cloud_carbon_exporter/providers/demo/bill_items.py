"""Items of the made-up bill: what each kind of the estate is billed by, in its cloud's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Item(NamedTuple):
    """Item that a kind of resource is billed by, each month.

    usage: its usage type or SKU, with {type} and the like of the raw object put in. counts: hours
    of the month, or those of what nobody uses; GiB held over it, by the size of the object or by
    the signal `stored` of its monitoring; or vCPUs and GiB of memory times its hours. kept: share
    of the facts that is billed of a size.
    """

    service: str
    usage: str
    unit: str
    counts: str
    price: float
    stored: str = ""
    kept: str = ""


BY_HOUR, BY_SIZE, BY_CORE, BY_MEMORY = "hours", "size", "cores", "memory"
BY_UNUSED, BY_CLASS = "unused", "class"
_SQL = "Cloud SQL for PostgreSQL:"
BOX = Item("AmazonEC2", "BoxUsage:{type}", "Hours", BY_HOUR, 0.1)
ITEMS: Mapping[str, tuple[Item, ...]] = {
    "ec2/instance": (BOX,),
    "ec2/volume": (Item("AmazonEC2", "EBS:VolumeUsage.{type}", "GB-Months", BY_SIZE, 0.08),),
    "ec2/snapshot": (Item("AmazonEC2", "EBS:SnapshotUsage", "GB-Months", BY_SIZE, 0.05),),
    "rds/db_instance": (
        Item("AmazonRDS", "{deployment}Usage:{type}", "Hours", BY_HOUR, 0.2),
        Item("AmazonRDS", "RDS:{copies}GP3-Storage", "GB-Months", BY_SIZE, 0.12),
    ),
    "eks/cluster": (Item("AmazonEKS", "AmazonEKS-Hours:perCluster", "Hours", BY_HOUR, 0.1),),
    "ecr/repository": (Item("AmazonECR", "TimedStorage-ByteHrs", "GB-Months", BY_SIZE, 0.1),),
    "s3/bucket": tuple(
        Item("AmazonS3", f"TimedStorage-{usage}", "GB-Months", BY_CLASS, price, stored)
        for stored, usage, price in (
            ("stored_gib:StandardStorage", "ByteHrs", 0.02),
            ("stored_gib:StandardIAStorage", "SIA-ByteHrs", 0.01),
            ("stored_gib:GlacierStorage", "GlacierByteHrs", 0.004),
        )
    ),
    "rds/db_cluster": (
        Item("AmazonRDS", "Aurora:StorageUsage", "GB-Months", BY_CLASS, 0.1, "stored_gib"),
    ),
    "efs/file_system": (Item("AmazonEFS", "TimedStorage-ByteHrs", "GB-Months", BY_SIZE, 0.3),),
    "ec2/nat_gateway": (Item("AmazonEC2", "NatGateway-Hours", "Hours", BY_HOUR, 0.05),),
    "ec2/capacity_reservation": (Item("AmazonEC2", "UnusedBox:{type}", "Hours", BY_UNUSED, 0.2),),
    "logs/log_group": (
        Item(
            "AmazonCloudWatch",
            "TimedStorage-ByteHrs",
            "GB-Months",
            BY_SIZE,
            0.03,
            kept="archived.share",
        ),
    ),
    "sql/instance": (
        Item("Cloud SQL", f"{_SQL} Zonal - vCPU in Demo", "seconds", BY_CORE, 1e-5),
        Item("Cloud SQL", f"{_SQL} Zonal - RAM in Demo", "GiB.s", BY_MEMORY, 2e-6),
        Item("Cloud SQL", f"{_SQL} Zonal - Standard storage in Demo", "GiB.mo", BY_SIZE, 0.17),
    ),
    "file/instance": (
        Item("Cloud Filestore", "Filestore Capacity {words} in Demo", "GiB.mo", BY_SIZE, 0.2),
    ),
    "compute/instance": (
        Item("Compute Engine", "{family} Instance Core running in Demo", "seconds", BY_CORE, 1e-5),
        Item("Compute Engine", "{family} Instance Ram running in Demo", "GiB.s", BY_MEMORY, 1e-6),
    ),
    "compute/disk": (Item("Compute Engine", "{words} PD Capacity", "GiB.mo", BY_SIZE, 0.1),),
    "compute/region_disk": (
        Item("Compute Engine", "Regional {words} PD Capacity", "GiB.mo", BY_SIZE, 0.2),
    ),
    "compute/snapshot": (Item("Compute Engine", "Storage PD Snapshot", "GiB.mo", BY_SIZE, 0.05),),
    "storage/bucket": (
        Item("Cloud Storage", "Standard Storage", "GiB.mo", BY_CLASS, 0.02, "stored_gib:STANDARD"),
        Item("Cloud Storage", "Nearline Storage", "GiB.mo", BY_CLASS, 0.01, "stored_gib:NEARLINE"),
    ),
    "container/cluster": (
        Item("Kubernetes Engine", "Regional Kubernetes Clusters", "Hours", BY_HOUR, 0.1),
    ),
}
