"""Lambda functions: the memory and vCPUs of as many environments as were running on average."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

MIB_PER_VCPU = 1769
"""Lambda developer guide: at 1,769 MB a function has the equivalent of one vCPU."""
MIB_PER_GIB = 1024
_MILLISECONDS = 1000


async def functions(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The functions with their tags."""
    return await tagged(client, scope, page, "lambda:function", lambda raw: str(raw["FunctionArn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One function. On Lambda Managed Instances it runs on EC2 instances of the account, which are
    counted there.
    """
    if raw.get("CapacityProviderConfig"):
        return None
    name, memory_mib = raw["FunctionName"], raw["MemorySize"]
    architecture = (raw.get("Architectures") or ("x86_64",))[0]
    environment = hidden(memory_mib / MIB_PER_VCPU, memory_mib / MIB_PER_GIB, architecture)
    return Resource(
        id=raw["FunctionArn"],
        kind="lambda/function",
        name=name,
        location=scope.location(),
        components=per(environment, "executions"),
        tags=tags(raw.get("Tags")),
        monitor={"FunctionName": name},
        info=told(host_type=f"{memory_mib} MB", architecture=architecture, state=raw.get("State")),
    )


SPEC = ServiceSpec(
    kind="lambda/function",
    listing=Listing(
        api="lambda",
        operation="ListFunctions",
        scope="region",
        items="Functions[]",
        kind_of=lambda raw: "lambda/function",
        permissions=("lambda:ListFunctions",),
        expand=functions,
    ),
    describe=describe,
    metrics=(
        # milliseconds of running a second: environments busy on average
        rate(
            "executions",
            "AWS/Lambda",
            "Duration",
            {"FunctionName": "FunctionName"},
            scale=1 / _MILLISECONDS,
        ),
    ),
    reason="Memory and a vCPU for each 1,769 MB of it, times the executions under way; idle warm ones are not told.",
)
