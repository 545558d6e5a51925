"""List calls of the made-up estate, named as the clouds it imitates name theirs."""

from __future__ import annotations

from typing import NamedTuple

from cloud_carbon_exporter.providers.demo.places import Spot
from cloud_carbon_exporter.providers.spec import Listing, ScopeKind


class ListCall(NamedTuple):
    """A list call of an imitated cloud, and the scope it is made in."""

    provider: str
    api: str
    operation: str
    scope: ScopeKind

    def where(self, spot: Spot) -> str:
        """Name of the place in which this call lists what stands at a spot."""
        if self.scope in ("global", "project"):
            return "global"
        return spot.zone if self.scope == "zone" else spot.region


DESCRIBE_INSTANCES = ListCall("aws", "ec2", "DescribeInstances", "region")
DESCRIBE_VOLUMES = ListCall("aws", "ec2", "DescribeVolumes", "region")
DESCRIBE_SNAPSHOTS = ListCall("aws", "ec2", "DescribeSnapshots", "region")
DESCRIBE_NAT_GATEWAYS = ListCall("aws", "ec2", "DescribeNatGateways", "region")
DESCRIBE_RESERVATIONS = ListCall("aws", "ec2", "DescribeCapacityReservations", "region")
DESCRIBE_LOG_GROUPS = ListCall("aws", "logs", "DescribeLogGroups", "region")
DESCRIBE_DB_INSTANCES = ListCall("aws", "rds", "DescribeDBInstances", "region")
DESCRIBE_DB_CLUSTERS = ListCall("aws", "rds", "DescribeDBClusters", "region")
LIST_BUCKETS = ListCall("aws", "s3", "ListBuckets", "global")
DESCRIBE_FILE_SYSTEMS = ListCall("aws", "efs", "DescribeFileSystems", "region")
LIST_CLUSTERS = ListCall("aws", "eks", "ListClusters", "region")
LIST_MODELS = ListCall("aws", "bedrock", "ListFoundationModels", "region")
DESCRIBE_REPOSITORIES = ListCall("aws", "ecr", "DescribeRepositories", "region")

ASSETS = ListCall("gcp", "cloudasset", "assets.list", "project")

SERVERS = ListCall("scaleway", "instance", "ListServers", "zone")
SNAPSHOTS = ListCall("scaleway", "instance", "ListSnapshots", "zone")
METAL = ListCall("scaleway", "baremetal", "ListServers", "zone")
VOLUMES = ListCall("scaleway", "block", "ListVolumes", "zone")
DATABASES = ListCall("scaleway", "rdb", "ListInstances", "region")
OBJECT_BUCKETS = ListCall("scaleway", "object", "ListBuckets", "region")
K8S_CLUSTERS = ListCall("scaleway", "k8s", "ListClusters", "region")
NAMESPACES = ListCall("scaleway", "registry", "ListNamespaces", "region")

_CALLS = (
    DESCRIBE_INSTANCES,
    DESCRIBE_VOLUMES,
    DESCRIBE_DB_INSTANCES,
    DESCRIBE_DB_CLUSTERS,
    LIST_BUCKETS,
    ASSETS,
    SERVERS,
    METAL,
    VOLUMES,
    DATABASES,
    OBJECT_BUCKETS,
    DESCRIBE_SNAPSHOTS,
    DESCRIBE_FILE_SYSTEMS,
    LIST_CLUSTERS,
    DESCRIBE_REPOSITORIES,
    LIST_MODELS,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_RESERVATIONS,
    DESCRIBE_LOG_GROUPS,
    SNAPSHOTS,
    K8S_CLUSTERS,
    NAMESPACES,
)


def _listing(call: ListCall) -> Listing:
    return Listing(
        api=call.api,
        operation=call.operation,
        scope=call.scope,
        kind_of=lambda raw: str(raw["kind"]),  # the estate's objects say their kind themselves
        told_by="kind",
    )


LISTINGS = {call: _listing(call) for call in _CALLS}
"""List call -> its Listing."""

_CALL_OF = {(call.api, call.operation): call for call in _CALLS}


def call_of(listing: Listing) -> ListCall:
    """List call of a Listing."""
    return _CALL_OF[listing.api, listing.operation]
