"""App Runner services: the vCPUs of instances at work, and the memory that is kept ready."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "apprunner/service"
STATES = states(
    running="RUNNING OPERATION_IN_PROGRESS",
    stopped="PAUSED DELETE_FAILED",
    gone="CREATE_FAILED DELETED",
)
DEFAULT_CPU, DEFAULT_MEMORY = "1 vCPU", "2 GB"
"""App Runner API reference, InstanceConfiguration: what a service has that was given none."""
PER_UNIT = 1024
"""App Runner API reference: Cpu is "1024" or "1 vCPU", Memory "2048" or "2 GB"."""
# The size of an instance changes with a deployment only.
_SECONDS = 900.0
_NAMED = {"ServiceName": "ServiceName", "ServiceID": "ServiceID"}
_DESCRIBE = "apprunner:DescribeService"
_NUMBER = re.compile(r"^\s*([0-9.]+)\s*([A-Za-z]*)\s*$")


async def services(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The services with the size of their instances; their state is as the list says."""
    params = {str(raw["ServiceArn"]): {"ServiceArn": raw["ServiceArn"]} for raw in page}
    answers = await one_by_one(
        client,
        scope,
        "apprunner",
        "DescribeService",
        params,
        seconds=_SECONDS,
        permission=_DESCRIBE,
    )
    known = [raw for raw in page if raw["ServiceArn"] in answers]
    # The description may be a quarter of an hour old: what the list says goes before it.
    sized = [{**answers[raw["ServiceArn"]]["Service"], **raw} for raw in known]
    return await tagged(
        client, scope, sized, "apprunner:service", lambda raw: str(raw["ServiceArn"])
    )


def size(text: str) -> float:
    """vCPUs of "1024" or "1 vCPU", GiB of "2048" or "2 GB". Raises ValueError for other text."""
    match = _NUMBER.match(text)
    if match is None:
        raise ValueError(f"not a size: {text!r}")
    return float(match[1]) if match[2] else float(match[1]) / PER_UNIT


def _held(vcpus: float, memory_gib: float) -> tuple[Component, ...]:
    """Hardware of a service: AWS bills vCPUs of active instances, and the memory that is ready."""
    parts: list[Component] = []
    for part in hidden(vcpus, memory_gib):
        parts += per([part], "capacity_units") if part.kind == "vcpu" else [part]
    return tuple(parts)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One service. Paused, nothing of it is left running."""
    service = parse(raw, scope, raw["ServiceArn"], raw["ServiceName"])
    settings = raw.get("InstanceConfiguration") or {}
    vcpus = size(settings.get("Cpu") or DEFAULT_CPU)
    memory_gib = size(settings.get("Memory") or DEFAULT_MEMORY)
    return service.described(
        running=_held(vcpus, memory_gib),
        state=raw.get("Status", ""),
        monitor={"ServiceName": service.name, "ServiceID": raw["ServiceId"]},
        info={"host_type": f"{vcpus:g} vCPU, {memory_gib:g} GiB"},
        started=raw.get("CreatedAt"),
        ended=raw.get("DeletedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="apprunner",
        operation="ListServices",
        scope="region",
        items="ServiceSummaryList[]",
        kind_of=lambda raw: KIND,
        permissions=("apprunner:ListServices", _DESCRIBE),
        expand=services,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        Metric(
            into="capacity_units",
            namespace="AWS/AppRunner",
            name="ActiveInstances",
            dimensions=_NAMED,
            absent=0,
        ),
        percent("cpu_ratio", "AWS/AppRunner", "CPUUtilization", _NAMED),
    ),
    reason=(
        "The vCPUs of the instances at work, and the memory of the one that is kept ready, "
        "as it is paid for."
    ),
)
