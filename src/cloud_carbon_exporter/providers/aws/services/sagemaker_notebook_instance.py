"""SageMaker notebook instances: the machine while it runs, and its volume as long as it exists."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_HOUR = 3600.0
_OFF = frozenset({"Stopped", "Stopping", "Failed"})
_DESCRIBE = "sagemaker:DescribeNotebookInstance"


async def notebooks(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The notebooks with their volumes, which the list leaves out."""
    names = {
        str(raw["NotebookInstanceName"]): {"NotebookInstanceName": raw["NotebookInstanceName"]}
        for raw in page
    }
    answers = await one_by_one(
        client,
        scope,
        "sagemaker",
        "DescribeNotebookInstance",
        names,
        seconds=_HOUR,
        permission=_DESCRIBE,
    )
    sizes = {name: answer.get("VolumeSizeInGB") for name, answer in answers.items()}
    found = [{**raw, "VolumeSizeInGB": sizes.get(raw["NotebookInstanceName"])} for raw in page]
    return await tagged(
        client,
        scope,
        found,
        "sagemaker:notebook-instance",
        lambda raw: str(raw["NotebookInstanceArn"]),
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One notebook instance. Its machine is in an account of AWS, so CloudWatch tells no
    utilisation.
    """
    state, size = raw.get("NotebookInstanceStatus", ""), raw["InstanceType"]
    if state == "Deleting":
        return None
    volume_gib = raw.get("VolumeSizeInGB")
    volume = (Component("block", "aws/gp2", float(volume_gib)),) if volume_gib else ()
    return Resource(
        id=raw["NotebookInstanceArn"],
        kind="sagemaker/notebook_instance",
        name=raw["NotebookInstanceName"],
        location=scope.location(),
        components=volume if state in _OFF else (*nodes(size), *volume),
        tags=tags(raw.get("Tags")),
        info=told(host_type=size, state=state),
    )


SPEC = ServiceSpec(
    kind="sagemaker/notebook_instance",
    listing=Listing(
        api="sagemaker",
        operation="ListNotebookInstances",
        scope="region",
        items="NotebookInstances[]",
        kind_of=lambda raw: "sagemaker/notebook_instance",
        permissions=("sagemaker:ListNotebookInstances", _DESCRIBE),
        expand=notebooks,
    ),
    describe=describe,
    reason="The instance its type is named after, while it runs, and its volume; its load is not told.",
)
