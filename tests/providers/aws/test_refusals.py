"""All that is optional at AWS and refused is told, with the action that brings it."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.providers.aws.conftest import INSTANCES, MakeClient
from tests.providers.aws.test_cloudwatch import NOW
from tests.providers.aws.test_events import QUEUE
from tests.providers.aws.test_inventory import explore, index, tag
from tests.providers.aws.test_metric_statistics import FREE

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.events import changes
from cloud_carbon_exporter.providers.aws.client.optional import REFUSABLE
from cloud_carbon_exporter.providers.refusals import refused_to

CALLS = {
    "GetCostAndUsage": "ce:GetCostAndUsage",
    "GetMetricStatistics": "cloudwatch:GetMetricStatistics",
    "/ListResources": "resource-explorer-2:Search",
    "/ListViews": "resource-explorer-2:ListViews",
    "/v1/estimated-carbon-emissions": "sustainability:GetEstimatedCarbonEmissions",
    "GetResources": "tag:GetResources",
    "ReceiveMessage": "sqs:ReceiveMessage",
}
ELSEWHERE = {
    "resource-explorer-2:ListIndexes",  # without it nothing else is asked of Resource Explorer
    "organizations:ListAccounts",  # without it there is no target: it is down, and says why
}


async def told(client: AwsClient) -> dict[str, str]:
    """What is refused after all that is optional was asked for: permission -> what is said."""
    await client.extras(0)
    await client.series([FREE], NOW)
    for asked in (client.scopes(INSTANCES), anext(changes(client))):
        with pytest.raises(PermissionMissing):
            await asked
    refused = refused_to(client)
    assert {(refusal.provider, refusal.account_id) for refusal in refused} == {("aws", ACCOUNT)}
    assert all(refusal.purpose == REFUSABLE[refusal.permission] for refusal in refused)
    return {refusal.permission: refusal.error for refusal in refused}


async def test_each_is_told_with_the_action_to_grant(
    fake: AwsFake, make_client: MakeClient
) -> None:
    explore(fake, {"eu-west-3": [[]]}, index("eu-west-3", "AGGREGATOR"))
    tag(fake)
    for operation in CALLS:
        fake.fault(operation, "forbidden")
    client = make_client(discovery="cost-explorer", events_queue_url=QUEUE)
    errors = await told(client)
    assert errors.keys() == set(CALLS.values())
    assert all(f"grant {permission}" in error for permission, error in errors.items())
    assert REFUSABLE.keys() - errors.keys() == ELSEWHERE
    assert PROVIDER.optional.keys() <= REFUSABLE.keys()


async def test_an_index_that_may_not_be_read_is_told(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("/ListIndexes", "forbidden")
    client = make_client()
    await client.extras(0)
    permissions = {refusal.permission for refusal in refused_to(client)}
    assert "resource-explorer-2:ListIndexes" in permissions
