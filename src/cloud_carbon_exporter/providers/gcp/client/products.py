"""Lists of the products themselves, which stand in for Asset Inventory: their calls, one by one."""

from __future__ import annotations

from cloud_carbon_exporter.providers.gcp.client.product import Parents, Product
from cloud_carbon_exporter.providers.gcp.client.product_names import (
    apigee,
    bucket,
    dataset,
    job,
    of_link,
    of_name,
    sql,
)

# Firestore's permissions bear the name it had as Datastore, those of reservations BigQuery's.
_PERMISSION_OF_API = {"firestore": "datastore", "bigqueryreservation": "bigquery"}

# What Cloud Run's API writes with a capital (https://docs.cloud.google.com/run/docs/reference/iam/
# permissions).
_PERMISSION_OF_COLLECTION = {"workerPools": "workerpools"}


def _compute(
    operation: str, path: str, items: str, name: str, permission: str, regional: str = ""
) -> Product:
    aggregated = operation.endswith("aggregatedList")
    return Product(
        api="compute",
        operation=operation,
        path=f"compute/v1/projects/{{project}}/{path}",
        items=items,
        type=f"compute.googleapis.com/{name}",
        permission=permission,
        name=of_link("compute"),
        regional=f"compute.googleapis.com/{regional}" if regional else "",
        aggregated=aggregated,
        params={"maxResults": "500"},
    )


def _by_place(collection: str, name: str) -> Product:
    """An aggregated list of Compute Engine, of things of one type."""
    path, permission = f"aggregated/{collection}", f"compute.{collection}.list"
    return _compute(f"{collection}.aggregatedList", path, collection, name, permission)


def _everywhere(
    api: str, version: str, things: str, name: str, operation: str = "", host: str = ""
) -> Product:
    """An API whose lists take `-` for every location and whose objects carry their full name.

    host: what the API is called in names and permissions, where that differs.
    """
    host = host or api
    collection = things.rpartition("/")[2]
    return Product(
        api=api,
        operation=operation or f"projects.locations.{collection}.list",
        path=f"{version}/projects/{{project}}/{things}",
        items=collection,
        type=f"{api}.googleapis.com/{name}",
        permission=f"{_PERMISSION_OF_API.get(api, host)}.{collection}.list",
        name=of_name(host),
    )


def _located(
    api: str,
    collection: str,
    name: str,
    *,
    version: str = "v1",
    hosts: bool = False,
    regions: bool = False,
    places: tuple[str, ...] = (),
) -> Product:
    """An API that knows no `-`: each of its locations is asked."""
    return Product(
        api=api,
        operation=f"projects.locations.{collection}.list",
        path=f"{version}/projects/{{project}}/locations/{{location}}/{collection}",
        items=collection,
        type=f"{api}.googleapis.com/{name}",
        permission=".".join(
            (
                _PERMISSION_OF_API.get(api, api),
                _PERMISSION_OF_COLLECTION.get(collection, collection),
                "list",
            )
        ),
        name=of_name(api),
        located=True,
        hosts=hosts,
        regions=regions,
        places=places,
    )


def _below(api: str, above: str, collection: str, name: str) -> Product:
    """An API that knows no `-`, whose objects stand below others of a location."""
    return Product(
        api=api,
        operation=f"projects.locations.{above}.{collection}.list",
        path=f"v1/{{parent}}/{collection}",
        items=collection,
        type=f"{api}.googleapis.com/{name}",
        permission=f"{api}.{collection}.list",
        name=of_name(api),
        located=True,
        parents=Parents(f"locations/{{location}}/{above}", f"{api}.{above}.list"),
    )


def _backups_of_instances(api: str, version: str, clusters: str = "", host: str = "") -> Product:
    """Backups, which are listed for one instance at a time.

    clusters: the path between an instance and its backups. host: as `_everywhere` has it.
    """
    host = host or api
    between = "clusters." if clusters else ""
    return Product(
        api=api,
        operation=f"projects.instances.{between}backups.list",
        path=f"{version}/{{parent}}/{clusters}backups",
        items="backups",
        type=f"{api}.googleapis.com/Backup",
        permission=f"{host}.backups.list",
        name=of_name(host),
        parents=Parents("instances", f"{host}.instances.list"),
    )


