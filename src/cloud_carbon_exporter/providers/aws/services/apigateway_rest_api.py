"""REST APIs of API Gateway, by the requests they answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "apigateway/rest_api"
# What an API draws follows from the requests it answers, in whatever state it is.
STATES = states(running="AVAILABLE UPDATING PENDING FAILED")


def rest_apis(everything: Sequence[Raw]) -> Sequence[Raw]:
    """APIs of all pages, each with how many bear its name.

    Monitoring knows an API by its name, and names repeat.
    """
    bearers = Counter(str(raw.get("name")) for raw in everything)
    return [{**raw, "Namesakes": bearers[str(raw.get("name"))]} for raw in everything]


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One API, with its share of the requests counted under its name."""
    name = raw.get("name") or raw["id"]
    # ARNs of API Gateway bear no account.
    api = parse(raw, scope, arn("apigateway", scope.region, "", f"/restapis/{raw['id']}"), name)
    unknown = "AWS does not say what a request draws"
    share = 1 / raw.get("Namesakes", 1)
    return api.described(
        running=(Component("requests", "http", share, per="requests", assumed=unknown),),
        state=raw.get("apiStatus", ""),
        monitor={"ApiName": name},
        info={"host_type": " ".join((raw.get("endpointConfiguration") or {}).get("types") or ())},
        started=raw.get("createdDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="apigateway",
        operation="GetRestApis",
        scope="region",
        items="items[]",
        kind_of=lambda raw: KIND,
        permissions=("apigateway:GET",),
        whole=rest_apis,
    ),
    states=STATES,
    describe=describe,
    metrics=(hourly("requests", "AWS/ApiGateway", "Count", {"ApiName": "ApiName"}),),
    reason=(
        "An assumed energy a request: no figure is published. "
        "What answers it is counted where it runs."
    ),
)
