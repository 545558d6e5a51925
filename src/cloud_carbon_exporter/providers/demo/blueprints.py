"""Blueprints of the made-up estate: a table of kinds, machine types and places.

Each row says how often it occurs; FLEETS come and go by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.demo.listings import (
    ASSETS,
    DATABASES,
    DESCRIBE_DB_CLUSTERS,
    DESCRIBE_DB_INSTANCES,
    DESCRIBE_FILE_SYSTEMS,
    DESCRIBE_INSTANCES,
    DESCRIBE_LOG_GROUPS,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_REPOSITORIES,
    DESCRIBE_RESERVATIONS,
    DESCRIBE_SNAPSHOTS,
    DESCRIBE_VOLUMES,
    K8S_CLUSTERS,
    LIST_BUCKETS,
    LIST_CLUSTERS,
    LIST_MODELS,
    METAL,
    NAMESPACES,
    OBJECT_BUCKETS,
    SERVERS,
    SNAPSHOTS,
    VOLUMES,
    ListCall,
)
from cloud_carbon_exporter.providers.demo.places import (
    AWS,
    AWS_REGIONS,
    GCP,
    GCP_BUCKET_SPOTS,
    GCP_REGIONS,
    PERMITTED_SPOTS,
    SCALEWAY,
    SCALEWAY_REGIONS,
    Spot,
)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Blueprint of one sort of resource: where it is listed, its types, what it works on.

    weight: how often it is drawn. profile: of day.PROFILES; empty for what has no monitoring.
    extra: what its raw objects hold besides.
    """

    call: ListCall
    kind: str
    service: str
    types: tuple[str, ...]
    spots: tuple[Spot, ...]
    weight: int
    profile: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


_STOPPED = {"state": "stopped"}
_FREE = {"attached": False}
_TWICE = {"copies": 2}
_AURORA = {"engine": "aurora"}
_XEON = {"cpu": "Intel Xeon Gold 6130", "threads": 32, "memory_gib": 192, "ssd_gib": 1900}
_M = ("m5.large", "m5.xlarge", "m5.2xlarge", "m7g.large", "m7g.xlarge")
_C = ("c6g.large", "c6g.xlarge", "c6g.2xlarge", "m7g.2xlarge")
_R6 = ("r6i.large", "r6i.2xlarge")
_T3 = ("t3.micro", "t3.medium", "t3.large")
_G4 = ("g4dn.xlarge", "g4dn.2xlarge")
_OLD = ("m5.large", "t3.medium")
_TRIED = ("m5.xlarge", "m5.2xlarge")
_EBS = ("ebs-snapshot/incremental", "ebs-snapshot", "ebs-snapshot/incremental")
_RDS = ("db.m6g.large", "db.r6i.xlarge")
_N2 = ("n2-standard-2", "n2-standard-8", "e2-standard-4")
_T2A = ("t2a-standard-4", "t2a-standard-8")
_PD = ("pd-balanced", "pd-ssd", "pd-standard")
_SQL = ("db-custom-2-7680", "db-custom-4-15360")
_MODELS = ("anthropic.claude-sonnet-4-20250514-v1:0", "meta.llama3-1-8b-instruct-v1:0")
_FILESTORE = ("filestore/BASIC_HDD", "filestore/BASIC_SSD")
_RDB = ("DB-DEV-M", "DB-PRO2-XS")

