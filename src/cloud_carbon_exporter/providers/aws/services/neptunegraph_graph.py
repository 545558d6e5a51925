"""Neptune Analytics: graphs by the memory they were given, once more for each replica."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.databases import GIB_PER_VCPU
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, times
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "neptunegraph/graph"
STATES = states(
    running="CREATING AVAILABLE RESETTING UPDATING SNAPSHOTTING IMPORTING STARTING STOPPING",
    stopped="STOPPED",
    gone="DELETING FAILED",
)
GIB_PER_UNIT = 1
"""Neptune Analytics pricing: a memory-optimised capacity unit is 1 GB of memory, with the CPU and
network that go with it.
"""
SMALLEST_UNITS = 16
"""CreateGraph's least provisionedMemory, where an answer tells none."""


async def graphs(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The graphs with their tags."""
    return await tagged(client, scope, page, "neptune-graph:graph", lambda raw: str(raw["arn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One graph."""
    units = raw.get("provisionedMemory") or SMALLEST_UNITS
    memory_gib = units * GIB_PER_UNIT
    copies = 1 + (raw.get("replicaCount") or 0)
    return parse(raw, scope, raw["arn"], raw["name"]).described(
        running=times(hidden(memory_gib / GIB_PER_VCPU, memory_gib), copies),
        state=raw.get("status", ""),
        info={"host_type": f"{units} m-NCU"},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="neptune-graph",
        operation="ListGraphs",
        scope="region",
        items="graphs[]",
        kind_of=lambda raw: KIND,
        permissions=("neptune-graph:ListGraphs",),
        expand=graphs,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The memory it was given, once for each replica as well, with the vCPUs of "
        "memory-optimised machines; the hosts are not published."
    ),
)
