"""Shapes of the products' lists: of Compute Engine, of all places, place by place, below others."""

from __future__ import annotations

from cloud_carbon_exporter.providers.gcp.client.product import Parents, Product
from cloud_carbon_exporter.providers.gcp.client.product_names import of_link, of_name

# Firestore's permissions bear the name it had as Datastore, those of reservations BigQuery's.
_PERMISSION_OF_API = {"firestore": "datastore", "bigqueryreservation": "bigquery"}

# What Cloud Run's API writes with a capital (https://docs.cloud.google.com/run/docs/reference/iam/
# permissions).
_PERMISSION_OF_COLLECTION = {"workerPools": "workerpools"}


def compute(
    operation: str, path: str, items: str, name: str, permission: str, regional: str = ""
) -> Product:
    """A list of Compute Engine. regional: the type of its objects that are in a region."""
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


def by_place(collection: str, name: str) -> Product:
    """An aggregated list of Compute Engine, of things of one type."""
    path, permission = f"aggregated/{collection}", f"compute.{collection}.list"
    return compute(f"{collection}.aggregatedList", path, collection, name, permission)


def everywhere(
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


def located(
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


def below(api: str, above: str, collection: str, name: str) -> Product:
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


def backups_of_instances(api: str, version: str, clusters: str = "", host: str = "") -> Product:
    """Backups, which are listed for one instance at a time.

    clusters: the path between an instance and its backups. host: as `everywhere` has it.
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
