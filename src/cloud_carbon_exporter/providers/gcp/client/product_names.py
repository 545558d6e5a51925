"""Names of objects as Asset Inventory has them, from what the lists of the products tell."""

from __future__ import annotations

from collections.abc import Callable

from cloud_carbon_exporter.providers.spec import Raw


def of_name(host: str) -> Callable[[Raw, str], str]:
    """Objects that call themselves projects/.../things/thing."""
    return lambda raw, project: f"//{host}.googleapis.com/{raw['name']}"


def of_link(host: str) -> Callable[[Raw, str], str]:
    """Objects with a link to themselves, in which the resource name stands after the version."""

    def name(raw: Raw, project: str) -> str:
        link = raw["selfLink"]
        return f"//{host}.googleapis.com/{link[link.index('projects/') :]}"

    return name


def sql(raw: Raw, project: str) -> str:
    """Instances of Cloud SQL, which call themselves by their own name alone."""
    return f"//cloudsql.googleapis.com/projects/{project}/instances/{raw['name']}"


def bucket(raw: Raw, project: str) -> str:
    """Buckets, whose name no other bucket has."""
    return f"//storage.googleapis.com/{raw['name']}"


def dataset(raw: Raw, project: str) -> str:
    """Datasets of BigQuery, by their reference."""
    dataset = raw["datasetReference"]["datasetId"]
    return f"//bigquery.googleapis.com/projects/{project}/datasets/{dataset}"


def apigee(raw: Raw, project: str) -> str:
    """Instances of Apigee, whose organisation bears the name of its project."""
    return f"//apigee.googleapis.com/organizations/{project}/instances/{raw['name']}"


def job(raw: Raw, project: str) -> str:
    """Jobs of Dataflow, by their place and id."""
    where = f"projects/{project}/locations/{raw['location']}/jobs/{raw['id']}"
    return f"//dataflow.googleapis.com/{where}"
