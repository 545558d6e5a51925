"""Provider ids: under which name Kubernetes knows a machine or disk of a cloud, and the reverse.

A node's `spec.providerID` is written by its cloud's controller, a volume's handle by its CSI
driver; each has older and shorter forms. So both sides are held against each other by a key that
all forms of one name have.
"""

from __future__ import annotations

import re

from cloud_carbon_exporter.model.types import Resource

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GOOGLE = re.compile(
    r"(?:^|/)projects/([^/]+)/(?:zones|regions)/([^/]+)/(?:instances|disks)/([^/]+)$"
)

# kubernetes/cloud-provider-aws, pkg/providers/v1/instances.go: aws:///<zone>/<id>, aws:////<id>, or
# the id alone; the last word is the instance, or begins with fargate-.
_AWS_NODE = re.compile(r"(?:aws:///?(?:[^/]*/)*)?(i-[^/]+)")
# kubernetes/cloud-provider-gcp, providers/gce/gce_util.go. Cloud Monitoring tells no zone.
_GOOGLE_NODE = re.compile(r"gce://([^/]+)/([^/]*)/([^/]+)")
# scaleway/scaleway-cloud-controller-manager, scaleway/servers.go: product and zone may be missing.
_SCALEWAY_NODE = re.compile(rf"scaleway://(?:[\w-]+/)*({_UUID})")
_FARGATE_NODE = re.compile(r"aws://.*/fargate-[^/]+")

# Handles of ebs.csi.aws.com, or aws://<zone>/<id> of the volumes from before CSI;
# pd.csi.storage.gke.io; csi.scaleway.com (<zone>/<uuid>).
_AWS_VOLUME = re.compile(r"(?:aws://[^/]*/)?(vol-[0-9a-f]+)")
_SCALEWAY_VOLUME = re.compile(rf"(?:[\w-]+/)?({_UUID})")

_SCALEWAY_MACHINES = {"instance/server": "instance", "baremetal/server": "baremetal"}
_MACHINES = frozenset({"ec2/instance", "compute/instance", *_SCALEWAY_MACHINES})


def provider_id(resource: Resource) -> str:
    """What Kubernetes calls a machine where it is a node; empty of what cannot be one."""
    at, kind = resource.location, resource.kind
    if kind == "ec2/instance":
        return f"aws:///{at.zone}/{resource.id.rpartition('/')[2]}"
    if kind == "compute/instance" and (found := _GOOGLE.search(resource.id)):
        return f"gce://{found[1]}/{found[2]}/{found[3]}"
    if kind in _SCALEWAY_MACHINES:
        return f"scaleway://{_SCALEWAY_MACHINES[kind]}/{at.zone}/{resource.id}"
    return ""


def key_of(resource: Resource) -> str:
    """Key of a machine or disk, or of a cluster of Autopilot; empty of what is none of them."""
    if resource.kind in _MACHINES:
        return key_of_node(provider_id(resource))
    if resource.kind == "container/cluster":
        autopilot = resource.info.get("host_type") == "autopilot"
        return f"gke/{resource.location.account_id}/{resource.name}" if autopilot else ""
    return key_of_volume(resource.id if resource.kind != "ec2/volume" else _last(resource.id))


def key_of_node(said: str) -> str:
    """Key of a provider id, as `key_of` says it of the machine; empty of other clouds' nodes."""
    if found := _AWS_NODE.fullmatch(said):
        return f"aws/{found[1]}"
    if found := _GOOGLE_NODE.fullmatch(said):
        return f"gcp/{found[1]}/{found[2]}/{found[3]}"
    if found := _SCALEWAY_NODE.fullmatch(said):
        return f"scaleway/{found[1]}"
    return ""


def is_autopilot(name: str) -> bool:
    """Whether a node is one of GKE Autopilot: what its pods ask for is its cluster's."""
    return name.startswith("gk3-")


def key_of_autopilot(cluster: str, node: str) -> str:
    """Key of a cluster of Autopilot by its name, in the project of a node, by its provider id."""
    found = _GOOGLE_NODE.fullmatch(node)
    return f"gke/{found[1]}/{cluster}" if found else ""


def key_without_zone(key: str) -> str:
    """Key of what is Google's as it is where nothing tells its zone; empty of others."""
    cloud, _, rest = key.partition("/")
    project, _, place = rest.partition("/")
    return f"{cloud}/{project}//{place.rpartition('/')[2]}" if cloud.startswith("gcp") else ""


def key_of_volume(handle: str) -> str:
    """Key of a volume's handle, as `key_of` says it of the disk; empty of what we do not know."""
    if found := _AWS_VOLUME.fullmatch(handle):
        return f"aws/{found[1]}"
    if found := _GOOGLE.search(handle):
        # A machine of GKE and the disk it boots from have one name.
        return f"gcp-disk/{found[1]}/{found[2]}/{found[3]}"
    if found := _SCALEWAY_VOLUME.fullmatch(handle):
        return f"scaleway/{found[1]}"
    return ""


def key_of_named_disk(name: str, node: str) -> str:
    """Key of a disk of which its name alone is told, in the project of a node, by its provider id.

    kube-state-metrics tells so of Google's volumes from before CSI (gce_persistent_disk_name).
    """
    found = _GOOGLE_NODE.fullmatch(node)
    return f"gcp-disk/{found[1]}//{name}" if found and name else ""


def is_serverless(said: str, name: str) -> bool:
    """Whether a node is none: a task of Fargate, or a virtual kubelet, has no machine to see.

    EKS names each node of Fargate so in its provider id; AKS and Azure Container Instances name
    theirs virtual-node, the project itself virtual-kubelet; and the machines of GKE Autopilot, all
    named gk3-, are Google's.
    """
    if _FARGATE_NODE.fullmatch(said):
        return True
    return is_autopilot(name) or name.startswith(("virtual-kubelet", "virtual-node"))


def _last(path: str) -> str:
    return path.rpartition("/")[2]
