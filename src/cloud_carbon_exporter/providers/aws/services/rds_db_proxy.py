"""RDS Proxy: hosts nobody sees, of two vCPUs at least, in two zones at least."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "rds/db_proxy"
# A proxy nobody has used for a week is suspended, and takes seconds to answer again.
STATES = states(
    running="available modifying creating reactivating suspending",
    stopped="suspended",
    gone="deleting incompatible-network insufficient-resource-limits",
)


async def proxies(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The proxies with their tags."""
    return await tagged(client, scope, page, "rds:db-proxy", lambda raw: str(raw["DBProxyArn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One proxy."""
    unknown = "the hosts of RDS Proxy are not published"
    return parse(raw, scope, raw["DBProxyArn"], raw["DBProxyName"]).described(
        running=(Component("fixed", "aws/db-proxy", 1, assumed=unknown),),
        state=raw.get("Status", ""),
        info={"engine": raw.get("EngineFamily")},
        started=raw.get("CreatedDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="rds",
        operation="DescribeDBProxies",
        scope="region",
        items="DBProxies[]",
        kind_of=lambda raw: KIND,
        permissions=("rds:DescribeDBProxies",),
        expand=proxies,
    ),
    states=STATES,
    describe=describe,
    lasting=True,
    reason="A constant figure, assumed: how many hosts it has, and how large, is not told.",
)