BLUEPRINTS: tuple[Blueprint, ...] = (
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "shop", _M, AWS, 95, "web"),
    Blueprint(ASSETS, "compute/instance", "search", _N2, GCP, 50, "web"),
    Blueprint(
        SERVERS, "instance/server", "portal", ("PRO2-M", "PRO2-S", "DEV1-M"), SCALEWAY, 40, "web"
    ),
    Blueprint(DESCRIBE_VOLUMES, "ec2/volume", "shop", ("gp3", "gp3", "gp2", "io2"), AWS, 110),
    Blueprint(DESCRIBE_DB_INSTANCES, "rds/db_instance", "orders", _RDS, AWS, 12, "database"),
    Blueprint(
        DESCRIBE_DB_CLUSTERS, "rds/db_cluster", "ledger", ("aurora",), AWS_REGIONS, 6, "storage"
    ),
    Blueprint(LIST_BUCKETS, "s3/bucket", "media", ("s3",), PERMITTED_SPOTS, 30, "storage"),
    Blueprint(ASSETS, "compute/disk", "search", _PD, GCP, 60),
    Blueprint(ASSETS, "sql/instance", "billing", _SQL, GCP, 8, "database"),
    Blueprint(
        ASSETS,
        "storage/bucket",
        "exports",
        ("STANDARD", "NEARLINE"),
        GCP_BUCKET_SPOTS,
        20,
        "storage",
    ),
    Blueprint(VOLUMES, "block/volume", "portal", ("sbs_5k", "sbs_15k"), SCALEWAY, 45),
    Blueprint(DATABASES, "rdb/instance", "accounts", _RDB, SCALEWAY_REGIONS, 6, "database"),
    Blueprint(
        OBJECT_BUCKETS, "object/bucket", "backup", ("STANDARD",), SCALEWAY_REGIONS, 12, "storage"
    ),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "pricing", _C, AWS, 20, "batch"),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "cache", _R6, AWS, 20, "database"),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "sandbox", _T3, AWS, 35, "development"),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "vision", _G4, AWS, 4, "inference"),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "models", ("g4dn.4xlarge",), AWS, 1, "training"),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "legacy", _OLD, AWS, 8, "web", _STOPPED),
    # Machines without monitoring, and a type nobody knows.
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "legacy", ("m5.xlarge",), AWS, 5),
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "preview", ("x99z.4xlarge",), AWS, 1, "web"),
    Blueprint(DESCRIBE_VOLUMES, "ec2/volume", "archive", ("st1", "sc1", "gp2"), AWS, 15, "", _FREE),
    Blueprint(
        DESCRIBE_DB_INSTANCES,
        "rds/db_instance",
        "orders",
        ("db.r6i.2xlarge",),
        AWS,
        5,
        "database",
        _TWICE,
    ),
    Blueprint(
        DESCRIBE_DB_INSTANCES,
        "rds/db_instance",
        "ledger",
        ("db.r6g.large",),
        AWS,
        9,
        "database",
        _AURORA,
    ),
    Blueprint(ASSETS, "compute/instance", "search", _T2A, GCP, 8, "batch"),
    Blueprint(
        ASSETS, "compute/instance", "sandbox", ("e2-micro", "e2-medium"), GCP, 15, "development"
    ),
    Blueprint(ASSETS, "compute/instance", "legacy", ("n2-standard-4",), GCP, 4, "web", _STOPPED),
    Blueprint(ASSETS, "compute/region_disk", "billing", ("pd-ssd",), GCP_REGIONS, 5, "", _TWICE),
    Blueprint(ASSETS, "compute/disk", "archive", ("pd-standard",), GCP, 8, "", _FREE),
    Blueprint(SERVERS, "instance/server", "sandbox", ("DEV1-S",), SCALEWAY, 15, "development"),
    Blueprint(SERVERS, "instance/server", "assistant", ("L4-1-24G",), SCALEWAY, 2, "inference"),
    Blueprint(SERVERS, "instance/server", "legacy", ("PRO2-S",), SCALEWAY, 3, "web", _STOPPED),
    Blueprint(METAL, "baremetal/server", "render", ("EM-B220E-NVME",), SCALEWAY, 1, "", _XEON),
    Blueprint(DESCRIBE_SNAPSHOTS, "ec2/snapshot", "archive", _EBS, AWS_REGIONS, 30),
    Blueprint(DESCRIBE_FILE_SYSTEMS, "efs/file_system", "media", ("efs",), AWS_REGIONS, 3),
    Blueprint(LIST_CLUSTERS, "eks/cluster", "platform", ("eks-control-plane",), AWS_REGIONS, 2),
    Blueprint(DESCRIBE_REPOSITORIES, "ecr/repository", "platform", ("ecr",), PERMITTED_SPOTS, 5),
    Blueprint(
        LIST_MODELS, "bedrock/foundation_model", "assistant", _MODELS, AWS_REGIONS, 3, "agents"
    ),
    Blueprint(ASSETS, "compute/snapshot", "archive", ("snapshot",), GCP_REGIONS, 15),
    Blueprint(ASSETS, "file/instance", "exports", _FILESTORE, GCP, 2),
    Blueprint(ASSETS, "container/cluster", "platform", ("gke-control-plane",), GCP_REGIONS, 2),
    Blueprint(SNAPSHOTS, "instance/snapshot", "archive", ("snapshot",), SCALEWAY, 10),
    Blueprint(K8S_CLUSTERS, "k8s/cluster", "platform", ("kapsule",), SCALEWAY_REGIONS, 2),
    Blueprint(NAMESPACES, "registry/namespace", "platform", ("registry",), SCALEWAY_REGIONS, 3),
    Blueprint(VOLUMES, "block/volume", "archive", ("sbs_5k",), SCALEWAY, 5, "", _FREE),
    # What somebody could do without: each is there for a rule of advice.
    Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "trial", _TRIED, AWS, 4, "forgotten"),
    Blueprint(
        DESCRIBE_NAT_GATEWAYS, "ec2/nat_gateway", "trial", ("public",), AWS_REGIONS, 2, "silent"
    ),
    Blueprint(
        DESCRIBE_RESERVATIONS,
        "ec2/capacity_reservation",
        "trial",
        _TRIED,
        AWS,
        2,
        "",
        {"reserved": 4, "unused": 2},
    ),
    Blueprint(
        DESCRIBE_LOG_GROUPS, "logs/log_group", "trial", ("STANDARD",), AWS_REGIONS, 4, "silent"
    ),
)
"""In this order the first resources of an estate are made: a small one holds of every kind."""


class Fleet(NamedTuple):
    """Machines that come and go in the same seats.

    by_day: a group that scales with the day. by_night: a batch that works when seats are free.
    """

    by_day: Blueprint
    by_night: Blueprint


FLEETS = (
    Fleet(
        Blueprint(
            DESCRIBE_INSTANCES, "ec2/instance", "shop-fleet", ("c6g.xlarge",), AWS, 1, "fleet"
        ),
        Blueprint(DESCRIBE_INSTANCES, "ec2/instance", "nightly", ("c6g.medium",), AWS, 1, "fleet"),
    ),
    Fleet(
        Blueprint(ASSETS, "compute/instance", "search-fleet", ("e2-standard-4",), GCP, 1, "fleet"),
        Blueprint(ASSETS, "compute/instance", "nightly", ("e2-small",), GCP, 1, "fleet"),
    ),
)

UNSUPPORTED: tuple[Blueprint, ...] = (
    Blueprint(ASSETS, "healthcare/fhir_store", "records", ("R4",), GCP_REGIONS, 1),
    Blueprint(ASSETS, "datastream/stream", "warehouse", ("MYSQL",), GCP_REGIONS, 1),
)
"""Listed with the rest, known to no ServiceSpec: what the ledger counts as unsupported."""
