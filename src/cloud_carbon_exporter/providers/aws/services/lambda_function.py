"""Lambda functions: the memory and vCPUs of as many environments as were running on average.

Provisioned concurrency holds environments whether they run or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import lists_by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import (
    MIB_PER_GIB,
    environments,
    hidden,
)
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
_PROVISIONED = "lambda:ListProvisionedConcurrencyConfigs"
_HOUR = 3600.0


async def functions(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The functions with their tags, and how many environments are provisioned of each."""
    labelled = await tagged(
        client, scope, page, "lambda:function", lambda raw: str(raw["FunctionArn"])
    )
    if not page:
        return page
    try:
        counts = await _provisioned(client, scope, {str(raw["FunctionName"]) for raw in page})
    except PermissionMissing:
        return labelled  # an older role may lack it
    return [{**raw, "Provisioned": counts.get(raw["FunctionName"], 0)} for raw in labelled]


async def _provisioned(client: AwsApi, scope: Scope, names: set[str]) -> Mapping[str, int]:
    """Environments provisioned, by function.

    No list names them for all functions: those asked for are what CloudWatch knows of.
    """

    async def known() -> frozenset[str]:
        params = {"Namespace": "AWS/Lambda", "MetricName": "ProvisionedConcurrencyUtilization"}
        functions: set[str] = set()
        async for answer in client.answers(scope, "cloudwatch", "ListMetrics", params, units=1):
            for series in answer.get("Metrics", ()):
                pairs = {pair["Name"]: pair["Value"] for pair in series.get("Dimensions", ())}
                functions.add(pairs.get("FunctionName", ""))
        return frozenset(functions)

    key = ("provisioned functions", scope.account_id, scope.region)
    wanted = await client.cache.get(key, _HOUR, known) & names
    answers = await lists_by_name(
        client,
        scope,
        "lambda",
        "ListProvisionedConcurrencyConfigs",
        "ProvisionedConcurrencyConfigs",
        {name: {"FunctionName": name} for name in sorted(wanted)},
        seconds=_HOUR,
        permission=_PROVISIONED,
    )
    counts: dict[str, int] = {}
    for name, configs in answers.items():
        # Allocated, not asked for: it moves while a weighted alias shifts versions.
        told = [config.get("AllocatedProvisionedConcurrentExecutions") or 0 for config in configs]
        counts[name] = sum(told)
    return counts


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
        running=environments(environment, raw.get("Provisioned") or 0),
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
        permissions=("lambda:ListFunctions", _PROVISIONED, "cloudwatch:ListMetrics"),
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
        "Memory and a vCPU for each 1,769 MB of it, times the executions under way, "
        "and those provisioned; idle warm ones are not told."
    ),
)
