"""Services of providers' reports: every kind is in one, and names of theirs are known."""

from __future__ import annotations

from collections import Counter

import botocore.session
import pytest
from scaleway.environmental_footprint.v1alpha1.types import ProductCategory

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.reported_services import (
    is_decided,
    service_named,
    service_of,
    services,
)
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS
from cloud_carbon_exporter.service.loading import provider

KINDS = [
    (cloud.label, spec.kind)
    for name, cloud in REAL_CLOUDS.items()
    for spec in provider(name).services
]
UNREPORTED = {"aws": False, "gcp": False, "scaleway": True}
"""Whether the provider's report has no service for some products."""


@pytest.mark.parametrize("cloud", UNREPORTED)
def test_every_kind_has_a_service_or_is_said_to_have_none(cloud: str) -> None:
    kinds = [kind for owner, kind in KINDS if owner == cloud]
    assert kinds
    assert [kind for kind in kinds if not is_decided(cloud, kind)] == []
    assert bool([kind for kind in kinds if not service_of(cloud, kind)]) is UNREPORTED[cloud]


def test_a_kind_stands_once_and_names_what_there_is() -> None:
    named: Counter[tuple[str, str]] = Counter()
    for row in facts.rows("reported_services"):
        named.update((row["provider"], kind) for kind in row["kinds"].split())
    assert [name for name, count in named.items() if count > 1] == []
    known = {*KINDS, *((cloud, kind.partition("/")[0]) for cloud, kind in KINDS)}
    assert sorted(named.keys() - known) == []


def test_a_name_leads_to_one_service() -> None:
    for row in facts.rows("reported_services"):
        for name in filter(None, (row["service"], *row["also"].split("|"))):
            assert service_named(row["provider"], name) == row["service"], name


@pytest.mark.parametrize(
    ("cloud", "name", "service"),
    [
        ("aws", "AmazonEC2", "AmazonEC2"),
        ("aws", "Amazon Elastic Compute Cloud - Compute", "AmazonEC2"),
        ("aws", "EC2", "AmazonEC2"),
        ("aws", "Amazon Simple Storage Service", "AmazonS3"),
        ("aws", "AWS Lambda", "AWSLambda"),
        ("aws", "Other", None),
        ("gcp", "Cloud SQL", "Cloud SQL"),
        ("gcp", "Cloud Functions", "Cloud Run Functions"),
        ("gcp", "BigQuery Reservation API", "BigQuery"),
        ("scaleway", "instances", "instances"),
        ("scaleway", "without_sku", None),
        ("scaleway", "", None),
        ("azure", "AmazonEC2", None),
    ],
)
def test_names_as_reports_write_them(cloud: str, name: str, service: str | None) -> None:
    assert service_named(cloud, name) == service


@pytest.mark.parametrize(
    ("cloud", "kind", "service"),
    [
        ("aws", "ec2/volume", "AmazonEC2"),
        ("aws", "ec2/vpc_endpoint", "AmazonVPC"),
        ("gcp", "compute/disk", "Compute Engine"),
        ("gcp", "compute/vpn_tunnel", "Networking"),
        ("scaleway", "block/volume", "block_storage"),
        ("scaleway", "vpc_gw/gateway", ""),
    ],
)
def test_a_kind_goes_before_its_service(cloud: str, kind: str, service: str) -> None:
    assert service_of(cloud, kind) == service


def test_scaleways_services_are_those_of_its_sdk() -> None:
    categories = {str(category) for category in ProductCategory}
    assert set(services("scaleway")) == categories - {"unknown_product_category"}


def test_codes_of_aws_are_those_of_its_own_models() -> None:
    model = botocore.session.Session().get_service_model("savingsplans")
    codes = model.shape_for("SavingsPlanRateServiceCode").enum
    assert len(codes) > 10
    assert [code for code in codes if service_named("aws", code) != code] == []
