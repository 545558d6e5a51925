"""What is asked, how, and how many at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.ec2_xml import instance, reservations
from tests.providers.aws.conftest import MakeClient, objects

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.session import client_config, open_session
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras

pytestmark = pytest.mark.slow


async def test_lists_are_read_to_their_last_page_and_a_size_is_always_sent(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    def page(call: Call) -> str:
        number = int(call.params.get("NextToken", 0))
        return reservations([instance(number)], str(number + 1) if number < 2 else "")

    fake.handlers["DescribeInstances"] = page
    assert len(await objects(make_client())) == 3
    assert [
        call.params.get("MaxResults")
        for call in fake.calls
        if call.operation == "DescribeInstances"
    ] == ["1000"] * 3
    assert meter.calls["ec2", "DescribeInstances", "success"] == 3


async def test_buckets_are_listed_with_a_size_so_that_their_region_comes(
    fake: AwsFake, make_client: MakeClient
) -> None:
    await objects(make_client(), spec("s3/bucket").listing, "global")
    (call,) = [call for call in fake.calls if call.operation == "ListBuckets"]
    assert call.params["max-buckets"] == "1000"


async def test_a_missing_permission_is_named_with_the_one_who_lacks_it(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("DescribeInstances", "forbidden")
    with pytest.raises(PermissionMissing) as caught:
        await objects(make_client())
    assert "grant ec2:DescribeInstances" in str(caught.value)
    assert f"arn:aws:iam::{ACCOUNT}:user/carbon" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


async def test_a_disabled_region_fails_alone(fake: AwsFake, make_client: MakeClient) -> None:
    fake.handlers["DescribeInstances"] = reservations([instance(1)])
    fake.fault("DescribeInstances", "invalid", region="us-east-2")
    client = make_client()
    with pytest.raises(PermissionMissing, match="us-east-2 enabled"):
        await objects(client, region="us-east-2")
    await client.connect()
    assert fake.count("GetCallerIdentity") == 2, "the credentials were proved, and not given up"
    assert len(await objects(client)) == 1


async def test_clients_are_made_when_needed_and_once(
    fake: AwsFake, make_client: MakeClient
) -> None:
    client = make_client()
    await client.connect()
    clients = (await client.accounts.get(ACCOUNT)).clients
    await asyncio.gather(*(objects(client) for _ in range(20)))
    assert clients.names() == {("sts", "us-east-1"), ("ec2", "eu-west-3")}
    assert fake.count("GetCallerIdentity") == 1


async def test_what_was_used_longest_ago_is_closed_when_there_are_too_many(
    fake: AwsFake, make_client: MakeClient
) -> None:
    client = make_client()
    await client.connect()
    clients = (await client.accounts.get(ACCOUNT)).clients
    clients._pool.limit = 3
    regions = [f"eu-west-{number}" for number in range(1, 7)]
    fault = fake.fault("DescribeInstances", "hang", region=regions[0])
    busy = asyncio.ensure_future(objects(client, region=regions[0]))
    await fault.arrived.wait()
    for region in regions[1:]:
        assert await objects(client, region=region) == []
    assert clients.names() == {
        ("ec2", regions[0]),
        *(("ec2", region) for region in regions[-3:]),
    }, "the busy one stays"
    assert await objects(client, region=regions[1]) == [], "what was closed is opened anew"
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    await asyncio.gather(*(objects(client, region=region) for region in regions[1:] * 5))
    assert len(clients.names()) <= 3 + 6, "no more than are in use"


async def test_the_exporter_says_who_it_is(fake: AwsFake, make_client: MakeClient) -> None:
    await make_client().connect()
    assert fake.calls[0].user_agent.startswith("cloud-carbon-exporter/")


async def test_one_service_may_have_an_endpoint_of_its_own(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await AwsFake().start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", other.url)
    await objects(make_client())
    assert (fake.count("DescribeInstances"), other.count("DescribeInstances")) == (0, 1)
    assert (fake.count("GetCallerIdentity"), other.count("GetCallerIdentity")) == (1, 0)
    await other.stop()


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, False),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, True),
        ({"AWS_ENDPOINT_URL_MWAA": "http://127.0.0.1:1"}, True),
        ({"AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:1"}, False),
        ({"AWS_PROFILE": "behind"}, True),
        ({"AWS_PROFILE": "behind", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, False),
    ],
)
def test_an_endpoint_that_somebody_named_is_asked_at_the_host_it_names(
    environment: dict[str, str], named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile behind]\nendpoint_url = http://127.0.0.1:1\n")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in {**environment, "AWS_CONFIG_FILE": str(config)}.items():
        monkeypatch.setenv(name, value)
    settings = client_config(TargetSettings(provider="aws"), "mwaa", open_session())
    assert settings.inject_host_prefix is not named


async def test_all_clients_share_one_tls_context() -> None:
    from cloud_carbon_exporter.providers.aws.client.http import http_session_class

    one, two = http_session_class()(verify=True), http_session_class()(verify=True)
    assert one._build_ssl_contexts(None)[0] is two._build_ssl_contexts(None)[0]
    behind_proxy, for_proxy = one._build_ssl_contexts("https://proxy:3128")
    assert behind_proxy is not one._build_ssl_contexts(None)[0]
    assert for_proxy is not None
    assert (
        http_session_class()(verify=False)._build_ssl_contexts(None)[0]
        is not two._build_ssl_contexts(None)[0]
    )


async def test_extras_are_nothing_yet_and_closing_twice_is_closing(make_client: MakeClient) -> None:
    client = make_client()
    assert await client.extras(0) == Extras()
    await client.connect()
    await client.close()
    await client.close()


async def test_calls_towards_one_api_are_bounded(fake: AwsFake, make_client: MakeClient) -> None:
    client = make_client()
    await client.connect()
    fault = fake.fault("DescribeInstances", "hang")
    tasks = [asyncio.ensure_future(objects(client)) for _ in range(30)]
    await fault.arrived.wait()
    while fake.count("DescribeInstances") < 6:
        await asyncio.sleep(0)
    waiting = [task for task in tasks if not task.done()]
    assert len(waiting) == 30
    assert fake.count("DescribeInstances") == 6
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_importing_the_provider_is_cheap() -> None:
    code = (
        "import sys, cloud_carbon_exporter.providers.aws; "
        "print(sorted({'botocore', 'aiobotocore', 'aiohttp', 'lxml'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_permissions_needed_whatever_the_services_are_few() -> None:
    assert PROVIDER.permissions == (
        "cloudwatch:GetMetricData",
        "ec2:DescribeRegions",
        "sts:GetCallerIdentity",
    )
