"""Permissions are the actions that allow what is asked, no fewer and no more; billed calls count.

An action bears the name of the operation, after the prefix that botocore signs its calls with;
where IAM names it otherwise, a table here says so, after the service authorization reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, ReplayClient, recording, recordings
from tests.over_all import over_all
from tests.providers.aws.test_specs import model, module_specs

from cloud_carbon_exporter.api_costs.prices import PRICES, ApiCall
from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.errors import permission
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Listing, Scope

PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
"""Prefixes of IAM by those of signatures."""
OTHERWISE = {
    # API Gateway's actions are the methods of HTTP.
    ("apigateway", "GetRestApis"): "apigateway:GET",
    ("apigatewayv2", "GetApis"): "apigateway:GET",
    # Keyspaces' are the statements of CQL: what there is stands in tables of the system.
    ("keyspaces", "ListKeyspaces"): "cassandra:Select",
    ("keyspaces", "ListTables"): "cassandra:Select",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "ListDirectoryBuckets"): "s3express:ListAllMyDirectoryBuckets",
}
BESIDES = {
    "timestream_table": {"timestream:DescribeEndpoints"},
}
"""Calls that botocore makes by itself: Timestream tells at which endpoint it is to be asked."""
APIS = {"cloudwatch": "cloudwatch", "tag": "resourcegroupstaggingapi"}
"""APIs of actions that no listing needs, where they differ from the prefix."""
TEAM = TargetSettings(provider="aws", tags=("team",))
UNTAGGED: Mapping[str, Any] = {"GetResources": [{"ResourceTagMappingList": []}]}


def action(api: str, operation: str) -> str:
    """Action of IAM that allows an operation."""
    signed: str = model(api).signing_name
    return OTHERWISE.get((api, operation)) or f"{PREFIXES.get(signed, signed)}:{operation}"


def declared(listing: Listing) -> set[str]:
    """Permissions of a listing and of all that is read of it, without those of monitoring."""
    names = set(listing.permissions)
    for spec in PROVIDER.services:
        if spec.listing is listing:
            names.update(spec.permissions)
    return names


def searched(listing: Listing) -> set[str]:
    """What finding series by a dimension needs."""
    for spec in PROVIDER.services:
        if spec.listing is listing:
            for metric in spec.metrics:
                if metric.spread or metric.class_dimension:
                    return {"cloudwatch:ListMetrics"}
    return set()


@pytest.mark.slow
@over_all("module", recordings())
async def test_permissions_are_those_of_the_operations_that_are_asked(module: str) -> None:
    listings = {id(spec.listing): spec.listing for spec in module_specs(module)}
    for listing in listings.values():
        client = ReplayClient({**UNTAGGED, **recording(module)}, TEAM)
        specs = [spec for spec in PROVIDER.services if spec.listing is listing]
        scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
        swept = await sweep(client, listing, specs, scope)
        assert swept.resources
        needed = {action(asked.api, asked.operation) for asked in client.asked}
        besides = BESIDES.get(module, set()) | searched(listing)
        assert needed | besides == declared(listing) | (needed & PROVIDER.optional.keys())
        for asked in client.asked:
            told = (asked.permissions or permission(asked.api, asked.operation)).split(", ")
            assert action(asked.api, asked.operation) in told, "a refusal names what is missing"
            assert set(told) <= declared(listing) | PROVIDER.optional.keys()
            priced = ApiCall("aws", asked.api, asked.operation) in PRICES
            assert (asked.units > 0) == priced, asked


@pytest.mark.parametrize("name", sorted({*PROVIDER.permissions, *PROVIDER.optional}))
def test_what_the_client_needs_is_an_action_of_an_operation(name: str) -> None:
    prefix, _, operation = name.partition(":")
    api = APIS.get(prefix, prefix)
    assert operation in model(api).operation_names
    assert action(api, operation) == name
