"""Clusters of CloudHSM: hardware security modules, each a device of its own."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "cloudhsm/cluster"
# A cluster is the sum of its modules, whatever is done to it.
STATES = states(
    running=(
        "CREATE_IN_PROGRESS UNINITIALIZED INITIALIZE_IN_PROGRESS INITIALIZED ACTIVE"
        " UPDATE_IN_PROGRESS MODIFY_IN_PROGRESS ROLLBACK_IN_PROGRESS DEGRADED"
    ),
    gone="DELETE_IN_PROGRESS DELETED",
)
MODULE_STATES = states(
    running="ACTIVE DEGRADED", gone="CREATE_IN_PROGRESS DELETE_IN_PROGRESS DELETED"
)
WHY = "what a module draws is not published"


def describe(raw: Raw, scope: Scope) -> Description:
    """Cluster as the modules it has now; one without any holds nothing."""
    name = raw["ClusterId"]
    modules = 0
    for module in raw.get("Hsms") or ():
        modules += MODULE_STATES.phase(module.get("State", "")) != "gone"
    id_ = arn("cloudhsm", scope.region, scope.account_id, f"cluster/{name}")
    return parse(raw, scope, id_, name).described(
        running=(Component("fixed", "aws/hsm", modules, assumed=WHY),) if modules else (),
        state=raw.get("State", ""),
        info={"host_type": raw.get("HsmType")},
        started=raw.get("CreateTimestamp"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="cloudhsmv2",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: KIND,
        permissions=("cloudhsm:DescribeClusters",),
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for each module that is there.",
)
