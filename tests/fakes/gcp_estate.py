"""Estate of the fake Google Cloud: recorded assets, and the same in each product's own list."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

REPLAY = Path(__file__).parent.parent / "replay" / "gcp"
PROJECT, NUMBER = "shop-prod", "418263905127"

Asset = dict[str, Any]


def replay(name: str) -> dict[str, Any]:
    """A recorded answer."""
    answer: dict[str, Any] = json.loads((REPLAY / f"{name}.json").read_text(encoding="utf-8"))
    return answer


def recorded() -> list[Asset]:
    """Recorded assets of every service: an estate with each pair that could be counted twice."""
    assets: list[Asset] = []
    for path in sorted(REPLAY.glob("*.json")):
        assets += replay(path.stem).get("assets", ())
    return assets


def named(asset: Asset) -> Asset:
    """The asset as a names-only listing shows it."""
    return {key: value for key, value in asset.items() if key != "resource"}


def moved(assets: Iterable[Asset], project: str, number: str) -> list[Asset]:
    """The same assets in another project."""
    text = json.dumps(list(assets)).replace(PROJECT, project).replace(NUMBER, number)
    assets_there: list[Asset] = json.loads(text)
    for asset in assets_there:
        if asset["assetType"] == "storage.googleapis.com/Bucket":
            asset["name"] += f"-{project}"
            asset["resource"]["data"]["name"] += f"-{project}"
    return assets_there


def _of(assets: Sequence[Asset], asset_type: str) -> list[Any]:
    return [asset["resource"]["data"] for asset in assets if asset["assetType"] == asset_type]


def _aggregated(assets: Sequence[Asset], types: Iterable[str], key: str) -> dict[str, Any]:
    items: dict[str, Any] = defaultdict(lambda: defaultdict(list))
    for asset_type in types:
        for data in _of(assets, asset_type):
            where = re.search(r"(zones|regions)/[^/]+", data["selfLink"])
            items[where[0] if where else "global"][key].append(data)
    empty = {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results on this page."}
    return {"items": {**items, "zones/us-east1-b": {"warning": empty}}}


LOCATED: Mapping[str, tuple[str, str]] = {
    "aiplatform.projects.locations.endpoints.list": (
        "aiplatform.googleapis.com/Endpoint",
        "endpoints",
    ),
    "aiplatform.projects.locations.batchPredictionJobs.list": (
        "aiplatform.googleapis.com/BatchPredictionJob",
        "batchPredictionJobs",
    ),
    "aiplatform.projects.locations.deploymentResourcePools.list": (
        "aiplatform.googleapis.com/DeploymentResourcePool",
        "deploymentResourcePools",
    ),
    "aiplatform.projects.locations.indexEndpoints.list": (
        "aiplatform.googleapis.com/IndexEndpoint",
        "indexEndpoints",
    ),
    "aiplatform.projects.locations.notebookRuntimes.list": (
        "aiplatform.googleapis.com/NotebookRuntime",
        "notebookRuntimes",
    ),
    "aiplatform.projects.locations.persistentResources.list": (
        "aiplatform.googleapis.com/PersistentResource",
        "persistentResources",
    ),
    "aiplatform.projects.locations.reasoningEngines.list": (
        "aiplatform.googleapis.com/ReasoningEngine",
        "reasoningEngines",
    ),
    "aiplatform.projects.locations.tuningJobs.list": (
        "aiplatform.googleapis.com/TuningJob",
        "tuningJobs",
    ),
    "aiplatform.projects.locations.customJobs.list": (
        "aiplatform.googleapis.com/CustomJob",
        "customJobs",
    ),
    "artifactregistry.projects.locations.repositories.list": (
        "artifactregistry.googleapis.com/Repository",
        "repositories",
    ),
    "composer.projects.locations.environments.list": (
        "composer.googleapis.com/Environment",
        "environments",
    ),
    "dataproc.projects.locations.batches.list": (
        "dataproc.googleapis.com/Batch",
        "batches",
    ),
    "dataproc.projects.locations.sessions.list": (
        "dataproc.googleapis.com/Session",
        "sessions",
    ),
    "looker.projects.locations.instances.list": (
        "looker.googleapis.com/Instance",
        "instances",
    ),
    "managedkafka.projects.locations.clusters.list": (
        "managedkafka.googleapis.com/Cluster",
        "clusters",
    ),
    "managedkafka.projects.locations.connectClusters.list": (
        "managedkafka.googleapis.com/ConnectCluster",
        "connectClusters",
    ),
    "netapp.projects.locations.storagePools.list": (
        "netapp.googleapis.com/StoragePool",
        "storagePools",
    ),
    "oracledatabase.projects.locations.autonomousDatabases.list": (
        "oracledatabase.googleapis.com/AutonomousDatabase",
        "autonomousDatabases",
    ),
    "oracledatabase.projects.locations.cloudExadataInfrastructures.list": (
        "oracledatabase.googleapis.com/CloudExadataInfrastructure",
        "cloudExadataInfrastructures",
    ),
    "run.projects.locations.workerPools.list": (
        "run.googleapis.com/WorkerPool",
        "workerPools",
    ),
    "bigqueryreservation.projects.locations.reservations.list": (
        "bigqueryreservation.googleapis.com/Reservation",
        "reservations",
    ),
    "gkebackup.projects.locations.backupPlans.backups.list": (
        "gkebackup.googleapis.com/Backup",
        "backups",
    ),
    "vmwareengine.projects.locations.privateClouds.list": (
        "vmwareengine.googleapis.com/PrivateCloud",
        "privateClouds",
    ),
    "vmwareengine.projects.locations.privateClouds.clusters.list": (
        "vmwareengine.googleapis.com/Cluster",
        "clusters",
    ),
}
"""Asset type and field of the lists of one location."""

PLACES = ("europe-west1", "europe-west3", "europe-west3-a", "global", "us-central1")
"""Locations of every product that lists its own."""

LOCATED_APIS = frozenset(method.partition(".")[0] for method in LOCATED)


def located_list(assets: Sequence[Asset], method: str, location: str) -> dict[str, Any] | None:
    """The answer of a product that lists one location at a time; None where it is none of those."""
    api, _, operation = method.partition(".")
    if operation == "projects.locations.list" and api in LOCATED_APIS:
        return {"locations": [{"locationId": place} for place in PLACES]}
    if method == "compute.regions.list":
        return {"items": [{"name": place} for place in PLACES if place.count("-") == 1]}
    if method == "gkebackup.projects.locations.backupPlans.list":
        return _backup_plans(assets, location)
    if method not in LOCATED:
        return None
    asset_type, key = LOCATED[method]
    here = [data for data in _of(assets, asset_type) if f"/locations/{location}/" in data["name"]]
    return {key: here} if here else {}


def _backup_plans(assets: Sequence[Asset], location: str) -> dict[str, Any]:
    backups = [data["name"] for data in _of(assets, "gkebackup.googleapis.com/Backup")]
    plans = {name.partition("/backups/")[0] for name in backups if f"/{location}/" in name}
    return {"backupPlans": [{"name": plan} for plan in sorted(plans)]}


OF_INSTANCES = {
    "spanner.projects.instances.backups.list": "spanner.googleapis.com/Backup",
    "bigtableadmin.projects.instances.clusters.backups.list": "bigtableadmin.googleapis.com/Backup",
}
"""Asset type of the backups that are listed for one instance at a time."""


def backups_of_instance(assets: Sequence[Asset], method: str, path: str) -> dict[str, Any] | None:
    """The answer of a list of backups below an instance; None where it is none of those."""
    if method == "bigtableadmin.projects.instances.list":
        clusters = _of(assets, "bigtableadmin.googleapis.com/Cluster")
        names = {data["name"].partition("/clusters/")[0] for data in clusters}
        return {"instances": [{"name": name} for name in sorted(names)]}
    if method not in OF_INSTANCES:
        return None
    instance = "/".join(path.split("/")[1:5])
    backups = _of(assets, OF_INSTANCES[method])
    return {"backups": [data for data in backups if data["name"].startswith(f"{instance}/")]}


COMPUTE = "compute.googleapis.com/"
AGGREGATED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "compute.instances.aggregatedList": ((f"{COMPUTE}Instance",), "instances"),
    "compute.disks.aggregatedList": ((f"{COMPUTE}Disk", f"{COMPUTE}RegionDisk"), "disks"),
    "compute.forwardingRules.aggregatedList": (
        (f"{COMPUTE}ForwardingRule", f"{COMPUTE}GlobalForwardingRule"),
        "forwardingRules",
    ),
    "compute.nodeGroups.aggregatedList": ((f"{COMPUTE}NodeGroup",), "nodeGroups"),
    "compute.vpnTunnels.aggregatedList": ((f"{COMPUTE}VpnTunnel",), "vpnTunnels"),
    "compute.interconnectAttachments.aggregatedList": (
        (f"{COMPUTE}InterconnectAttachment",),
        "interconnectAttachments",
    ),
    "compute.reservations.aggregatedList": ((f"{COMPUTE}Reservation",), "reservations"),
    "compute.storagePools.aggregatedList": ((f"{COMPUTE}StoragePool",), "storagePools"),
    "compute.instantSnapshots.aggregatedList": (
        (f"{COMPUTE}InstantSnapshot",),
        "instantSnapshots",
    ),
    "compute.routers.aggregatedList": ((f"{COMPUTE}Router",), "routers"),
}
"""Asset types and field of the lists that Compute Engine gives by zone or region."""

FLAT: Mapping[str, tuple[str, str]] = {
    "compute.interconnects.list": (f"{COMPUTE}Interconnect", "items"),
    "compute.snapshots.list": (f"{COMPUTE}Snapshot", "items"),
    "compute.images.list": (f"{COMPUTE}Image", "items"),
    "compute.machineImages.list": (f"{COMPUTE}MachineImage", "items"),
    "alloydb.projects.locations.backups.list": ("alloydb.googleapis.com/Backup", "backups"),
    "backupdr.projects.locations.backupVaults.list": (
        "backupdr.googleapis.com/BackupVault",
        "backupVaults",
    ),
    "file.projects.locations.backups.list": ("file.googleapis.com/Backup", "backups"),
    "firestore.projects.locations.backups.list": ("firestore.googleapis.com/Backup", "backups"),
    "firestore.projects.databases.list": ("firestore.googleapis.com/Database", "databases"),
    "sql.Backups.ListBackups": ("sqladmin.googleapis.com/Backup", "backups"),
    "apigee.organizations.instances.list": (
        "apigee.googleapis.com/Instance",
        "instances",
    ),
    "dataflow.projects.jobs.aggregated": (
        "dataflow.googleapis.com/Job",
        "jobs",
    ),
    "datafusion.projects.locations.instances.list": (
        "datafusion.googleapis.com/Instance",
        "instances",
    ),
    "lustre.projects.locations.instances.list": (
        "lustre.googleapis.com/Instance",
        "instances",
    ),
    "parallelstore.projects.locations.instances.list": (
        "parallelstore.googleapis.com/Instance",
        "instances",
    ),
    "sql.instances.list": ("sqladmin.googleapis.com/Instance", "items"),
    "storage.buckets.list": ("storage.googleapis.com/Bucket", "items"),
    "container.projects.locations.clusters.list": (
        "container.googleapis.com/Cluster",
        "clusters",
    ),
    "run.projects.locations.jobs.list": ("run.googleapis.com/Job", "jobs"),
    "cloudfunctions.projects.locations.functions.list": (
        "cloudfunctions.googleapis.com/CloudFunction",
        "functions",
    ),
    "redis.projects.locations.instances.list": ("redis.googleapis.com/Instance", "instances"),
    "redis.projects.locations.clusters.list": ("redis.googleapis.com/Cluster", "clusters"),
    "memcache.projects.locations.instances.list": (
        "memcache.googleapis.com/Instance",
        "instances",
    ),
    "memorystore.projects.locations.instances.list": (
        "memorystore.googleapis.com/Instance",
        "instances",
    ),
    "file.projects.locations.instances.list": ("file.googleapis.com/Instance", "instances"),
    "spanner.projects.instances.list": ("spanner.googleapis.com/Instance", "instances"),
    "alloydb.projects.locations.clusters.list": ("alloydb.googleapis.com/Cluster", "clusters"),
    "alloydb.projects.locations.clusters.instances.list": (
        "alloydb.googleapis.com/Instance",
        "instances",
    ),
    "bigtableadmin.projects.instances.clusters.list": (
        "bigtableadmin.googleapis.com/Cluster",
        "clusters",
    ),
    "tpu.projects.locations.nodes.list": ("tpu.googleapis.com/Node", "nodes"),
}
"""Asset type and field of the lists that are flat."""


def product_list(assets: Sequence[Asset], method: str) -> dict[str, Any] | None:
    """The answer of a product's own list call; None where the fake has no such product."""
    if method in AGGREGATED:
        return _aggregated(assets, *AGGREGATED[method])
    if method in FLAT:
        asset_type, key = FLAT[method]
        return {key: _of(assets, asset_type)}
    if method == "run.projects.locations.services.list":  # v2 shows every service in its own shape
        names = [
            asset["name"] for asset in assets if asset["assetType"] == "run.googleapis.com/Service"
        ]
        return {"services": [{"name": name.partition(".com/")[2]} for name in names]}
    if method == "bigquery.datasets.list":
        return {"kind": "bigquery#datasetList", "datasets": _listed_datasets(assets)}
    return None


def _listed_datasets(assets: Sequence[Asset]) -> list[dict[str, Any]]:
    datasets = []
    for dataset in _of(assets, "bigquery.googleapis.com/Dataset"):
        kept = ("kind", "id", "datasetReference", "location", "labels")
        datasets.append({key: dataset[key] for key in kept})
    return datasets
