"""OpenSearch Ingestion: pipelines by the compute units they use."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "osis/pipeline"
STATES = states(
    running="CREATING STARTING ACTIVE UPDATING UPDATE_FAILED STOPPING",
    stopped="STOPPED START_FAILED",
    gone="CREATE_FAILED DELETING",
)
VCPUS_PER_OCU, GIB_PER_OCU = 2, 15
"""OpenSearch Service developer guide, scaling pipelines: about 15 GiB of memory and 2 vCPUs."""


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One pipeline."""
    pipeline = parse(raw, scope, raw["PipelineArn"], raw["PipelineName"])
    fewest, most = raw.get("MinUnits"), raw.get("MaxUnits")
    return pipeline.described(
        running=per(hidden(VCPUS_PER_OCU, GIB_PER_OCU), "capacity_units", fewest, most),
        state=raw.get("Status", ""),
        monitor={"PipelineName": pipeline.name},
        info={"host_type": f"{fewest} to {most} OCU"},
        started=raw.get("CreatedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="osis",
        operation="ListPipelines",
        scope="region",
        items="Pipelines[]",
        kind_of=lambda raw: KIND,
        permissions=("osis:ListPipelines",),
    ),
    states=STATES,
    describe=describe,
    metrics=(
        Metric(
            into="capacity_units",
            namespace="AWS/OSIS",
            name="computeUnits",
            dimensions={"PipelineName": "PipelineName"},
        ),
    ),
    lasting=True,
    reason="The vCPUs and memory of the compute units in use; the hosts are not published.",
)