PRODUCTS: tuple[Product, ...] = (
    _compute(
        "instances.aggregatedList",
        "aggregated/instances",
        "instances",
        "Instance",
        "compute.instances.list",
    ),
    _compute(
        "disks.aggregatedList",
        "aggregated/disks",
        "disks",
        "Disk",
        "compute.disks.list",
        "RegionDisk",
    ),
    _by_place("reservations", "Reservation"),
    _by_place("nodeGroups", "NodeGroup"),
    _by_place("vpnTunnels", "VpnTunnel"),
    _compute(
        "interconnects.list",
        "global/interconnects",
        "items",
        "Interconnect",
        "compute.interconnects.list",
    ),
    _by_place("interconnectAttachments", "InterconnectAttachment"),
    _by_place("storagePools", "StoragePool"),
    _by_place("instantSnapshots", "InstantSnapshot"),
    _compute("snapshots.list", "global/snapshots", "items", "Snapshot", "compute.snapshots.list"),
    _compute("images.list", "global/images", "items", "Image", "compute.images.list"),
    _compute(
        "machineImages.list",
        "global/machineImages",
        "items",
        "MachineImage",
        "compute.machineImages.list",
    ),
    _compute(
        "forwardingRules.aggregatedList",
        "aggregated/forwardingRules",
        "forwardingRules",
        "GlobalForwardingRule",
        "compute.forwardingRules.list",
        "ForwardingRule",
    ),
    _compute(
        "routers.aggregatedList", "aggregated/routers", "routers", "Router", "compute.routers.list"
    ),
    Product(
        api="sqladmin",
        operation="instances.list",
        path="v1/projects/{project}/instances",
        items="items",
        type="sqladmin.googleapis.com/Instance",
        permission="cloudsql.instances.list",
        name=sql,
    ),
    Product(
        api="sqladmin",
        operation="Backups.ListBackups",
        path="v1/projects/{project}/backups",
        items="backups",
        type="sqladmin.googleapis.com/Backup",
        permission="cloudsql.backupRuns.list",
        name=of_name("cloudsql"),
    ),
    Product(
        api="storage",
        operation="buckets.list",
        path="storage/v1/b",
        items="items",
        type="storage.googleapis.com/Bucket",
        permission="storage.buckets.list",
        name=bucket,
        params={"project": "{project}", "maxResults": "1000"},
    ),
    Product(
        api="container",
        operation="projects.locations.clusters.list",
        path="v1/projects/{project}/locations/-/clusters",
        items="clusters",
        type="container.googleapis.com/Cluster",
        permission="container.clusters.list",
        name=of_link("container"),
    ),
    Product(
        api="bigquery",
        operation="datasets.list",
        path="bigquery/v2/projects/{project}/datasets",
        items="datasets",
        type="bigquery.googleapis.com/Dataset",
        permission="bigquery.datasets.get",
        name=dataset,
        params={"maxResults": "1000"},
    ),
    Product(
        api="dataflow",
        operation="projects.jobs.aggregated",
        path="v1b3/projects/{project}/jobs:aggregated",
        items="jobs",
        type="dataflow.googleapis.com/Job",
        permission="dataflow.jobs.list",
        name=job,
        params={"filter": "ACTIVE"},
    ),
    # An organisation is called as its project is (apigee.v1, organizations.create).
    Product(
        api="apigee",
        operation="organizations.instances.list",
        path="v1/organizations/{project}/instances",
        items="instances",
        type="apigee.googleapis.com/Instance",
        permission="apigee.instances.list",
        name=apigee,
    ),
    _everywhere("run", "v2", "locations/-/services", "Service"),
    _everywhere("run", "v2", "locations/-/jobs", "Job"),
    _everywhere("cloudfunctions", "v1", "locations/-/functions", "CloudFunction"),
    _everywhere("redis", "v1", "locations/-/instances", "Instance"),
    _everywhere("redis", "v1", "locations/-/clusters", "Cluster"),
    _everywhere("memcache", "v1", "locations/-/instances", "Instance"),
    _everywhere("memorystore", "v1", "locations/-/instances", "Instance"),
    _everywhere("file", "v1", "locations/-/instances", "Instance"),
    _everywhere("file", "v1", "locations/-/backups", "Backup"),
    _everywhere("backupdr", "v1", "locations/-/backupVaults", "BackupVault"),
    _everywhere("spanner", "v1", "instances", "Instance", operation="projects.instances.list"),
    _everywhere("alloydb", "v1", "locations/-/clusters", "Cluster"),
    _everywhere("alloydb", "v1", "locations/-/backups", "Backup"),
    _everywhere(
        "alloydb",
        "v1",
        "locations/-/clusters/-/instances",
        "Instance",
        operation="projects.locations.clusters.instances.list",
    ),
    _everywhere(
        "bigtableadmin",
        "v2",
        "instances/-/clusters",
        "Cluster",
        operation="projects.instances.clusters.list",
        host="bigtable",
    ),
    _everywhere("firestore", "v1", "databases", "Database", operation="projects.databases.list"),
    _everywhere("firestore", "v1", "locations/-/backups", "Backup"),
    _everywhere("datafusion", "v1", "locations/-/instances", "Instance"),
    _everywhere("lustre", "v1", "locations/-/instances", "Instance"),
    _everywhere("parallelstore", "v1", "locations/-/instances", "Instance"),
    _everywhere("tpu", "v2", "locations/-/nodes", "Node"),
    _located("aiplatform", "endpoints", "Endpoint", hosts=True),
    _located("aiplatform", "customJobs", "CustomJob", hosts=True),
    _located("aiplatform", "deploymentResourcePools", "DeploymentResourcePool", hosts=True),
    _located("aiplatform", "indexEndpoints", "IndexEndpoint", hosts=True),
    _located("aiplatform", "notebookRuntimes", "NotebookRuntime", hosts=True),
    _located("aiplatform", "persistentResources", "PersistentResource", hosts=True),
    _located("aiplatform", "reasoningEngines", "ReasoningEngine", hosts=True),
    _located("aiplatform", "tuningJobs", "TuningJob", hosts=True),
    _located("aiplatform", "batchPredictionJobs", "BatchPredictionJob", hosts=True),
    _located("artifactregistry", "repositories", "Repository"),
    _located("oracledatabase", "autonomousDatabases", "AutonomousDatabase"),
    _located("oracledatabase", "cloudExadataInfrastructures", "CloudExadataInfrastructure"),
    _located("netapp", "storagePools", "StoragePool"),
    _located("composer", "environments", "Environment", regions=True),
    _located("dataproc", "batches", "Batch", regions=True),
    _located("dataproc", "sessions", "Session", regions=True),
    _located("looker", "instances", "Instance"),
    _located("managedkafka", "clusters", "Cluster"),
    _located("managedkafka", "connectClusters", "ConnectCluster"),
    _located("run", "workerPools", "WorkerPool", version="v2", regions=True),
    _below("vmwareengine", "privateClouds", "clusters", "Cluster"),
    _below("gkebackup", "backupPlans", "backups", "Backup"),
    _backups_of_instances("spanner", "v1"),
    # Of all clusters of an instance at once (bigtableadmin.v2, clusters.backups.list).
    _backups_of_instances("bigtableadmin", "v2", "clusters/-/", host="bigtable"),
    # Its multi-regions are no regions of Compute Engine, and it lists no locations itself.
    _located(
        "bigqueryreservation", "reservations", "Reservation", regions=True, places=("US", "EU")
    ),
)
