"""Lists of services that page in their own ways, are closed to new customers, or are not there."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from tests.fakes.aws_replay import ReplayClient, spec
from tests.over_all import over_all

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import NotThere, PermissionMissing
from cloud_carbon_exporter.providers import aws
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.errors import translate
from cloud_carbon_exporter.providers.aws.client.expand import batches
from cloud_carbon_exporter.providers.aws.client.paging import pages, paging
from cloud_carbon_exporter.providers.spec import Scope

GLUE = spec("glue/job")
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
SOURCES = Path(aws.__file__).parent
FIRST_PAGE_ONLY = {
    ("ce", "GetCostAndUsage"): "paged where it is asked, as each page waits for its turn",
    ("workspaces", "DescribeWorkspaceBundles"): "asked for one bundle each",
    ("resource-explorer-2", "ListViews"): "any view will do, and the first page has one",
}
"""Lists of which one call is made, and why that is enough."""
ASK_ONCE, ASK_ALL = {"call", "one_by_one"}, {"answers", "lists_by_name"}
KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"}


@pytest.fixture(scope="module")
def session() -> Any:
    return Session()


@pytest.mark.slow
@over_all(("api", "operation"), LISTINGS, ids=[".".join(names) for names in LISTINGS])
def test_a_list_that_gives_a_token_is_read_to_its_end(
    session: Any, api: str, operation: str
) -> None:
    client = session.create_client(api, region_name="us-east-1", **KEYS)
    how = paging(client, session.get_component("data_loader"), operation)
    gives = client.meta.service_model.operation_model(operation).output_shape.members
    if any(name.lower() in TOKENS for name in gives):
        assert how.inputs, "it pages, and only its first page would be read"
        assert how.outputs


def asked_for(ways: set[str]) -> Iterator[tuple[str, str]]:
    """API and operation of each place in our code that asks AWS in one of these ways."""
    for file in sorted(SOURCES.rglob("*.py")):
        yield from asked_in(file, ways)


def asked_in(file: Path, ways: set[str]) -> Iterator[tuple[str, str]]:
    """API and operation of each place in a file that asks AWS in one of these ways."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = _named(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _way(node.func) in ways:
            handed = (_word(each, named) for each in node.args)
            words = list(filter(None, handed))
            if len(words) >= 2:
                yield words[0], words[1]


def _named(tree: ast.Module) -> dict[str, str]:
    """Names of a module that stand for a word."""
    words: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            words |= {ast.unparse(target): str(node.value.value) for target in node.targets}
    return words


def _word(node: ast.expr, named: dict[str, str]) -> str:
    """Word that is handed over; one that is put together is taken as that of a training job."""
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "TrainingJob" for part in parts
        )
    if isinstance(node, ast.Constant):
        return str(node.value)
    return named.get(node.id, "") if isinstance(node, ast.Name) else ""


def _way(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def gives_token(session: Any, api: str, operation: str) -> bool:
    described = session.get_service_model(api).operation_model(operation)
    members = described.output_shape.members if described.output_shape else {}
    return any(name.lower() in TOKENS for name in members)


@pytest.mark.slow
def test_no_list_is_asked_for_its_first_page_alone(session: Any) -> None:
    asked = set(asked_for(ASK_ONCE))
    found = {("eks", "DescribeCluster"), ("sagemaker", "DescribeTrainingJob")}
    assert found <= asked, "nothing is found"
    once = {names for names in asked if gives_token(session, *names)}
    assert once == set(FIRST_PAGE_ONLY), "page it by `answers` or `lists_by_name`, or say why not"


@pytest.mark.slow
def test_every_list_that_is_paged_beside_a_listing_is_one_that_we_know_how_to_page(
    session: Any,
) -> None:
    asked = set(asked_for(ASK_ALL))
    assert {("glue", "GetJobRuns"), ("outposts", "ListAssets")} <= asked, "nothing is found"
    for api, operation in asked:
        client = session.create_client(api, region_name="us-east-1", **KEYS)
        how = paging(client, session.get_component("data_loader"), operation)
        assert how.inputs and how.outputs, f"{api} {operation}"


async def test_all_runs_of_a_job_are_read_however_many_have_begun_since() -> None:
    runs: list[Any] = [run(number, "SUCCEEDED") for number in range(100, 500)]
    runs += [run(number, "RUNNING") for number in range(100)]
    jobs = {"GetJobs": [{"Jobs": [{"Name": "etl"}]}]}
    pages = [{"JobRuns": batch} for batch in batches(runs, 25)]
    swept = await sweep(
        ReplayClient({**jobs, "GetJobRuns": pages}), GLUE.listing, [GLUE], Scope("aws", "1", "x")
    )
    busy = [resource for resource in swept.resources if resource.components]
    assert len(busy) == 100


def run(number: int, state: str) -> dict[str, Any]:
    ended = {} if state == "RUNNING" else {"CompletedOn": time.time() - 86400}
    workers = {"WorkerType": "G.1X", "NumberOfWorkers": 10}
    return {
        "Id": f"jr_{number}",
        "JobRunState": state,
        "StartedOn": time.time(),
        **workers,
        **ended,
    }


async def test_what_belongs_to_one_thing_is_listed_to_its_end() -> None:
    assets = [{"AssetId": str(number), "AssetType": "COMPUTE"} for number in range(3)]
    outposts = spec("outposts/outpost")
    answers = {
        "ListOutposts": [
            {"Outposts": [{"OutpostId": "op-1", "OutpostArn": "arn:aws:outposts:x:1:outpost/op-1"}]}
        ],
        "ListAssets": [{"Assets": [asset]} for asset in assets],
    }
    swept = await sweep(ReplayClient(answers), outposts.listing, [outposts], Scope("aws", "1", "x"))
    assert [resource.components[0].amount for resource in swept.resources] == [3]


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
