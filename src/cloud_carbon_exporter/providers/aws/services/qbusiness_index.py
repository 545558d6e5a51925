"""Q Business indexes: units of documents that are held for an application."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name, one_by_one
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "qbusiness/index"
STATES = states(running="ACTIVE UPDATING", gone="CREATING DELETING FAILED")
_HOUR = 3600.0
_LIST, _GET = "qbusiness:ListIndices", "qbusiness:GetIndex"
WHY = "unseen machines of a unit of documents"


async def indexes(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The indexes of the applications of a page, each with its units."""

    async def ask(application: str) -> Sequence[Raw]:
        listed: list[Raw] = []
        async for answer in client.answers(
            scope, "qbusiness", "ListIndices", {"applicationId": application}, permissions=_LIST
        ):
            listed += answer.get("indices", ())
        return listed

    applications = [str(raw["applicationId"]) for raw in page]
    what = ("q indexes", scope.account_id, scope.region)
    by_application = await by_name(client, what, applications, _HOUR, ask)
    wanted: dict[str, dict[str, str]] = {}
    for application, listed in by_application.items():
        for index in listed:
            wanted[index["indexId"]] = {"applicationId": application, "indexId": index["indexId"]}
    details = await one_by_one(
        client, scope, "qbusiness", "GetIndex", wanted, seconds=_HOUR, permission=_GET
    )
    return list(details.values())


def describe(raw: Raw, scope: Scope) -> Description:
    """One index as its units: of 20,000 documents or 200 MB each."""
    units = (raw.get("capacityConfiguration") or {}).get("units", 1)
    return parse(raw, scope, raw["indexArn"], raw.get("displayName") or raw["indexId"]).described(
        running=(Component("fixed", "aws/qbusiness-unit", units, assumed=WHY),),
        state=raw.get("status", ""),
        info={"engine": raw.get("type")},
        started=raw.get("createdAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="qbusiness",
        operation="ListApplications",
        scope="region",
        items="applications[]",
        kind_of=lambda raw: KIND,
        permissions=("qbusiness:ListApplications", _LIST, _GET),
        expand=indexes,
    ),
    describe=describe,
    states=STATES,
    lasting=True,
    reason="A fixed draw for each unit of documents; what its users ask is answered elsewhere.",
)
