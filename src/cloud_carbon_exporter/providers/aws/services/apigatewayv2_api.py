"""HTTP and WebSocket APIs of API Gateway, by the requests and messages that pass."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "apigatewayv2/api"
_WEBSOCKET = "WEBSOCKET"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One API."""
    api_id, protocol = raw["ApiId"], raw.get("ProtocolType", "")
    # ARNs of API Gateway bear no account.
    id_ = arn("apigateway", scope.region, "", f"/apis/{api_id}")
    unknown = "AWS does not say what a request draws"
    return parse(raw, scope, id_, raw.get("Name") or api_id).described(
        running=(Component("requests", "http", 1, per="requests", assumed=unknown),),
        # Of a WebSocket API monitoring counts messages, of an HTTP API requests.
        monitor={"WebSocketId" if protocol == _WEBSOCKET else "ApiId": api_id},
        info={"host_type": protocol},
        started=raw.get("CreatedDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="apigatewayv2",
        operation="GetApis",
        scope="region",
        items="Items[]",
        kind_of=lambda raw: KIND,
        permissions=("apigateway:GET",),
    ),
    describe=describe,
    metrics=(
        hourly("requests", "AWS/ApiGateway", "Count", {"ApiId": "ApiId"}),
        hourly("requests", "AWS/ApiGateway", "MessageCount", {"ApiId": "WebSocketId"}),
    ),
    reason=(
        "An assumed energy a request or message: no figure is published. "
        "What answers it is counted where it runs."
    ),
)
