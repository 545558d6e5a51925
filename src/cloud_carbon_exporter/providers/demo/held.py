"""The made-up estate's things that draw by their size alone: snapshots, file systems, registries,
control planes.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, ComponentKind, Resource
from cloud_carbon_exporter.providers.demo import blueprints as made
from cloud_carbon_exporter.providers.demo.describing import LISTINGS, spec, uuid
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

_TABLE: tuple[tuple[made.ListingKey, str, ComponentKind, str], ...] = (
    (
        made.DESCRIBE_SNAPSHOTS,
        "ec2/snapshot",
        "snapshot",
        "arn:aws:ec2:{region}:{account}:snapshot/snap-0{id}",
    ),
    (
        made.DESCRIBE_FILE_SYSTEMS,
        "efs/file_system",
        "file",
        "arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-0{id}",
    ),
    (made.LIST_CLUSTERS, "eks/cluster", "fixed", "arn:aws:eks:{region}:{account}:cluster/{name}"),
    (
        made.DESCRIBE_REPOSITORIES,
        "ecr/repository",
        "object",
        "arn:aws:ecr:{region}:{account}:repository/{name}",
    ),
    (
        made.ASSETS,
        "compute/snapshot",
        "snapshot",
        "compute.googleapis.com/projects/{account}/global/snapshots/{name}",
    ),
    (
        made.ASSETS,
        "file/instance",
        "file",
        "file.googleapis.com/projects/{account}/locations/{zone}/instances/{name}",
    ),
    (
        made.ASSETS,
        "container/cluster",
        "fixed",
        "container.googleapis.com/projects/{account}/locations/{region}/clusters/{name}",
    ),
    (made.SNAPSHOTS, "instance/snapshot", "snapshot", "{uuid}"),
    (made.K8S_CLUSTERS, "k8s/cluster", "fixed", "{uuid}"),
    (made.NAMESPACES, "registry/namespace", "object", "{uuid}"),
)
"""Listing, kind, what it holds (the class is the raw object's type), and how its id reads."""


def _row(listing: made.ListingKey, kind: str, holds: ComponentKind, identity: str) -> ServiceSpec:
    def describe(raw: Raw, scope: Scope) -> Resource:
        amount = 1.0 if holds == "fixed" else float(raw["gib"])
        return Resource(
            id=identity.format(account=scope.account_id, uuid=uuid(raw), **raw),
            kind=kind,
            name=raw["name"],
            location=scope.location(raw["region"], raw["zone"]),
            components=(Component(holds, f"{scope.provider}/{raw['type']}", amount),),
            tags=raw["tags"],
        )

    reason = (
        "A made-up control plane, the same for every size."
        if holds == "fixed"
        else "It draws by what it holds."
    )
    return spec(LISTINGS[listing], kind, describe, reason)


SPECS: tuple[ServiceSpec, ...] = tuple(_row(*row) for row in _TABLE)
