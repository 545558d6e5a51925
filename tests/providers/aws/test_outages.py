"""One call refused, a region that goes: what fails, fails alone, and the rest stands."""

from __future__ import annotations

import logging

import pytest
from tests.fakes.aws import AwsFake, ec2_answer
from tests.fakes.ec2_xml import instance, reservations, volume, volumes
from tests.providers.aws.test_organisation import (
    ORGANISATION,
    SHOP,
    collector,
    organisation,
    refuse,
)
from tests.providers.aws.test_regions import Clock

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.aws.client import api

__all__ = ["organisation"]
KINDS = ("ec2/instance", "ec2/volume")


@pytest.fixture
def estate(fake: AwsFake) -> AwsFake:
    """A machine and a disk in each of two regions."""
    fake.handlers |= {
        "DescribeInstances": lambda call: reservations([instance(fake.regions.index(call.region))]),
        "DescribeVolumes": lambda call: volumes([volume(fake.regions.index(call.region))]),
    }
    return fake


def down(of: Snapshot) -> dict[tuple[str, str], str]:
    return {
        (listing.region, listing.kind): listing.error for listing in of.listings if listing.error
    }


def places(of: Snapshot) -> set[tuple[str, str]]:
    return {(row.resource.location.region, row.resource.kind) for row in of.rows}


async def test_one_call_refused_in_one_region_takes_down_one_collector(estate: AwsFake) -> None:
    estate.fault("DescribeVolumes", "forbidden", region="us-east-1")
    of = collector(Clock(), *KINDS)
    await of.refresh()
    ((place, error),) = down(of.snapshot).items()
    assert place == ("us-east-1", "ec2/volume")
    assert "grant ec2:DescribeVolumes" in error
    assert places(of.snapshot) == {
        ("eu-west-3", "ec2/instance"),
        ("eu-west-3", "ec2/volume"),
        ("us-east-1", "ec2/instance"),
    }
    assert of.snapshot.api.errors["aws", "DescribeVolumes", "permission_missing"] == 1
    assert of.snapshot.targets[0].up
    await of.close()


async def test_a_region_disabled_between_two_refreshes_fails_then_goes_and_its_energy_stays(
    estate: AwsFake,
) -> None:
    clock = Clock()
    of = collector(clock, *KINDS, default_region="eu-west-3")
    await of.refresh()
    estate.fault("*", "invalid", region="us-east-1")
    clock.now += 300
    await of.refresh()
    assert set(down(of.snapshot)) == {("us-east-1", kind) for kind in KINDS}
    assert all("is us-east-1 enabled" in error for error in down(of.snapshot).values())
    assert len(places(of.snapshot)) == 4, "the last good figures stay a while"
    estate.regions = ["eu-west-3"]
    clock.now += 3600
    await of.refresh()
    assert down(of.snapshot) == {}
    assert places(of.snapshot) == {("eu-west-3", kind) for kind in KINDS}
    assert {account.region for account in of.snapshot.accounts} == {"eu-west-3", "us-east-1"}
    await of.close()


async def test_a_product_without_an_endpoint_in_a_region_is_no_page_and_no_failure(
    fake: AwsFake,
) -> None:
    fake.handlers["DescribeInstances"] = ec2_answer("DescribeInstances", "")
    fake.fault("DescribeVolumes", "absent", region="us-east-1")
    of = collector(Clock(), *KINDS)
    await of.refresh()
    assert down(of.snapshot) == {}
    assert of.snapshot.api.requests["aws", "ec2", "DescribeVolumes", "not_there"] == 1
    await of.close()


@pytest.mark.slow
async def test_an_account_that_is_shut_is_one_line_in_the_log_whatever_is_looked_for_in_it(
    organisation: AwsFake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    refuse(organisation, SHOP)
    of = collector(Clock(), *KINDS, "s3/bucket", **ORGANISATION)
    await of.refresh()
    await of.refresh()
    assert {listing.kind for listing in of.snapshot.listings if listing.error} == {
        *KINDS,
        "s3/bucket",
    }
    (said,) = [record.message for record in caplog.records]
    assert "role/carbon" in said
    await of.close()


async def test_what_is_not_essential_is_not_waited_for_longer_than_it_is_worth(
    estate: AwsFake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(api, "_LEAST_PATIENCE_SECONDS", 0.5)
    for operation in ("/ListIndexes", "/v1/estimated-carbon-emissions"):
        estate.fault(operation, "hang")
    of = collector(Clock(), *KINDS, interval_seconds=0.1)
    for _ in range(3):
        await of.refresh()
    assert len(of.snapshot.rows) == 4
    assert of.snapshot.listed == {}
    assert of.snapshot.reported == ()
    assert (estate.count("/ListIndexes"), estate.count("/v1/estimated-carbon-emissions")) == (1, 1)
    assert sum("in time" in record.message for record in caplog.records) == 2
    await of.close()
