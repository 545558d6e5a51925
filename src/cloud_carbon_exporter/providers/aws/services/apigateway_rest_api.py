"""REST APIs of API Gateway, by the requests they answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec


async def rest_apis(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The APIs, each knowing how many of its page bear its name: monitoring knows them by name, and
    names repeat.
    """
    bearers = Counter(raw.get("name") for raw in page)
    return [{**raw, "Namesakes": bearers[raw.get("name")]} for raw in page]


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One API, with its share of the requests counted under its name."""
    name = raw.get("name") or raw["id"]
    unknown = "AWS does not say what a request draws"
    types = (raw.get("endpointConfiguration") or {}).get("types") or ()
    return Resource(
        id=arn("apigateway", scope.region, "", f"/restapis/{raw['id']}"),
        kind="apigateway/rest_api",
        name=name,
        location=scope.location(),
        components=(
            Component("requests", "http", 1 / raw["Namesakes"], per="requests", assumed=unknown),
        ),
        tags=dict(raw.get("tags") or {}),
        monitor={"ApiName": name},
        info=told(host_type=" ".join(types), state=raw.get("apiStatus")),
    )


SPEC = ServiceSpec(
    kind="apigateway/rest_api",
    listing=Listing(
        api="apigateway",
        operation="GetRestApis",
        scope="region",
        items="items[]",
        kind_of=lambda raw: "apigateway/rest_api",
        permissions=("apigateway:GET",),
        expand=rest_apis,
    ),
    describe=describe,
    metrics=(hourly("requests", "AWS/ApiGateway", "Count", {"ApiName": "ApiName"}),),
    reason="An assumed energy a request: no figure is published. What answers it is counted where it runs.",
)
