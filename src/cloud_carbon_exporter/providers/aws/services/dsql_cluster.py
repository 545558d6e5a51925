"""Aurora DSQL: clusters by the units of work they do, and the bytes they keep."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly, level
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "dsql/cluster"
# An idle cluster does no work, and so draws for its bytes alone: its units of work tell.
STATES = states(
    running="CREATING ACTIVE IDLE INACTIVE UPDATING PENDING_SETUP PENDING_DELETE",
    gone="DELETING DELETED FAILED",
)
# The list tells identifiers alone.
_SECONDS = 900.0
_DETAILS = "dsql:GetCluster"
_BY_ID = {"ClusterId": "ClusterId"}


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters described, with their state and tags."""
    params = {str(raw["identifier"]): {"identifier": raw["identifier"]} for raw in page}
    answers = await one_by_one(
        client, scope, "dsql", "GetCluster", params, seconds=_SECONDS, permission=_DETAILS
    )
    return list(answers.values())


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster; of one that spans regions its part in this region."""
    cluster = parse(raw, scope, raw["arn"], raw["identifier"])
    unknown = "hardware of Aurora DSQL is not published"
    return cluster.described(
        running=(Component("requests", "dpu", 1, per="requests", assumed=unknown),),
        kept=(Component("block", "aws/dsql", 1.0, per="stored_gib"),),
        state=raw.get("status", ""),
        monitor={"ClusterId": cluster.name},
        started=raw.get("creationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="dsql",
        operation="ListClusters",
        scope="region",
        items="clusters[]",
        kind_of=lambda raw: KIND,
        permissions=("dsql:ListClusters", _DETAILS),
        expand=clusters,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        hourly("requests", "AWS/AuroraDSQL", "TotalDPU", _BY_ID),
        level(
            "stored_gib", "AWS/AuroraDSQL", "ClusterStorageSize", _BY_ID, scale=1 / BYTES_PER_GIB
        ),
    ),
    reason=(
        "An assumed energy for each distributed processing unit, by the price of one, "
        "and the bytes held in three zones."
    ),
)
