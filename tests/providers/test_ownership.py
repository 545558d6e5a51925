"""Owners, over all clouds: what shows in several places is counted in one, or in none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from tests.fakes.aws_replay import described, recordings
from tests.fakes.gcp_estate import recorded as assets
from tests.fakes.scaleway_schema import response_type
from tests.over_all import over_all
from tests.providers.aws.test_specs import module_specs
from tests.providers.scaleway.support import all_recorded

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers import aws, gcp, scaleway
from cloud_carbon_exporter.providers.aws.client import inventory
from cloud_carbon_exporter.providers.aws.describing import managers
from cloud_carbon_exporter.providers.aws.services import ec2_instance
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS
from cloud_carbon_exporter.providers.ownership import OWNERS, WORDS
from cloud_carbon_exporter.providers.scaleway.client import search
from cloud_carbon_exporter.providers.spec import Provider, Scope

PROVIDERS: dict[str, Provider] = {
    "aws": aws.PROVIDER,
    "gcp": gcp.PROVIDER,
    "scaleway": scaleway.PROVIDER,
}
ROWS = [(cloud, kind) for cloud in OWNERS for kind in OWNERS[cloud]]


def described_kinds(cloud: str) -> set[str]:
    """Kinds whose hardware is counted with them."""
    return {spec.kind for spec in PROVIDERS[cloud].services} - OWNERS[cloud].keys()


def test_every_cloud_has_its_owners() -> None:
    assert OWNERS.keys() == PROVIDERS.keys() == {cloud.label for cloud in REAL_CLOUDS.values()}


@over_all(("cloud", "kind"), ROWS)
def test_every_chain_of_owners_ends_in_what_is_described_or_says_why_nothing_draws(
    cloud: str, kind: str
) -> None:
    owner, passed = kind, set()
    while owner in OWNERS[cloud]:
        assert owner not in passed, f"{owner} owns itself"
        passed.add(owner)
        owner = OWNERS[cloud][owner]
    assert owner in described_kinds(cloud) | WORDS


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_word_is_no_kind_and_is_used(word: str) -> None:
    assert "/" not in word
    assert word in chain.from_iterable(owners.values() for owners in OWNERS.values())


@pytest.mark.parametrize("cloud", ["aws", "scaleway"])
def test_what_is_owned_has_no_service(cloud: str) -> None:
    """But Google's, whose one listing brings all: there a service says that it is owned."""
    assert not OWNERS[cloud].keys() & {spec.kind for spec in PROVIDERS[cloud].services}


async def aws_estate() -> list[Resource]:
    resources: list[Resource] = []
    for module in recordings():
        for spec in module_specs(module):
            resources += (await described(spec.kind, module)).values()
    return resources


def gcp_estate() -> Iterator[Resource]:
    for asset in assets():
        for spec in PROVIDERS["gcp"].services:
            if spec.accepts(asset):
                resource = spec.resource(asset, Scope("gcp", "shop-prod"))
                if resource is not None:
                    yield resource


def scaleway_estate() -> Iterator[Resource]:
    scope = Scope("scaleway", "o", "fr-par", "fr-par-1")
    for spec in PROVIDERS["scaleway"].services:
        for raw in all_recorded(spec):
            resource = spec.resource(raw, scope)
            if resource is not None:
                yield resource


@pytest.mark.slow
@pytest.mark.parametrize("cloud", OWNERS)
async def test_nothing_of_the_recorded_estates_is_owned_or_counted_twice(cloud: str) -> None:
    estates = {"gcp": gcp_estate, "scaleway": scaleway_estate}
    resources = await aws_estate() if cloud == "aws" else list(estates[cloud]())
    assert len(resources) > 30
    assert not OWNERS[cloud].keys() & {resource.kind for resource in resources}
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        identity = (resource.kind, resource.id)
        assert identity not in seen
        seen.add(identity)


# Whose instances bear no mark that we know of, or one of another row: why.
UNMARKED = {
    "batch/compute_environment",  # marked; of Fargate they are tasks of ECS
    "drs/recovery_instance",  # marked as what it was launched from
    "ec2/network_interface",  # a part of an instance
    "ec2/spot_instances_request",  # an instance tells that it is spot
    "ecs/container_instance",  # an instance that has joined a cluster
    "storagegateway/gateway",  # at the customer's, or an image that anyone may start
    "evs/environment",  # its hosts, of which no document names a tag
}


def test_every_service_with_machines_in_the_account_is_known_by_its_mark() -> None:
    marked = {mark.kind for mark in managers.MARKS} | set(managers.OPERATORS.values())
    owned = {kind for kind, owner in OWNERS["aws"].items() if owner == "ec2/instance"}
    assert owned - UNMARKED <= marked
    assert UNMARKED - marked < owned
    for kind in marked:
        owner = kind
        while owner in OWNERS["aws"]:
            owner = OWNERS["aws"][owner]
        assert owner in described_kinds("aws") | WORDS, kind


@pytest.mark.parametrize(
    ("told", "tags", "kind"),
    [
        ({}, {}, ""),
        ({"Operator": {"Managed": False}}, {"Name": "web"}, ""),
        ({"Operator": {"Managed": True, "Principal": "eks.amazonaws.com"}}, {}, "eks/cluster"),
        (
            {"Operator": {"Managed": True, "Principal": "new.amazonaws.com"}},
            {},
            "new.amazonaws.com",
        ),
        ({}, {"AWSRDSCustom": "custom-oracle"}, "rds/db_instance"),
        ({}, {"CreatedBy": "EC2 Image Builder"}, "imagebuilder/image_pipeline"),
        ({}, {"CreatedBy": "somebody"}, ""),
        (
            {},
            {"aws:autoscaling:groupName": "eks-a", "eks:nodegroup-name": "a"},
            "eks/nodegroup",
        ),
        ({}, {"aws:autoscaling:groupName": "web"}, "autoscaling/auto_scaling_group"),
    ],
)
def test_what_runs_an_instance(told: dict[str, Any], tags: dict[str, str], kind: str) -> None:
    assert managers.manager_of(told, tags) == kind
    instance = {
        "InstanceId": "i-1",
        "InstanceType": "m5.large",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        **told,
    }
    resource = ec2_instance.SPEC.resource(instance, Scope("aws", "123456789012", "eu-west-3"))
    assert resource is not None
    assert resource.info.get("managed_by", "") == kind


SEARCHED = sorted(str(member.value) for member in response_type("search.v1alpha1.ResourceType"))


@over_all("search_type", SEARCHED)
def test_what_scaleways_search_finds_owned_is_no_resource_of_its_ledger(search_type: str) -> None:
    product, _, thing = search_type.partition("_")
    if f"{product}/{thing}" in OWNERS["scaleway"]:
        assert not search.holds_hardware(search_type)


@pytest.mark.parametrize(
    ("cloudformation", "listed"),
    [
        ("AWS::EC2::VPC", False),
        ("AWS::EC2::Subnet", False),
        ("AWS::Batch::JobQueue", False),
        ("AWS::EKS::Nodegroup", False),
        ("AWS::CloudFormation::Stack", False),
        ("AWS::EKS::FargateProfile", True),
        ("AWS::EC2::Instance", True),
    ],
)
def test_what_aws_inventories_find_owned_is_no_resource_of_its_ledger(
    cloudformation: str, listed: bool
) -> None:
    kinds: dict[str, str] = {}
    inventory._add(kinds, "arn:aws:any:eu-west-3:123456789012:thing/1", cloudformation)
    assert bool(kinds) == listed
