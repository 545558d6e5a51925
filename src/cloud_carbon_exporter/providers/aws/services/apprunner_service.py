"""App Runner services: the vCPUs of instances at work, and the memory that is kept ready."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, told
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

PER_UNIT = 1024
"""App Runner API reference: Cpu is "1024" or "1 vCPU", Memory "2048" or "2 GB"."""
_SECONDS = 900.0
_NAMED = {"ServiceName": "ServiceName", "ServiceID": "ServiceID"}
_DESCRIBE = "apprunner:DescribeService"
_NUMBER = re.compile(r"^\s*([0-9.]+)\s*([A-Za-z]*)\s*$")


async def services(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
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
    found = [
        {**answers[raw["ServiceArn"]]["Service"], **raw}
        for raw in page
        if raw["ServiceArn"] in answers
    ]
    return await tagged(
        client, scope, found, "apprunner:service", lambda raw: str(raw["ServiceArn"])
    )


def size(text: str) -> float:
    """vCPUs of "1024" or "1 vCPU", GiB of "2048" or "2 GB". Raises ValueError when it reads
    otherwise.
    """
    found = _NUMBER.match(text)
    if found is None:
        raise ValueError(f"not a size: {text!r}")
    return float(found[1]) if found[2] else float(found[1]) / PER_UNIT


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One service. Paused, nothing of it is left running."""
    state, settings = raw.get("Status", ""), raw["InstanceConfiguration"]
    if state == "DELETED":
        return None
    vcpus, memory_gib = size(settings["Cpu"]), size(settings["Memory"])
    instance = hidden(vcpus, memory_gib)
    at_work = [part for part in instance if part.kind == "vcpu"]
    kept = [part for part in instance if part.kind != "vcpu"]
    return Resource(
        id=raw["ServiceArn"],
        kind="apprunner/service",
        name=raw["ServiceName"],
        location=scope.location(),
        components=(*per(at_work, "capacity_units"), *kept)
        if state in ("RUNNING", "OPERATION_IN_PROGRESS")
        else (),
        tags=tags(raw.get("Tags")),
        monitor={"ServiceName": raw["ServiceName"], "ServiceID": raw["ServiceId"]},
        info=told(host_type=f"{vcpus:g} vCPU, {memory_gib:g} GiB", state=state),
    )


SPEC = ServiceSpec(
    kind="apprunner/service",
    listing=Listing(
        api="apprunner",
        operation="ListServices",
        scope="region",
        items="ServiceSummaryList[]",
        kind_of=lambda raw: "apprunner/service",
        permissions=("apprunner:ListServices", _DESCRIBE),
        expand=services,
    ),
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
    reason="The vCPUs of the instances at work, and the memory of the one that is kept ready, as it is paid for.",
)
