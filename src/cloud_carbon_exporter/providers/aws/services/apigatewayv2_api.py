"""HTTP and WebSocket APIs of API Gateway, by the requests and messages that pass."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_WEBSOCKET = "WEBSOCKET"


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One API."""
    name, protocol = raw["ApiId"], raw.get("ProtocolType", "")
    unknown = "AWS does not say what a request draws"
    return Resource(
        id=arn("apigateway", scope.region, "", f"/apis/{name}"),
        kind="apigatewayv2/api",
        name=raw.get("Name") or name,
        location=scope.location(),
        components=(Component("requests", "http", 1, per="requests", assumed=unknown),),
        tags=dict(raw.get("Tags") or {}),
        monitor={"WebSocketId" if protocol == _WEBSOCKET else "ApiId": name},
        info=told(host_type=protocol),
    )


SPEC = ServiceSpec(
    kind="apigatewayv2/api",
    listing=Listing(
        api="apigatewayv2",
        operation="GetApis",
        scope="region",
        items="Items[]",
        kind_of=lambda raw: "apigatewayv2/api",
        permissions=("apigateway:GET",),
    ),
    describe=describe,
    metrics=(
        hourly("requests", "AWS/ApiGateway", "Count", {"ApiId": "ApiId"}),
        hourly("requests", "AWS/ApiGateway", "MessageCount", {"ApiId": "WebSocketId"}),
    ),
    reason="An assumed energy a request or message: no figure is published. What answers it is counted where it runs.",
)
