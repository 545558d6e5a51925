"""China and GovCloud: their regions, endpoints, ARNs, roles and grids."""

from __future__ import annotations

import pytest
from botocore.session import Session
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import CountingMeter
from tests.fakes.ec2_xml import instance, reservations
from tests.fakes.target_settings import target_settings
from tests.providers.aws.conftest import MakeClient
from tests.providers.aws.test_credentials import assumed

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import Unreachable
from cloud_carbon_exporter.model.facts import place, regions
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.names import arn, role_arn
from cloud_carbon_exporter.providers.partitions import partition

PARTITIONS = [
    ("aws-cn", "cn-north-1", "amazonaws.com.cn"),
    ("aws-us-gov", "us-gov-west-1", "amazonaws.com"),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["aws", "aws-cn", "aws-us-gov"])
def test_every_region_of_a_partition_lies_in_it_and_has_a_grid_and_a_pue(name: str) -> None:
    for region in Session().get_available_regions("ec2", name):
        assert partition(region) == name
        assert region in regions("aws"), f"{region} has no facts"
        there = place("aws", region)
        assert there.intensities[0].grams_per_kilowatt_hour.basis != "assumed"
        assert there.pue_ratio.value > 1


@pytest.mark.parametrize(("name", "region", "suffix"), PARTITIONS)
def test_arns_bear_the_partition(name: str, region: str, suffix: str) -> None:
    assert (
        arn("ec2", region, ACCOUNT, "instance/i-1")
        == f"arn:{name}:ec2:{region}:{ACCOUNT}:instance/i-1"
    )
    assert role_arn(region, ACCOUNT, "carbon") == f"arn:{name}:iam::{ACCOUNT}:role/carbon"


@pytest.mark.parametrize(("name", "region", "suffix"), PARTITIONS)
async def test_nothing_is_asked_of_another_partition(
    fake: AwsFake, make_client: MakeClient, name: str, region: str, suffix: str
) -> None:
    fake.regions = [region]
    fake.handlers |= {"AssumeRole": assumed, "DescribeInstances": reservations([instance(1)])}
    client = make_client(
        default_region=region, role_arn=f"arn:{name}:iam::210987654321:role/carbon"
    )
    spec = next(service for service in PROVIDER.services if service.kind == "ec2/instance")
    (scope,) = await client.scopes(spec.listing)
    (machine,) = (await sweep(client, spec.listing, [spec], scope)).resources
    assert machine.id.startswith(f"arn:{name}:ec2:{region}:")
    await client.extras(0)
    assert {call.region for call in fake.calls} <= {
        region,
        "us-gov-west-1" if name == "aws-us-gov" else region,
    }
    assert fake.count("AssumeRole") == 1


@pytest.mark.parametrize(("name", "region", "suffix"), PARTITIONS)
async def test_the_endpoints_are_those_of_the_partition(
    monkeypatch: pytest.MonkeyPatch, name: str, region: str, suffix: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing leaves this machine
    client = AwsClient(
        target_settings("aws", default_region=region, timeout_seconds=2), CountingMeter()
    )
    with pytest.raises(Unreachable):
        await client.connect()
    from cloud_carbon_exporter.providers.aws.client.clients import Clients
    from cloud_carbon_exporter.providers.aws.client.session import open_session

    clients = Clients(open_session(), client.settings)
    for api in ("sts", "ec2", "cloudwatch", "resourcegroupstaggingapi", "organizations"):
        url = (await clients.get(api, region)).meta.endpoint_url
        assert url.endswith(suffix), url
    await clients.close()
    await client.close()
