"""What the made-up estate is built of: a table of kinds, machine types and places, with how often
each occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloud_carbon_exporter.providers.spec import ScopeKind

ListingKey = tuple[str, str]
"""Api and operation of a Listing."""

DESCRIBE_INSTANCES: ListingKey = ("ec2", "DescribeInstances")
DESCRIBE_VOLUMES: ListingKey = ("ec2", "DescribeVolumes")
DESCRIBE_DB_INSTANCES: ListingKey = ("rds", "DescribeDBInstances")
DESCRIBE_DB_CLUSTERS: ListingKey = ("rds", "DescribeDBClusters")
LIST_BUCKETS: ListingKey = ("s3", "ListBuckets")
ASSETS: ListingKey = ("cloudasset", "assets.list")
SERVERS: ListingKey = ("instance", "ListServers")
METAL: ListingKey = ("baremetal", "ListServers")
VOLUMES: ListingKey = ("block", "ListVolumes")
DATABASES: ListingKey = ("rdb", "ListInstances")
OBJECT_BUCKETS: ListingKey = ("object", "ListBuckets")
DESCRIBE_SNAPSHOTS: ListingKey = ("ec2", "DescribeSnapshots")
DESCRIBE_FILE_SYSTEMS: ListingKey = ("efs", "DescribeFileSystems")
LIST_CLUSTERS: ListingKey = ("eks", "ListClusters")
DESCRIBE_REPOSITORIES: ListingKey = ("ecr", "DescribeRepositories")
SNAPSHOTS: ListingKey = ("instance", "ListSnapshots")
K8S_CLUSTERS: ListingKey = ("k8s", "ListClusters")
NAMESPACES: ListingKey = ("registry", "ListNamespaces")

SCOPE_OF: Mapping[ListingKey, ScopeKind] = {
    DESCRIBE_INSTANCES: "region",
    DESCRIBE_VOLUMES: "region",
    DESCRIBE_DB_INSTANCES: "region",
    DESCRIBE_DB_CLUSTERS: "region",
    LIST_BUCKETS: "region",
    ASSETS: "project",
    SERVERS: "zone",
    METAL: "zone",
    VOLUMES: "zone",
    DATABASES: "region",
    OBJECT_BUCKETS: "region",
    DESCRIBE_SNAPSHOTS: "region",
    DESCRIBE_FILE_SYSTEMS: "region",
    LIST_CLUSTERS: "region",
    DESCRIBE_REPOSITORIES: "region",
    SNAPSHOTS: "zone",
    K8S_CLUSTERS: "region",
    NAMESPACES: "region",
}

Place = tuple[str, str]
"""Region and zone; the zone is empty for what stands in a region as a whole."""


def _zoned(*zones: str, cut: int) -> tuple[Place, ...]:
    return tuple((zone[:-cut], zone) for zone in zones)


def _regional(places: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys((region, "") for region, _ in places))


AWS = _zoned(
    *(
        "us-east-1a",
        "us-east-1b",
        "us-west-2a",
        "eu-west-1a",
        "eu-west-1b",
        "eu-west-3a",
        "eu-west-3b",
    ),
    *("eu-central-1a", "ap-northeast-1a", "ap-southeast-2a"),
    cut=1,
)
GCP = _zoned(
    "europe-west9-a",
    "europe-west9-b",
    "europe-west1-b",
    "us-central1-a",
    "us-central1-f",
    "asia-east1-a",
    cut=2,
)
SCALEWAY = _zoned("fr-par-1", "fr-par-2", "nl-ams-1", "pl-waw-2", cut=2)

AWS_REGIONS, GCP_REGIONS, SCALEWAY_REGIONS = _regional(AWS), _regional(GCP), _regional(SCALEWAY)

FORBIDDEN_REGION = "ap-southeast-2"
"""Where the estate's ListBuckets is refused, so that a failing service can be seen."""

