"""What the bill names and no listing brings: in the ledger, where Cost Explorer is asked anyway."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import CountingMeter
from tests.providers.aws.conftest import MakeClient

from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client import billed
from cloud_carbon_exporter.providers.aws.client.regions import BILLED_AS
from cloud_carbon_exporter.providers.aws.describing.bill import BILL, kind_unseen
from cloud_carbon_exporter.providers.aws.describing.types import types

KINDS = frozenset(service.kind for service in PROVIDER.services)
ROWS = list(csv.DictReader(BILL.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("Amazon Polly", "polly/any"),
        ("AWS Key Management Service", "kms/key"),
        ("Amazon Polly", "polly/any"),
        ("Amazon Elastic MapReduce", "emr/wal_workspace"),
        ("AWS Elemental MediaStore", ""),
        ("Amazon Quantum Toaster (v2)", "bill/amazon_quantum_toaster_v2"),
        ("Amazon Connect", "connect/instance"),
        ("Amazon Route 53", "route53/any"),
        ("Amazon DynamoDB", ""),
        ("EC2 - Other", ""),
        ("AmazonCloudWatch", "logs/any"),
        ("Tax", ""),
    ],
)
def test_a_service_of_the_bill_is_read_or_named(service: str, kind: str) -> None:
    estimated = {known for known in KINDS if not known.startswith("logs/")}
    assert kind_unseen(service, estimated) == kind


def test_a_row_says_what_it_is_and_stands_once() -> None:
    names = [row["service"] for row in ROWS]
    assert len(set(names)) == len(names)
    services = {known.service for known in types()}
    for row in ROWS:
        assert bool(row["types_of"]) != bool(row["why"]), row["service"]
        assert not row["types_of"] or row["types_of"] in services


def test_no_service_that_tells_regions_is_unknown() -> None:
    for names in BILLED_AS.values():
        assert [kind_unseen(name, KINDS) for name in names] == [""] * len(names)


def costs(*used: tuple[str, str, str]) -> dict[str, Any]:
    groups = [
        {"Keys": [region, service], "Metrics": {"UnblendedCost": {"Amount": dollars}}}
        for region, service, dollars in used
    ]
    return {"ResultsByTime": [{"Groups": groups}]}


async def test_the_answer_that_tells_the_regions_tells_what_is_not_seen(
    fake: AwsFake,
    make_client: MakeClient,
    meter: CountingMeter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    fake.handlers["GetCostAndUsage"] = costs(
        ("eu-west-3", "Amazon Polly", "20"),
        ("us-east-1", "Amazon Polly", "5"),
        ("global", "Amazon Quantum Toaster", "0"),
        ("eu-west-3", "Amazon DynamoDB", "75"),
        ("NoRegion", "Tax", "0"),
    )
    client = make_client(discovery="cost-explorer")
    for _ in range(2):
        assert await billed.unseen(client, KINDS) == {
            (ACCOUNT, "polly/any"): 1,
            (ACCOUNT, "bill/amazon_quantum_toaster"): 1,
        }
    assert meter.units["ce", "GetCostAndUsage"] == 1, "once a day: each request costs money"
    said = [line for line in caplog.messages if "Amazon Polly" in line]
    assert len(said) == 1
    assert "25.0% of its cost" in said[0]


async def test_the_bill_is_not_asked_for_unless_it_is_wanted(
    fake: AwsFake, make_client: MakeClient
) -> None:
    assert await billed.unseen(make_client(), KINDS) == {}
    assert fake.count("GetCostAndUsage") == 0


async def test_a_bill_that_cannot_be_read_takes_nothing_away(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("GetCostAndUsage", "forbidden")
    assert await billed.unseen(make_client(discovery="cost-explorer"), KINDS) == {}
