"""Vertex AI's machines that are held beside jobs: persistent resources and runtimes of notebooks.

They stand in a project of Google's, where neither Asset Inventory nor Monitoring shows them.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.times import created, moment
from cloud_carbon_exporter.providers.gcp.describing.vertex import boot_disks, data_disk, machines
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# One in ERROR is to be deleted by hand: until then its machines are there. App Hub, which is fed by
# Asset Inventory, names the type (supported resources, preview); where Asset Inventory refuses it,
# it is not asked for any more.
RESOURCE_STATES = states(running="RUNNING STOPPING REBOOTING UPDATING ERROR", gone="PROVISIONING")

# INVALID is one that cannot be recovered. A runtime keeps its disk of data while it is stopped.
RUNTIME_STATES = states(
    running="RUNNING BEING_STOPPED BEING_UPGRADED ERROR",
    stopped="STOPPED BEING_STARTED INVALID",
)


def describe_resource(raw: Raw, scope: Scope) -> Description:
    """Persistent resource as those machines of its pools that no job holds: jobs count theirs."""
    asset = parse(raw, scope)
    data = asset.data
    parts: list[Component] = []
    for pool in data["resourcePools"]:
        least = pool.get("autoscalingSpec", {}).get("minReplicaCount", 0)
        # aiplatform.v1, usedReplicaCount: "machines currently in use by training jobs".
        held = int(pool.get("replicaCount") or least or 1)
        replicas = max(0, held - int(pool.get("usedReplicaCount", 0)))
        parts += machines(pool["machineSpec"], scope, replicas)
        parts.append(boot_disks(pool.get("diskSpec", {}), replicas))
    return asset.described(
        running=parts,
        name=data.get("displayName", ""),
        state=data.get("state", ""),
        life=Life(moment(data.get("startTime")) or created(data)),
    )


def describe_runtime(raw: Raw, scope: Scope) -> Description:
    """Runtime of a notebook as its machine while it runs, with its disk of data."""
    asset = parse(raw, scope)
    data = asset.data
    spec = data.get("machineSpec", {})
    return asset.described(
        running=machines(spec, scope, 1),
        kept=(data_disk(data.get("dataPersistentDiskSpec", {})),),
        name=data.get("displayName", ""),
        state=data.get("runtimeState", ""),
        info={"host_type": spec.get("machineType", "")},
    )


SPECS = (
    ServiceSpec(
        kind="aiplatform/persistent_resource",
        listing=LISTING,
        accepts=of_type("aiplatform.googleapis.com/PersistentResource"),
        describe=describe_resource,
        states=RESOURCE_STATES,
        reason="The machines of its pools that are held while no job runs on them.",
    ),
    ServiceSpec(
        kind="aiplatform/notebook_runtime",
        listing=LISTING,
        accepts=of_type("aiplatform.googleapis.com/NotebookRuntime"),
        describe=describe_runtime,
        states=RUNTIME_STATES,
        reason="Its machine while it runs, and its disk of data.",
    ),
)
