"""SageMaker's jobs under way: training, processing and batch transform, by the machines they were
given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.aws.describing.sagemaker import (
    TRAINING,
    held,
    sizes,
    utilisation,
)
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_HOUR = 3600.0
_STARTING = frozenset({"Starting", "Pending", "LaunchingMLInstances"})
Fleets = Callable[[Raw], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of job: what its fields are called by, and where a described one says what machines
    it has.
    """

    name: str  # TrainingJob
    fleets: Fleets

    @property
    def kind(self) -> str:
        return f"sagemaker/{self.name.removesuffix('Job').lower()}_job"

    @property
    def permission(self) -> str:
        return f"sagemaker:Describe{self.name}"


def _chosen(fleet: Mapping[str, Any]) -> Mapping[str, Any]:
    """A fleet with the type SageMaker chose where it was given a choice."""
    if fleet.get("InstanceType"):
        return fleet
    return {
        **fleet,
        "InstanceType": fleet["SelectedInstanceType"],
        "InstanceCount": fleet["SelectedInstanceCount"],
    }


def _training(raw: Raw) -> Sequence[Mapping[str, Any]]:
    """One fleet, or several groups; each machine has the volume of the whole configuration."""
    resources = raw["ResourceConfig"]
    groups = resources.get("InstanceGroups")
    if not groups:
        return [_chosen(resources)]
    return [{"VolumeSizeInGB": resources.get("VolumeSizeInGB"), **group} for group in groups]


_SORTS = (
    _Sort("TrainingJob", _training),
    _Sort("ProcessingJob", lambda raw: [_chosen(raw["ProcessingResources"]["ClusterConfig"])]),
    _Sort("TransformJob", lambda raw: [raw["TransformResources"]]),
)


def _expand(sort: _Sort) -> Callable[[Any, Scope, Sequence[Raw]], Awaitable[Sequence[Raw]]]:
    key = f"{sort.name}Name"

    async def jobs(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
        """The jobs described; what machines a job has does not change while it runs."""
        params = {str(raw[key]): {key: raw[key]} for raw in page}
        answers = await one_by_one(
            client,
            scope,
            "sagemaker",
            f"Describe{sort.name}",
            params,
            seconds=_HOUR,
            permission=sort.permission,
        )
        found = [{**answers[raw[key]], **raw} for raw in page if raw[key] in answers]
        resource_type = f"sagemaker:{sort.name.removesuffix('Job').lower()}-job"
        return await tagged(
            client, scope, found, resource_type, lambda raw: str(raw[f"{sort.name}Arn"])
        )

    return jobs


def _describe(sort: _Sort) -> Callable[[Raw, Scope], Resource | None]:
    def describe(raw: Raw, scope: Scope) -> Resource | None:
        """One job. Its first machine is measured, and stands for all of them."""
        name, state, fleets = (
            raw[f"{sort.name}Name"],
            raw.get("SecondaryStatus", ""),
            sort.fleets(raw),
        )
        first = fleets[0]["InstanceType"]
        machines = [
            part
            for fleet in fleets
            for part in held(
                fleet["InstanceType"], fleet["InstanceCount"], fleet.get("VolumeSizeInGB")
            )
        ]
        training = sort.name == "TrainingJob"
        return Resource(
            id=raw[f"{sort.name}Arn"],
            kind=sort.kind,
            name=name,
            location=scope.location(),
            components=() if state in _STARTING else tuple(machines),
            tags=tags(raw.get("Tags")),
            monitor={"Host": f"{name}/algo-1", **sizes(first)} if training else {},
            info=told(host_type=first, state=state or raw.get(f"{sort.name}Status")),
        )

    return describe


SPECS = tuple(
    ServiceSpec(
        kind=sort.kind,
        listing=Listing(
            api="sagemaker",
            operation=f"List{sort.name}s",
            scope="region",
            items=f"{sort.name}Summaries[]",
            params={"StatusEquals": "InProgress"},
            kind_of=lambda raw: "sagemaker/job",
            permissions=(f"sagemaker:List{sort.name}s", sort.permission),
            expand=_expand(sort),
        ),
        describe=_describe(sort),
        metrics=utilisation(TRAINING, "Host") if sort.name == "TrainingJob" else (),
        reason="The instances it was given, while it runs, and their volumes; at the load of the first, where told.",
    )
    for sort in _SORTS
)
