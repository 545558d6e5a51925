"""SageMaker notebook instances: the machine while it runs, and its volume as long as it exists."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, volume
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sagemaker/notebook_instance"
# Pending, its machine starts; a stopped one that is started again passes through it too.
STATES = states(
    running="Pending InService Updating PendingMaintenance InMaintenance",
    stopped="Stopping Stopped Failed",
    gone="Deleting",
)
# A volume grows only while its notebook is stopped.
_HOUR = 3600.0
_DESCRIBE = "sagemaker:DescribeNotebookInstance"


async def notebooks(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The notebooks with their volumes, which the list leaves out."""
    key = "NotebookInstanceName"
    answers = await one_by_one(
        client,
        scope,
        "sagemaker",
        "DescribeNotebookInstance",
        {str(raw[key]): {key: raw[key]} for raw in page},
        seconds=_HOUR,
        permission=_DESCRIBE,
    )
    sized = []
    for raw in page:
        size = answers.get(raw[key], {}).get("VolumeSizeInGB")
        sized.append({**raw, "VolumeSizeInGB": size})
    return await tagged(
        client,
        scope,
        sized,
        "sagemaker:notebook-instance",
        lambda raw: str(raw["NotebookInstanceArn"]),
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One notebook instance. Its machine is in an account of AWS: CloudWatch tells no load."""
    size = raw.get("InstanceType") or ""
    return parse(raw, scope, raw["NotebookInstanceArn"], raw["NotebookInstanceName"]).described(
        running=nodes(size),
        kept=volume(raw.get("VolumeSizeInGB"), "aws/gp2"),
        state=raw.get("NotebookInstanceStatus", ""),
        info={"host_type": size},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sagemaker",
        operation="ListNotebookInstances",
        scope="region",
        items="NotebookInstances[]",
        kind_of=lambda raw: KIND,
        permissions=("sagemaker:ListNotebookInstances", _DESCRIBE),
        expand=notebooks,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The instance its type is named after, while it runs, and its volume; its load is not told."
    ),
)
