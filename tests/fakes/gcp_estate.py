"""What the fake Google Cloud holds: recorded assets, and the same objects as each product's own
list shows them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

REPLAY = Path(__file__).parent.parent / "replay" / "gcp"
PROJECT, NUMBER = "shop-prod", "418263905127"

Asset = dict[str, Any]


def replay(name: str) -> dict[str, Any]:
    """A recorded answer."""
    found: dict[str, Any] = json.loads((REPLAY / f"{name}.json").read_text(encoding="utf-8"))
    return found


def recorded() -> list[Asset]:
    """Every recorded asset of every service: an estate that holds each pair that could be counted
    twice.
    """
    return [
        asset
        for path in sorted(REPLAY.glob("*.json"))
        for asset in replay(path.stem).get("assets", ())
    ]


def named(asset: Asset) -> Asset:
    """The asset as a names-only listing shows it."""
    return {key: value for key, value in asset.items() if key != "resource"}


def moved(assets: Iterable[Asset], project: str, number: str) -> list[Asset]:
    """The same assets in another project."""
    text = json.dumps(list(assets)).replace(PROJECT, project).replace(NUMBER, number)
    found: list[Asset] = json.loads(text)
    for asset in found:
        if asset["assetType"] == "storage.googleapis.com/Bucket":
            asset["name"] += f"-{project}"
            asset["resource"]["data"]["name"] += f"-{project}"
    return found


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


def located_list(assets: Sequence[Asset], method: str, location: str) -> dict[str, Any] | None:
    """The answer of a product that lists one location at a time; None where it is none of those."""
    located = {
        "aiplatform.projects.locations.endpoints.list": (
            "aiplatform.googleapis.com/Endpoint",
            "endpoints",
        ),
        "aiplatform.projects.locations.batchPredictionJobs.list": (
            "aiplatform.googleapis.com/BatchPredictionJob",
            "batchPredictionJobs",
        ),
        "aiplatform.projects.locations.customJobs.list": (
            "aiplatform.googleapis.com/CustomJob",
            "customJobs",
        ),
        "artifactregistry.projects.locations.repositories.list": (
            "artifactregistry.googleapis.com/Repository",
            "repositories",
        ),
    }
    if method in ("aiplatform.projects.locations.list", "artifactregistry.projects.locations.list"):
        return {
            "locations": [
                {"locationId": each} for each in ("europe-west1", "global", "us-central1")
            ]
        }
    if method not in located:
        return None
    asset_type, key = located[method]
    found = [data for data in _of(assets, asset_type) if f"/locations/{location}/" in data["name"]]
    return {key: found} if found else {}


def product_list(assets: Sequence[Asset], method: str) -> dict[str, Any] | None:
    """The answer of a product's own list call; None where the fake has no such product."""
    compute = "compute.googleapis.com/"
    aggregated = {
        "compute.instances.aggregatedList": ((f"{compute}Instance",), "instances"),
        "compute.disks.aggregatedList": ((f"{compute}Disk", f"{compute}RegionDisk"), "disks"),
        "compute.forwardingRules.aggregatedList": (
            (f"{compute}ForwardingRule", f"{compute}GlobalForwardingRule"),
            "forwardingRules",
        ),
        "compute.routers.aggregatedList": ((f"{compute}Router",), "routers"),
    }
    if method in aggregated:
        return _aggregated(assets, *aggregated[method])
    flat = {
        "compute.snapshots.list": (f"{compute}Snapshot", "items"),
        "compute.images.list": (f"{compute}Image", "items"),
        "compute.machineImages.list": (f"{compute}MachineImage", "items"),
        "firestore.projects.databases.list": ("firestore.googleapis.com/Database", "databases"),
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
    if method in flat:
        asset_type, key = flat[method]
        return {key: _of(assets, asset_type)}
    if method == "run.projects.locations.services.list":  # v2 shows every service in its own shape
        names = [
            asset["name"] for asset in assets if asset["assetType"] == "run.googleapis.com/Service"
        ]
        return {"services": [{"name": name.partition(".com/")[2]} for name in names]}
    if method == "bigquery.datasets.list":
        keys = ("kind", "id", "datasetReference", "location", "labels")
        found = _of(assets, "bigquery.googleapis.com/Dataset")
        return {
            "kind": "bigquery#datasetList",
            "datasets": [{key: each[key] for key in keys} for each in found],
        }
    return None
