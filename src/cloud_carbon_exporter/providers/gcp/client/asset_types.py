"""Asset types of Google that Cloud Asset Inventory is asked for: whatever may hold hardware."""

from __future__ import annotations

PROJECT = "cloudresourcemanager.googleapis.com/Project"

TYPES = (
    "aiplatform.googleapis.com/BatchPredictionJob",
    "aiplatform.googleapis.com/CustomJob",
    "aiplatform.googleapis.com/Endpoint",
    "alloydb.googleapis.com/Cluster",
    "alloydb.googleapis.com/Instance",
    "artifactregistry.googleapis.com/Repository",
    "bigquery.googleapis.com/Dataset",
    "bigtableadmin.googleapis.com/Cluster",
    "cloudfunctions.googleapis.com/CloudFunction",
    "cloudfunctions.googleapis.com/Function",
    PROJECT,
    "compute.googleapis.com/Disk",
    "compute.googleapis.com/ForwardingRule",
    "compute.googleapis.com/GlobalForwardingRule",
    "compute.googleapis.com/Image",
    "compute.googleapis.com/Instance",
    "compute.googleapis.com/MachineImage",
    "compute.googleapis.com/RegionDisk",
    "compute.googleapis.com/Router",
    "compute.googleapis.com/Snapshot",
    "container.googleapis.com/Cluster",
    "container.googleapis.com/NodePool",
    "dataflow.googleapis.com/Job",
    "dataproc.googleapis.com/Cluster",
    "file.googleapis.com/Instance",
    "firestore.googleapis.com/Database",
    "memcache.googleapis.com/Instance",
    "memorystore.googleapis.com/Instance",
    "redis.googleapis.com/Cluster",
    "redis.googleapis.com/Instance",
    "run.googleapis.com/Job",
    "run.googleapis.com/Service",
    "spanner.googleapis.com/Instance",
    "sqladmin.googleapis.com/Instance",
    "storage.googleapis.com/Bucket",
    "tpu.googleapis.com/Node",
)
