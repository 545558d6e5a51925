"""Credentials, accounts, regions, and what is asked how often."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call, query_answer
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.ec2_xml import instance, reservations
from tests.providers.aws.conftest import MakeClient

from cloud_carbon_exporter.errors import CollectError, CredentialsMissing, CredentialsRefused, PermissionMissing
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.spec import Extras, Listing, Scope

INSTANCES = spec("ec2/instance").listing
ROLE = "arn:aws:iam::210987654321:role/carbon"


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


async def regions(client: Any, listing: Listing = INSTANCES) -> list[str]:
    return [scope.region for scope in await client.scopes(listing)]


async def objects(client: Any, listing: Listing = INSTANCES, region: str = "eu-west-3") -> list[Any]:
    return [raw async for page in client.pages(listing, Scope("aws", ACCOUNT, region)) for raw in page]


async def test_the_account_is_asked_of_sts_once(fake: AwsFake, make_client: MakeClient) -> None:
    client = make_client()
    assert list(await client.connect()) == [ACCOUNT]
    assert list(await client.connect()) == [ACCOUNT]
    assert fake.count("GetCallerIdentity") == 1


async def test_without_credentials_the_error_names_every_place_that_was_tried(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsMissing) as caught:
        await make_client().connect()
    for place in ("env", "assume-role", "sso", "shared-credentials-file", "container-role", "iam-role"):
        assert place in str(caught.value)
    assert "aws configure" in str(caught.value)


async def test_a_profile_that_does_not_exist_is_named(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "ghost")
    with pytest.raises(CredentialsMissing, match="ghost"):
        await make_client().connect()


@pytest.mark.parametrize("kind", ["expired", "invalid", "forbidden"])
async def test_refused_credentials_say_what_to_do_and_hold_no_secret(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter, kind: str
) -> None:
    fake.fault("GetCallerIdentity", kind)
    with pytest.raises(CredentialsRefused) as caught:
        await make_client().connect()
    assert "very-secret" not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    assert meter.calls["sts", "GetCallerIdentity", "credentials_refused"] == 1


async def test_after_a_refusal_new_credentials_on_disk_are_picked_up(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    disk = Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    disk.write_text("[default]\naws_access_key_id = OLDKEY\naws_secret_access_key = a\n", encoding="utf-8")
    client = make_client()
    fake.fault("GetCallerIdentity", "expired", times=1)
    with pytest.raises(CredentialsRefused):
        await client.connect()
    disk.write_text("[default]\naws_access_key_id = NEWKEY\naws_secret_access_key = b\n", encoding="utf-8")
    assert list(await client.connect()) == [ACCOUNT]
    assert [call.key_id for call in fake.calls] == ["OLDKEY", "NEWKEY"]


async def test_credentials_that_expire_while_at_work_are_looked_for_anew(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    await client.connect()
    fake.fault("DescribeInstances", "expired", times=1)
    fake.fault("GetCallerIdentity", "expired", times=1)
    with pytest.raises(CredentialsRefused):
        await objects(client)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "RENEWED")
    assert list(await client.connect()) == [ACCOUNT]
    assert fake.calls[-1].key_id == "RENEWED"
    assert await objects(client) == []


def assumed(call: Call, expires: str = "2099-01-01T00:00:00Z") -> str:
    return query_answer(
        "AssumeRole",
        "<Credentials><AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        f"<SessionToken>t</SessionToken><Expiration>{expires}</Expiration></Credentials>"
        f"<AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId><Arn>{ROLE}</Arn></AssumedRoleUser>",
    )


async def test_a_role_is_assumed_and_speaks_from_then_on(fake: AwsFake, make_client: MakeClient) -> None:
    fake.handlers["AssumeRole"] = assumed
    client = make_client(role_arn=ROLE)
    await client.connect()
    await objects(client)
    (assume,) = [call for call in fake.calls if call.operation == "AssumeRole"]
    assert assume.params["RoleArn"] == ROLE
    assert assume.key_id == "AKIATESTTESTTESTTEST"
    assert {call.key_id for call in fake.calls if call.operation != "AssumeRole"} == {"ROLEKEY"}


async def test_a_role_is_renewed_before_it_expires(fake: AwsFake, make_client: MakeClient) -> None:
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answers = iter([soon, "2099-01-01T00:00:00Z"])
    fake.handlers["AssumeRole"] = lambda call: assumed(call, next(answers))
    client = make_client(role_arn=ROLE)
    await client.connect()
    await objects(client)
    await objects(client)
    assert fake.count("AssumeRole") == 2


async def test_a_role_that_may_not_be_assumed_is_named(fake: AwsFake, make_client: MakeClient) -> None:
    fake.fault("AssumeRole", "forbidden")
    with pytest.raises(CredentialsRefused, match="role/carbon") as caught:
        await make_client(role_arn=ROLE).connect()
    assert "trust policy" in str(caught.value)


async def test_all_enabled_regions_are_swept_or_those_of_them_that_are_chosen(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.regions = ["us-east-1", "eu-west-3", "ap-south-1"]
    assert await regions(make_client()) == ["ap-south-1", "eu-west-3", "us-east-1"]
    assert await regions(make_client(regions=("eu-west-3", "xx-gone-1"))) == ["eu-west-3"]
    assert await regions(make_client(), spec("s3/bucket").listing) == ["global"]


async def test_defect_13_a_new_region_appears_without_a_restart(fake: AwsFake, make_client: MakeClient) -> None:
    clock = Clock()
    client = make_client(clock)
    assert await regions(client) == ["eu-west-3", "us-east-1"]
    fake.regions.append("mx-central-1")
    assert await regions(client) == ["eu-west-3", "us-east-1"]
    assert fake.count("DescribeRegions") == 1, "asked once an hour"
    clock.now += 3601
    assert await regions(client) == ["eu-west-3", "mx-central-1", "us-east-1"]


async def test_regions_known_so_far_stay_when_they_cannot_be_asked_for(fake: AwsFake, make_client: MakeClient) -> None:
    clock = Clock()
    client = make_client(clock)
    await client.scopes(INSTANCES)
    fake.fault("DescribeRegions", "server")
    clock.now += 3601
    assert await regions(client) == ["eu-west-3", "us-east-1"]


async def test_without_the_permission_to_list_regions_the_configured_ones_are_taken(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("DescribeRegions", "forbidden")
    assert await regions(make_client(regions=("eu-west-3",))) == ["eu-west-3"]
    with pytest.raises(PermissionMissing, match="ec2:DescribeRegions"):
        await make_client().scopes(INSTANCES)


def costs(*used: tuple[str, str]) -> dict[str, Any]:
    groups = [{"Keys": [region, service], "Metrics": {"UsageQuantity": {"Amount": "1"}}} for region, service in used]
    return {"ResultsByTime": [{"Groups": groups}, {"Groups": []}]}


async def test_defect_13_cost_explorer_tells_used_regions_and_volumes_are_looked_for_where_no_instance_was_billed(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    fake.handlers["GetCostAndUsage"] = costs(
        ("eu-west-3", "EC2 - Other"),
        ("us-east-1", "Amazon Relational Database Service"),
        ("ap-south-1", "AWS Key Management Service"),
        ("global", "Amazon Route 53"),
        ("NoRegion", "Tax"),
    )
    clock = Clock()
    client = make_client(clock, discovery="cost-explorer")
    assert await regions(client, spec("ec2/volume").listing) == ["eu-west-3"]
    assert await regions(client, spec("rds/db_instance").listing) == ["us-east-1"]
    assert meter.units["ce", "GetCostAndUsage"] == 1
    fake.handlers["GetCostAndUsage"] = costs(("il-central-1", "Amazon Elastic Compute Cloud - Compute"))
    clock.now += 86_000
    assert await regions(client) == ["eu-west-3"]
    assert meter.units["ce", "GetCostAndUsage"] == 1, "at most once a day: each request costs money"
    clock.now += 500
    assert await regions(client) == ["il-central-1"]
    assert meter.units["ce", "GetCostAndUsage"] == 2
    assert fake.count("DescribeRegions") == 0


async def test_what_cost_explorer_said_last_stays_while_it_cannot_be_asked(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["GetCostAndUsage"] = costs(("eu-west-3", "EC2 - Other"))
    clock = Clock()
    client = make_client(clock, discovery="cost-explorer")
    await client.scopes(INSTANCES)
    fake.fault("GetCostAndUsage", "throttle")
    clock.now += 90_000
    assert await regions(client) == ["eu-west-3"]
    with pytest.raises(CollectError):
        await make_client(clock, discovery="cost-explorer").scopes(INSTANCES)


async def test_cost_explorer_pages_are_read_and_each_is_billed(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    def page(call: Call) -> dict[str, Any]:
        if "NextPageToken" in call.params:
            return costs(("us-east-1", "EC2 - Other"))
        return {**costs(("eu-west-3", "EC2 - Other")), "NextPageToken": "more"}

    fake.handlers["GetCostAndUsage"] = page
    assert await regions(make_client(discovery="cost-explorer")) == ["eu-west-3", "us-east-1"]
    assert meter.units["ce", "GetCostAndUsage"] == 2


async def test_lists_are_read_to_their_last_page_and_a_size_is_always_sent(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    def page(call: Call) -> str:
        number = int(call.params.get("NextToken", 0))
        return reservations([instance(number)], str(number + 1) if number < 2 else "")

    fake.handlers["DescribeInstances"] = page
    assert len(await objects(make_client())) == 3
    assert [call.params.get("MaxResults") for call in fake.calls if call.operation == "DescribeInstances"] == [
        "1000"
    ] * 3
    assert meter.calls["ec2", "DescribeInstances", "success"] == 3


async def test_buckets_are_listed_with_a_size_so_that_their_region_comes(
    fake: AwsFake, make_client: MakeClient
) -> None:
    await objects(make_client(), spec("s3/bucket").listing, "global")
    (call,) = [call for call in fake.calls if call.operation == "ListBuckets"]
    assert call.params["max-buckets"] == "1000"


async def test_a_missing_permission_is_named_with_the_one_who_lacks_it(fake: AwsFake, make_client: MakeClient) -> None:
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


async def test_clients_are_made_when_needed_and_once(fake: AwsFake, make_client: MakeClient) -> None:
    client = make_client()
    await client.connect()
    clients = client._accounts[ACCOUNT].clients
    await asyncio.gather(*(objects(client) for _ in range(20)))
    assert set(clients._clients) == {("sts", "us-east-1"), ("ec2", "eu-west-3")}
    assert fake.count("GetCallerIdentity") == 1


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


async def test_all_clients_share_one_tls_context() -> None:
    from cloud_carbon_exporter.providers.aws._session import http_session_class

    one, two = http_session_class()(verify=True), http_session_class()(verify=True)
    assert one._build_ssl_contexts(None)[0] is two._build_ssl_contexts(None)[0]
    behind_proxy, for_proxy = one._build_ssl_contexts("https://proxy:3128")
    assert behind_proxy is not one._build_ssl_contexts(None)[0]
    assert for_proxy is not None
    assert http_session_class()(verify=False)._build_ssl_contexts(None)[0] is not two._build_ssl_contexts(None)[0]


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
        "print([name for name in ('botocore', 'aiobotocore', 'aiohttp', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_permissions_needed_whatever_the_services_are_few() -> None:
    assert PROVIDER.permissions == ("cloudwatch:GetMetricData", "ec2:DescribeRegions", "sts:GetCallerIdentity")
