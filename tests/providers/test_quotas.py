"""Quotas: a row names an operation we call, and what no row names is taken as scarce."""

from __future__ import annotations

from cloud_carbon_exporter.providers import aws
from cloud_carbon_exporter.providers.quotas import OUR_SHARE, QUOTAS, UNPUBLISHED, quota_of


def test_every_quota_has_a_source_and_stands_once() -> None:
    names = [(quota.provider, quota.api, quota.operation) for quota in QUOTAS]
    assert len(names) == len(set(names))
    for quota in QUOTAS:
        assert quota.source.startswith("https://")
        assert quota.calls > 0 and quota.seconds in (1, 60)
        assert quota.burst >= 1


def test_every_api_of_aws_in_the_table_is_one_we_call() -> None:
    called = {spec.listing.api for spec in aws.PROVIDER.services} | {"cloudwatch"}
    assert {quota.api for quota in QUOTAS if quota.provider == "aws"} <= called


def test_an_operation_comes_before_its_api_and_an_unknown_api_is_scarce() -> None:
    assert quota_of("aws", "ecs", "ListClusters").burst == 50
    assert quota_of("aws", "ecs", "ListTasks").burst == 100
    assert quota_of("gcp", "cloudasset", "assets.list").our_calls(60) == 100 * OUR_SHARE
    assert quota_of("scaleway", "instance", "ListServers") is UNPUBLISHED
    assert quota_of("gcp", "cloudasset", "assets.get") is UNPUBLISHED
