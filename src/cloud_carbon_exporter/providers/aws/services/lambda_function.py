"""Lambda functions: the memory and vCPUs of as many environments as were running on average."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import MIB_PER_GIB, hidden, per
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "lambda/function"
# Lambda developer guide: an Inactive function wakes when it is called, through Pending.
STATES = states(
    running="Pending Active ActiveNonInvocable Inactive",
    stopped="Failed Deactivating Deactivated",
    gone="Deleting",
)
MIB_PER_VCPU = 1769
"""Lambda developer guide: at 1,769 MB a function has the equivalent of one vCPU."""
LEAST_MIB = 128
"""Lambda API reference, MemorySize: what a function has that was given none."""
_MILLISECONDS = 1000


async def functions(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The functions with their tags."""
    return await tagged(client, scope, page, "lambda:function", lambda raw: str(raw["FunctionArn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One function. On Lambda Managed Instances it runs on EC2 instances, which are counted."""
    if raw.get("CapacityProviderConfig"):
        return None
    function, memory_mib = (
        parse(raw, scope, raw["FunctionArn"], raw["FunctionName"]),
        raw.get("MemorySize") or LEAST_MIB,
    )
    # A function has one architecture, in a list.
    architecture = (raw.get("Architectures") or ("x86_64",))[0]
    environment = hidden(memory_mib / MIB_PER_VCPU, memory_mib / MIB_PER_GIB, architecture)
    return function.described(
        running=per(environment, "executions"),
        state=raw.get("State", ""),
        monitor={"FunctionName": function.name},
        info={"host_type": f"{memory_mib} MB", "architecture": architecture},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="lambda",
        operation="ListFunctions",
        scope="region",
        items="Functions[]",
        kind_of=lambda raw: KIND,
        permissions=("lambda:ListFunctions",),
        expand=functions,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        # Milliseconds of running a second: environments busy on average.
        rate(
            "executions",
            "AWS/Lambda",
            "Duration",
            {"FunctionName": "FunctionName"},
            scale=1 / _MILLISECONDS,
        ),
    ),
    reason=(
        "Memory and a vCPU for each 1,769 MB of it, times the executions under way; "
        "idle warm ones are not told."
    ),
)
