"""Things of the made-up estate that draw by their size alone: snapshots, files, control planes."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, ComponentKind
from cloud_carbon_exporter.providers.demo.describing import parse, spec
from cloud_carbon_exporter.providers.demo.listings import (
    ASSETS,
    DESCRIBE_FILE_SYSTEMS,
    DESCRIBE_REPOSITORIES,
    K8S_CLUSTERS,
    LIST_CLUSTERS,
    NAMESPACES,
    SNAPSHOTS,
    ListCall,
)
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

_FILE_SYSTEM_ARN = "arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-0{id}"
_CLUSTER_ARN = "arn:aws:eks:{region}:{account}:cluster/{name}"
_REPOSITORY_ARN = "arn:aws:ecr:{region}:{account}:repository/{name}"
_SNAPSHOT = "compute.googleapis.com/projects/{account}/global/snapshots/{name}"
_FILES = "file.googleapis.com/projects/{account}/locations/{zone}/instances/{name}"
_CLUSTER = "container.googleapis.com/projects/{account}/locations/{region}/clusters/{name}"
_UUID = "{uuid}"


def _by_size(
    call: ListCall,
    kind: str,
    holds: ComponentKind,
    identity: str,
    reason: str = "It draws by what it holds.",
) -> ServiceSpec:
    """ServiceSpec of what holds one component, whose class is the raw object's type."""

    def describe(raw: Raw, scope: Scope) -> Description:
        thing = parse(raw, scope)
        amount = 1.0 if holds == "fixed" else thing.gib
        part = Component(holds, f"{scope.provider}/{thing.type}", amount)
        name = identity.format(account=scope.account_id, uuid=thing.uuid, **raw)
        return thing.described(name, kept=(part,))

    return spec(call, kind, describe, reason)


def _control_plane(call: ListCall, kind: str, identity: str) -> ServiceSpec:
    """ServiceSpec of a control plane; identity: how its id reads."""
    return _by_size(
        call, kind, "fixed", identity, "A made-up control plane, the same for every size."
    )


SPECS: tuple[ServiceSpec, ...] = (
    _by_size(DESCRIBE_FILE_SYSTEMS, "efs/file_system", "file", _FILE_SYSTEM_ARN),
    _control_plane(LIST_CLUSTERS, "eks/cluster", _CLUSTER_ARN),
    _by_size(DESCRIBE_REPOSITORIES, "ecr/repository", "object", _REPOSITORY_ARN),
    _by_size(ASSETS, "compute/snapshot", "snapshot", _SNAPSHOT),
    _by_size(ASSETS, "file/instance", "file", _FILES),
    _control_plane(ASSETS, "container/cluster", _CLUSTER),
    _by_size(SNAPSHOTS, "instance/snapshot", "snapshot", _UUID),
    _control_plane(K8S_CLUSTERS, "k8s/cluster", _UUID),
    _by_size(NAMESPACES, "registry/namespace", "object", _UUID),
)
