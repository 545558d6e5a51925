"""Lists of services that page in their own ways, are closed to new customers, or are not there."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from cloud_carbon_exporter.errors import NotThere, PermissionMissing
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.errors import translate
from cloud_carbon_exporter.providers.aws.client.paging import pages, paging

LISTINGS = sorted({(spec.listing.api, spec.listing.operation) for spec in PROVIDER.services})
TOKENS = {
    "nexttoken",
    "marker",
    "nextmarker",
    "pagetoken",
    "nextpagetoken",
    "position",
    "continuationtoken",
}
KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"}


@pytest.fixture(scope="module")
def session() -> Any:
    return Session()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("api", "operation"), LISTINGS, ids=[".".join(names) for names in LISTINGS]
)
def test_a_list_that_gives_a_token_is_read_to_its_end(
    session: Any, api: str, operation: str
) -> None:
    client = session.create_client(api, region_name="us-east-1", **KEYS)
    how = paging(client, session.get_component("data_loader"), operation)
    gives = client.meta.service_model.operation_model(operation).output_shape.members
    if any(name.lower() in TOKENS for name in gives):
        assert how.inputs, "it pages, and only its first page would be read"
        assert how.outputs


async def test_pages_without_a_paginator_model_follow_the_token(session: Any) -> None:
    client = session.create_client("lightsail", region_name="us-east-1", **KEYS)
    how = paging(client, session.get_component("data_loader"), "GetBuckets")
    answers = {"": {"buckets": [1], "nextPageToken": "two"}, "two": {"buckets": [2]}}

    async def call(sent: Any) -> Any:
        return answers[sent.get("pageToken", "")]

    buckets = [bucket async for answer in pages(call, {}, how, {}) for bucket in answer["buckets"]]
    assert buckets == [1, 2]


def refused(message: str) -> Exception:
    answer: Any = {
        "Error": {"Code": "AccessDeniedException", "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 403},
    }
    error: Exception = ClientError(answer, "DescribeEndpoints")
    return error


def test_a_product_closed_to_new_customers_is_not_there_rather_than_forbidden() -> None:
    where = {
        "account_id": "1",
        "region": "eu-west-1",
        "api": "timestream-write",
        "operation": "ListTables",
    }
    closed = "Only existing Timestream for LiveAnalytics customers can access the service."
    assert isinstance(translate(refused(closed), **where), NotThere)
    forbidden = "User: x is not authorized to perform: timestream:DescribeEndpoints"
    assert isinstance(translate(refused(forbidden), **where), PermissionMissing)
