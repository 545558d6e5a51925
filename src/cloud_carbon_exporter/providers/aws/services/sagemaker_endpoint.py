"""SageMaker endpoints: the instances behind each variant, or a serverless one's environments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import (
    MIB_PER_GIB,
    environments,
    hidden,
)
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.sagemaker import (
    ENDPOINTS,
    Fleet,
    held,
    mixed,
    sizes,
    types,
    utilisation,
)
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sagemaker/endpoint"
# SageMaker bills instances from InService on, and has none left of what is out of service.
STATES = states(
    running="InService Updating SystemUpdating RollingBack UpdateRollbackFailed",
    stopped="Creating OutOfService Failed",
    gone="Deleting",
)
MIB_PER_VCPU = 1024
"""An assumption: a serverless endpoint's compute grows with its memory; how is not published."""
_SECONDS = 300.0
_CONFIGURATION_SECONDS = 86400.0
_MICROSECONDS = 1_000_000
_DESCRIBE, _CONFIGURATION = "sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig"


async def variants(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """Each variant of each endpoint, with its part of the configuration, which never changes."""
    names = {str(raw["EndpointName"]): {"EndpointName": raw["EndpointName"]} for raw in page}
    endpoints = await one_by_one(
        client,
        scope,
        "sagemaker",
        "DescribeEndpoint",
        names,
        seconds=_SECONDS,
        permission=_DESCRIBE,
    )
    used = {str(endpoint.get("EndpointConfigName") or "") for endpoint in endpoints.values()}
    configurations = await one_by_one(
        client,
        scope,
        "sagemaker",
        "DescribeEndpointConfig",
        {name: {"EndpointConfigName": name} for name in used - {""}},
        seconds=_CONFIGURATION_SECONDS,
        permission=_CONFIGURATION,
    )
    described: list[Raw] = []
    for endpoint in endpoints.values():
        configuration = configurations.get(endpoint.get("EndpointConfigName") or "")
        described += _variants_of(endpoint, configuration or {})
    return await tagged(
        client, scope, described, "sagemaker:endpoint", lambda raw: str(raw["EndpointArn"])
    )


def _all_variants(answer: Raw) -> Iterator[Mapping[str, Any]]:
    """Variants of an endpoint or its configuration: those that answer, and their shadows."""
    yield from answer.get("ProductionVariants") or ()
    yield from answer.get("ShadowProductionVariants") or ()


def _variants_of(endpoint: Raw, configuration: Raw) -> Iterator[Raw]:
    """The endpoint once for each variant, as configured and as it is now.

    While it is updated, those that are to come have machines as well.
    """
    configured = {variant["VariantName"]: variant for variant in _all_variants(configuration)}
    for number, variant in enumerate(_all_variants(endpoint)):
        name = variant["VariantName"]
        # What is there now goes before what was configured.
        whole = {**configured.get(name, {}), **variant}
        yield {**endpoint, "Suffix": f"/{name}" if number else "", "Variant": whole}
    for variant in _all_variants(endpoint.get("PendingDeploymentSummary") or {}):
        yield {**endpoint, "Suffix": f"/{variant['VariantName']}/pending", "Variant": variant}


def _fleets(variant: Mapping[str, Any]) -> tuple[Fleet, ...]:
    # An endpoint that is being made has no current number: the configured one stands.
    count = variant.get("CurrentInstanceCount")
    wanted = variant.get("InitialInstanceCount", 1) if count is None else count
    pools = variant.get("InstancePools") or ()
    if variant.get("InstanceType"):
        fleets: tuple[Fleet, ...] = (Fleet(variant["InstanceType"], wanted),)
    else:
        told = [
            (pool["InstanceType"], pool["CurrentInstanceCount"])
            for pool in pools
            if pool.get("CurrentInstanceCount")
        ]
        # Its configuration ranks the pools: the first is taken as long as it has machines.
        ranked = sorted(pools, key=lambda pool: pool.get("Priority") or 0)
        fleets = mixed(told, wanted, [pool["InstanceType"] for pool in ranked])
    return tuple(replace(fleet, volume_gib=variant.get("VolumeSizeInGB")) for fleet in fleets)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One variant; an endpoint has one, mostly, which then bears the endpoint's name alone."""
    endpoint, variant, suffix = raw["EndpointName"], raw["Variant"], raw["Suffix"]
    serverless = variant.get("CurrentServerlessConfig") or variant.get("ServerlessConfig")
    name = variant["VariantName"]
    if serverless:
        memory_mib = serverless["MemorySizeInMB"]
        environment = hidden(memory_mib / MIB_PER_VCPU, memory_mib / MIB_PER_GIB)
        provisioned = serverless.get("ProvisionedConcurrency") or 0
        running, host_type = environments(environment, provisioned), "serverless"
        monitor = {"ServerlessEndpoint": endpoint, "ServerlessVariant": name}
    else:
        fleets = _fleets(variant)
        running, host_type = held(fleets), types(fleets)
        monitor = {"EndpointName": endpoint, "VariantName": name} if host_type else {}
        monitor |= sizes(fleets) if host_type else {}
    return parse(raw, scope, raw["EndpointArn"] + suffix, endpoint + suffix).described(
        running=running,
        state=raw.get("EndpointStatus", ""),
        monitor=monitor,
        info={"host_type": host_type},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sagemaker",
        operation="ListEndpoints",
        scope="region",
        items="Endpoints[]",
        kind_of=lambda raw: KIND,
        permissions=("sagemaker:ListEndpoints", _DESCRIBE, _CONFIGURATION),
        expand=variants,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        *utilisation(ENDPOINTS, "EndpointName", "VariantName"),
        # Microseconds a model was at work in a period: environments busy on average.
        rate(
            "executions",
            "AWS/SageMaker",
            "ModelLatency",
            {"EndpointName": "ServerlessEndpoint", "VariantName": "ServerlessVariant"},
            scale=1 / _MICROSECONDS,
        ),
    ),
    reason=(
        "The instances behind it at their measured load; "
        "a serverless one by the time its model was at work."
    ),
)
