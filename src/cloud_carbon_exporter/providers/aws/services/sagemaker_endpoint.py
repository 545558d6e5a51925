"""SageMaker endpoints: the instances behind each variant, or the environments a serverless one had
running.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.aws.describing.sagemaker import (
    ENDPOINTS,
    held,
    sizes,
    utilisation,
)
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

MIB_PER_VCPU = 1024
"""An assumption: SageMaker says that a serverless endpoint's compute grows with its memory, not
how.
"""
MIB_PER_GIB = 1024
_SECONDS = 300.0
_CONFIGURATION_SECONDS = 86400.0
_MICROSECONDS = 1_000_000
_DESCRIBE, _CONFIGURATION = "sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig"
_IDLE = frozenset({"Deleting", "Failed", "OutOfService", "Creating"})


async def variants(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """Each variant of each endpoint, with its part of the endpoint's configuration, which never
    changes.
    """
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
    used = {
        str(each["EndpointConfigName"])
        for each in endpoints.values()
        if each.get("EndpointConfigName")
    }
    configurations = await one_by_one(
        client,
        scope,
        "sagemaker",
        "DescribeEndpointConfig",
        {name: {"EndpointConfigName": name} for name in used},
        seconds=_CONFIGURATION_SECONDS,
        permission=_CONFIGURATION,
    )
    found = [
        raw
        for each in endpoints.values()
        for raw in _of_endpoint(each, configurations.get(each["EndpointConfigName"]))
    ]
    return await tagged(
        client, scope, found, "sagemaker:endpoint", lambda raw: str(raw["EndpointArn"])
    )


def _of_endpoint(endpoint: Raw, configuration: Raw | None) -> list[Raw]:
    configured = {
        variant["VariantName"]: variant
        for key in ("ProductionVariants", "ShadowProductionVariants")
        for variant in (configuration or {}).get(key) or ()
    }
    running = [
        variant
        for key in ("ProductionVariants", "ShadowProductionVariants")
        for variant in endpoint.get(key) or ()
    ]
    return [
        {
            **endpoint,
            "First": number == 0,
            "Variant": {**configured.get(variant["VariantName"], {}), **variant},
        }
        for number, variant in enumerate(running)
    ]


def _machines(variant: Mapping[str, Any]) -> tuple[Component, ...]:
    serverless = variant.get("CurrentServerlessConfig") or variant.get("ServerlessConfig")
    if serverless:
        memory_mib = serverless["MemorySizeInMB"]
        return per(hidden(memory_mib / MIB_PER_VCPU, memory_mib / MIB_PER_GIB), "executions")
    count = variant.get("CurrentInstanceCount")
    wanted = variant.get("InitialInstanceCount", 1) if count is None else count
    return held(variant["InstanceType"], wanted, variant.get("VolumeSizeInGB"))


def _monitor(endpoint: str, variant: Mapping[str, Any]) -> dict[str, str]:
    if "InstanceType" not in variant:
        return {"ServerlessEndpoint": endpoint, "ServerlessVariant": variant["VariantName"]}
    return {
        "EndpointName": endpoint,
        "VariantName": variant["VariantName"],
        **sizes(variant["InstanceType"]),
    }


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One variant; an endpoint has one, mostly, which then bears the endpoint's name alone."""
    endpoint, variant, state = raw["EndpointName"], raw["Variant"], raw.get("EndpointStatus", "")
    suffix = "" if raw["First"] else f"/{variant['VariantName']}"
    return Resource(
        id=raw["EndpointArn"] + suffix,
        kind="sagemaker/endpoint",
        name=endpoint + suffix,
        location=scope.location(),
        components=() if state in _IDLE else _machines(variant),
        tags=tags(raw.get("Tags")),
        monitor=_monitor(endpoint, variant),
        info=told(host_type=variant.get("InstanceType", "serverless"), state=state),
    )


SPEC = ServiceSpec(
    kind="sagemaker/endpoint",
    listing=Listing(
        api="sagemaker",
        operation="ListEndpoints",
        scope="region",
        items="Endpoints[]",
        kind_of=lambda raw: "sagemaker/endpoint",
        permissions=("sagemaker:ListEndpoints", _DESCRIBE, _CONFIGURATION),
        expand=variants,
    ),
    describe=describe,
    metrics=(
        *utilisation(ENDPOINTS, "EndpointName", "VariantName"),
        rate(  # microseconds a model was at work in a period: environments busy on average
            "executions",
            "AWS/SageMaker",
            "ModelLatency",
            {"EndpointName": "ServerlessEndpoint", "VariantName": "ServerlessVariant"},
            scale=1 / _MICROSECONDS,
        ),
    ),
    reason="The instances behind it at their measured load; a serverless one by the time its model was at work.",
)