BUCKET_PLACES = tuple(place for place in AWS_REGIONS if place[0] != FORBIDDEN_REGION)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One sort of resource: where it is listed, which types it comes in, what it works on.

    weight: how often it is drawn. profile: of _day.PROFILES; empty for what has no monitoring.
    extra: what its raw objects hold besides.
    """

    listing: ListingKey
    kind: str
    service: str
    types: tuple[str, ...]
    places: tuple[Place, ...]
    weight: int
    profile: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


_STOPPED = {"state": "stopped"}
_FREE = {"attached": False}
_XEON = {"cpu": "Intel Xeon Gold 6130", "threads": 32, "memory_gib": 192, "ssd_gib": 1900}
_M = ("m5.large", "m5.xlarge", "m5.2xlarge", "m7g.large", "m7g.xlarge")
_C = ("c6g.large", "c6g.xlarge", "c6g.2xlarge", "m7g.2xlarge")

BLUEPRINTS: tuple[Blueprint, ...] = (
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "shop", _M, AWS, 95, "web"),
    Blueprint(
        ASSETS,
        "compute/instance",
        "search",
        ("n2-standard-2", "n2-standard-8", "e2-standard-4"),
        GCP,
        50,
        "web",
    ),
    Blueprint(
        SERVERS, "instance/server", "portal", ("PRO2-M", "PRO2-S", "DEV1-M"), SCALEWAY, 40, "web"
    ),
    Blueprint(DESCRIBE_VOLUMES, "ec2/volume", "shop", ("gp3", "gp3", "gp2", "io2"), AWS, 110),
    Blueprint(
        DESCRIBE_DB_INSTANCES,
        "rds/db_instance",
        "orders",
        ("db.m6g.large", "db.r6i.xlarge"),
        AWS,
        12,
        "database",
    ),
    Blueprint(
        DESCRIBE_DB_CLUSTERS, "rds/db_cluster", "ledger", ("aurora",), AWS_REGIONS, 6, "storage"
    ),
    Blueprint(LIST_BUCKETS, "s3/bucket", "media", ("s3",), BUCKET_PLACES, 30, "storage"),
    Blueprint(ASSETS, "compute/disk", "search", ("pd-balanced", "pd-ssd", "pd-standard"), GCP, 60),
    Blueprint(
        ASSETS,
        "sql/instance",
        "billing",
        ("db-custom-2-7680", "db-custom-4-15360"),
        GCP,
        8,
        "database",
    ),
    Blueprint(
        ASSETS,
        "storage/bucket",
        "exports",
        ("STANDARD", "NEARLINE"),
        (*GCP_REGIONS, ("eu", ""), ("us", "")),
        20,
        "storage",
    ),
    Blueprint(VOLUMES, "block/volume", "portal", ("sbs_5k", "sbs_15k"), SCALEWAY, 45),
    Blueprint(
        DATABASES,
        "rdb/instance",
        "accounts",
        ("DB-DEV-M", "DB-PRO2-XS"),
        SCALEWAY_REGIONS,
        6,
        "database",
    ),
    Blueprint(
        OBJECT_BUCKETS, "object/bucket", "backup", ("STANDARD",), SCALEWAY_REGIONS, 12, "storage"
    ),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "pricing", _C, AWS, 20, "batch"),
    Blueprint(
        DESCRIBE_INSTANCES,
        "ec2/instance",
        "cache",
        ("r6i.large", "r6i.2xlarge"),
        AWS,
        20,
        "database",
    ),
    Blueprint(
        DESCRIBE_INSTANCES,
        "ec2/instance",
        "sandbox",
        ("t3.micro", "t3.medium", "t3.large"),
        AWS,
        35,
        "development",
    ),
    Blueprint(
        DESCRIBE_INSTANCES,
        "ec2/instance",
        "vision",
        ("g4dn.xlarge", "g4dn.2xlarge"),
        AWS,
        4,
        "inference",
    ),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "models", ("g4dn.4xlarge",), AWS, 1, "training"),
    Blueprint(
        DESCRIBE_INSTANCES,
        "ec2/instance",
        "legacy",
        ("m5.large", "t3.medium"),
        AWS,
        8,
        "web",
        _STOPPED,
    ),
    Blueprint(
        DESCRIBE_INSTANCES, "ec2/instance", "legacy", ("m5.xlarge",), AWS, 5
    ),  # no monitoring
    Blueprint(
        DESCRIBE_INSTANCES, "ec2/instance", "preview", ("x99z.4xlarge",), AWS, 1, "web"
    ),  # a type nobody knows
    Blueprint(DESCRIBE_VOLUMES, "ec2/volume", "archive", ("st1", "sc1", "gp2"), AWS, 15, "", _FREE),
    Blueprint(
        DESCRIBE_DB_INSTANCES,
        "rds/db_instance",
        "orders",
        ("db.r6i.2xlarge",),
        AWS,
        5,
        "database",
        {"copies": 2},
    ),
    Blueprint(
        DESCRIBE_DB_INSTANCES,
        "rds/db_instance",
        "ledger",
        ("db.r6g.large",),
        AWS,
        9,
        "database",
        {"engine": "aurora"},
    ),
    Blueprint(
        ASSETS, "compute/instance", "search", ("t2a-standard-4", "t2a-standard-8"), GCP, 8, "batch"
    ),
    Blueprint(
        ASSETS, "compute/instance", "sandbox", ("e2-micro", "e2-medium"), GCP, 15, "development"
    ),
    Blueprint(ASSETS, "compute/instance", "legacy", ("n2-standard-4",), GCP, 4, "web", _STOPPED),
    Blueprint(
        ASSETS, "compute/region_disk", "billing", ("pd-ssd",), GCP_REGIONS, 5, "", {"copies": 2}
    ),
    Blueprint(ASSETS, "compute/disk", "archive", ("pd-standard",), GCP, 8, "", _FREE),
    Blueprint(SERVERS, "instance/server", "sandbox", ("DEV1-S",), SCALEWAY, 15, "development"),
    Blueprint(SERVERS, "instance/server", "assistant", ("L4-1-24G",), SCALEWAY, 2, "inference"),
    Blueprint(SERVERS, "instance/server", "legacy", ("PRO2-S",), SCALEWAY, 3, "web", _STOPPED),
    Blueprint(METAL, "baremetal/server", "render", ("EM-B220E-NVME",), SCALEWAY, 1, "batch", _XEON),
    Blueprint(DESCRIBE_SNAPSHOTS, "ec2/snapshot", "archive", ("ebs-snapshot",), AWS_REGIONS, 30),
    Blueprint(DESCRIBE_FILE_SYSTEMS, "efs/file_system", "media", ("efs",), AWS_REGIONS, 3),
    Blueprint(LIST_CLUSTERS, "eks/cluster", "platform", ("eks-control-plane",), AWS_REGIONS, 2),
    Blueprint(DESCRIBE_REPOSITORIES, "ecr/repository", "platform", ("ecr",), AWS_REGIONS, 5),
    Blueprint(ASSETS, "compute/snapshot", "archive", ("snapshot",), GCP_REGIONS, 15),
    Blueprint(
        ASSETS, "file/instance", "exports", ("filestore/BASIC_HDD", "filestore/BASIC_SSD"), GCP, 2
    ),
    Blueprint(ASSETS, "container/cluster", "platform", ("gke-control-plane",), GCP_REGIONS, 2),
    Blueprint(SNAPSHOTS, "instance/snapshot", "archive", ("snapshot",), SCALEWAY, 10),
    Blueprint(K8S_CLUSTERS, "k8s/cluster", "platform", ("kapsule",), SCALEWAY_REGIONS, 2),
    Blueprint(NAMESPACES, "registry/namespace", "platform", ("registry",), SCALEWAY_REGIONS, 3),
    Blueprint(VOLUMES, "block/volume", "archive", ("sbs_5k",), SCALEWAY, 5, "", _FREE),
)
"""In this order the first resources of an estate are made, so that a small one holds of every kind.
"""

FLEETS: tuple[tuple[Blueprint, Blueprint], ...] = (
    (
        Blueprint(
            DESCRIBE_INSTANCES, "ec2/instance", "shop-fleet", ("c6g.xlarge",), AWS, 1, "fleet"
        ),
        Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "nightly", ("c6g.medium",), AWS, 1, "fleet"),
    ),
    (
        Blueprint(ASSETS, "compute/instance", "search-fleet", ("e2-standard-4",), GCP, 1, "fleet"),
        Blueprint(ASSETS, "compute/instance", "nightly", ("e2-small",), GCP, 1, "fleet"),
    ),
)
"""Machines that come and go: an autoscaling group that follows the day, and a batch fleet in its
seats by night.
"""

UNSUPPORTED: tuple[Blueprint, ...] = (
    Blueprint(ASSETS, "vmwareengine/private_cloud", "legacy", ("standard-72",), GCP_REGIONS, 1),
    Blueprint(ASSETS, "datafusion/instance", "warehouse", ("BASIC",), GCP_REGIONS, 1),
)
"""Listed with the rest, known to no ServiceSpec: what the ledger counts as unsupported."""
