"""Faults on the wire, and what each comes to: all are real answers, or the lack of one."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call, ec2_answer
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.ec2_xml import instance, reservations
from tests.fakes.wire import no_address
from tests.over_all import over_all
from tests.providers.aws.conftest import INSTANCES, MakeClient, objects
from tests.providers.aws.test_cloudwatch import BYTES, CPU, DAY, NOW, bucket, put_cpu
from tests.providers.aws.test_cloudwatch import instance as resource

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.providers.aws import SERVICES
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.errors import one_line, permission, translate
from cloud_carbon_exporter.providers.spec import Listing, Read, Scope

pytestmark = pytest.mark.slow


async def failure(
    client: Any, listing: Listing = INSTANCES, region: str = "eu-west-3"
) -> CollectError:
    with pytest.raises(CollectError) as caught:
        await objects(client, listing, region)
    assert caught.value.provider == "aws"
    return caught.value


@pytest.mark.parametrize(
    ("kind", "expected", "reason"),
    [
        ("throttle", Throttled, "throttled"),
        ("server", Unreachable, "unreachable"),
        ("cut", Unreachable, "unreachable"),
        ("truncated", Malformed, "malformed"),
        ("junk", Malformed, "malformed"),
    ],
)
@pytest.mark.parametrize("kind_of_list", ["ec2/instance", "rds/db_instance", "s3/bucket"])
async def test_a_fault_becomes_an_error_of_ours_and_is_metered_and_passes(
    fake: AwsFake,
    make_client: MakeClient,
    meter: CountingMeter,
    kind: str,
    expected: type[CollectError],
    reason: str,
    kind_of_list: str,
) -> None:
    listing = spec(kind_of_list).listing
    if (listing.api, kind) == (
        "s3",
        "truncated",
    ):  # botocore takes half of S3's XML for a server error
        expected, reason = Unreachable, "unreachable"
    client = make_client()
    fault = fake.fault(listing.operation, kind)
    error = await failure(client, listing)
    assert type(error) is expected
    assert error.operation == listing.operation
    assert error.region == "eu-west-3"
    assert meter.calls[listing.api, listing.operation, reason] == 1
    fake.faults.remove(fault)
    assert await objects(client, listing) == [], "once the fault is gone, so is the failure"


async def test_an_unreadable_answer_is_asked_for_again_but_not_for_ever(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["DescribeInstances"] = reservations([instance(1)])
    fake.fault("DescribeInstances", "truncated", times=2)
    assert len(await objects(make_client())) == 1
    fake.fault("DescribeInstances", "truncated")
    await failure(make_client())
    assert fake.count("DescribeInstances") == 3 + 3


async def test_the_sdks_own_retries_are_honoured(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    fake.handlers["DescribeInstances"] = reservations([instance(1)])
    fake.fault("DescribeInstances", "throttle", times=2)
    assert len(await objects(make_client())) == 1
    assert fake.count("DescribeInstances") == 3


async def test_silence_ends_at_the_timeout(fake: AwsFake, make_client: MakeClient) -> None:
    client = make_client(timeout_seconds=0.2)
    fake.fault("DescribeInstances", "hang")
    error = await failure(client)
    assert isinstance(error, Unreachable)
    assert "in time" in str(error)


async def test_a_port_where_nothing_listens_is_unreachable(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    await client.connect()
    await fake.stop()
    error = await failure(client)
    assert isinstance(error, Unreachable)
    assert "127.0.0.1" in str(error)


@pytest.mark.parametrize("tokens", [("a", "a"), ("a", "b", "a")])
async def test_a_page_token_that_comes_round_again_ends_the_list(
    fake: AwsFake, make_client: MakeClient, tokens: tuple[str, ...]
) -> None:
    answers = iter([*tokens, *"neverreached"])
    fake.handlers["DescribeInstances"] = lambda call: reservations([instance(1)], next(answers))
    error = await failure(make_client())
    assert isinstance(error, Malformed)
    assert "token" in str(error)
    assert fake.count("DescribeInstances") == len(tokens)


async def test_one_forbidden_call_leaves_the_rest_standing(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["DescribeInstances"] = reservations([instance(1)])
    fake.fault("DescribeVolumes", "forbidden", region="eu-west-3")
    client = make_client()
    error = await failure(client, spec("ec2/volume").listing)
    assert "grant ec2:DescribeVolumes" in str(error)
    assert await objects(client, spec("ec2/volume").listing, "us-east-1") == []
    assert len(await objects(client)) == 1
    assert list(await client.connect()) == [ACCOUNT]
    assert fake.count("GetCallerIdentity") == 1, "what is forbidden does not end the session"


async def test_truncated_monitoring_is_an_error_and_not_an_empty_answer(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [10], NOW - 300)
    client = make_client()
    fault = fake.fault("GetMetricData", "truncated")
    reading = await client.series([Read(resource(1), CPU, NOW - 300)], NOW)
    assert reading.failures["ec2/instance"].reason == "malformed"
    assert reading.points == {}
    fake.faults.remove(fault)
    reading = await client.series([Read(resource(1), CPU, NOW - 300)], NOW)
    assert reading.points["i-1", "cpu_ratio"][0].value == 0.1


async def test_cancelling_a_sweep_leaves_the_client_usable(
    fake: AwsFake, make_client: MakeClient
) -> None:
    client = make_client()
    fault = fake.fault("DescribeInstances", "hang")
    task = asyncio.ensure_future(objects(client))
    await fault.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    fake.faults.remove(fault)
    assert await objects(client) == []


async def test_a_failing_lookup_of_types_costs_no_instance(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["DescribeInstances"] = reservations([instance(1, type_="m5.large")])
    fake.fault("DescribeInstanceTypes", "forbidden")
    instances = spec("ec2/instance")
    swept = await sweep(make_client(), INSTANCES, [instances], Scope("aws", ACCOUNT, "eu-west-3"))
    assert [component.amount for component in swept.resources[0].components] == [2, 8]
    assert [warning.reason for warning in swept.warnings] == ["permission_missing"]


@pytest.fixture
async def client_without_dns(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> AwsClient:
    """A client that is connected, and then finds that no name has an address."""
    client = make_client()
    await client.connect()
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    return client


async def test_a_product_without_an_endpoint_here_is_no_page(client_without_dns: AwsClient) -> None:
    assert await objects(client_without_dns, region="xx-nowhere-7") == []


async def test_a_known_endpoint_without_an_address_is_unreachable(
    client_without_dns: AwsClient,
) -> None:
    error = await failure(client_without_dns)
    assert isinstance(error, Unreachable)
    assert "ec2.eu-west-3.amazonaws.com" in str(error)


@over_all("kind", [each.kind for each in SERVICES if each.listing.scope == "global"])
async def test_law_a_product_of_all_regions_is_not_gone_where_names_have_no_address(
    kind: str, client_without_dns: AwsClient
) -> None:
    error = await failure(client_without_dns, spec(kind).listing, "global")
    assert isinstance(error, Unreachable), error


async def test_tags_that_cannot_be_read_cost_no_bucket(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["ListBuckets"] = (
        '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets>'
        "<Bucket><Name>near</Name><BucketRegion>eu-west-3</BucketRegion></Bucket><Bucket><Name>dark</Name></Bucket>"
        "</Buckets></ListAllMyBucketsResult>"
    )
    fake.fault("GetResources", "forbidden")
    fake.fault("GetBucketLocation", "forbidden")
    buckets = spec("s3/bucket")
    swept = await sweep(
        make_client(tags=("team",)), buckets.listing, [buckets], Scope("aws", ACCOUNT)
    )
    assert {resource.name: resource.location.region for resource in swept.resources} == {
        "near": "eu-west-3",
        "dark": "global",
    }
    assert fake.count("GetBucketLocation") == 1, "only for what came without its region"


async def test_storage_classes_that_cannot_be_listed_fail_their_kind(
    fake: AwsFake, make_client: MakeClient
) -> None:
    put_cpu(fake, 1, [10], NOW - 300)
    fake.fault("ListMetrics", "forbidden")
    client = make_client()
    reads = [Read(bucket("b"), BYTES, NOW - 3 * DAY), Read(resource(1), CPU, NOW - 300)]
    reading = await client.series(reads, NOW)
    assert "grant cloudwatch:ListMetrics" in str(reading.failures["s3/bucket"])
    assert reading.points.keys() == {("i-1", "cpu_ratio")}
    fake.faults.clear()
    assert not (await client.series(reads, NOW)).failures, "a failure is not kept for a day"


async def test_a_proxy_that_does_not_answer_is_named_without_its_password(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        monkeypatch.setenv("HTTP_PROXY", f"http://user:hunter2@127.0.0.1:{port}")
        with pytest.raises(Unreachable) as caught:
            await make_client().connect()
    assert "proxy" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("UnauthorizedSSOTokenError", {}, "credentials_refused"),
        (
            "CredentialRetrievalError",
            {"provider": "custom-process", "error_msg": "no"},
            "credentials_refused",
        ),
        ("NoCredentialsError", {}, "credentials_missing"),
        ("SSLError", {"endpoint_url": "https://x.amazonaws.com", "error": "bad"}, "unreachable"),
        ("ConnectTimeoutError", {"endpoint_url": "https://x.amazonaws.com"}, "unreachable"),
        ("UnknownServiceError", {"service_name": "x", "known_service_names": []}, "not_there"),
        ("ParamValidationError", {"report": "bad"}, "error"),
    ],
)
def test_exceptions_of_botocore(name: str, arguments: dict[str, Any], reason: str) -> None:
    from botocore import exceptions

    error = getattr(exceptions, name)(**arguments)
    error = translate(
        error, account_id=ACCOUNT, region="eu-west-3", api="ec2", operation="DescribeThings"
    )
    assert error.reason == reason


def test_permissions_go_by_their_iam_names() -> None:
    assert permission("ec2", "DescribeVolumes") == "ec2:DescribeVolumes"
    assert permission("s3", "ListBuckets") == "s3:ListAllMyBuckets"
    assert permission("resourcegroupstaggingapi", "GetResources") == "tag:GetResources"


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("RequestExpired", 400, "credentials_refused"),
        ("RequestTimeTooSkewed", 403, "credentials_refused"),
        ("UnrecognizedClientException", 400, "credentials_refused"),
        ("AccessDeniedException", 400, "permission_missing"),
        ("", 403, "permission_missing"),
        ("TooManyRequestsException", 429, "throttled"),
        ("", 429, "throttled"),
        ("OptInRequired", 401, "not_there"),
        ("InvalidAction", 400, "not_there"),
        ("", 503, "unreachable"),
        ("ValidationError", 400, "error"),
    ],
)
def test_codes_of_aws(code: str, status: int, reason: str) -> None:
    from botocore.exceptions import ClientError

    error = ClientError(
        {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}},
        "DescribeThings",
    )
    error = translate(
        error, account_id=ACCOUNT, region="eu-west-3", api="ec2", operation="DescribeThings"
    )
    assert error.reason == reason


def test_a_clock_that_is_wrong_is_said_to_be() -> None:
    from botocore.exceptions import ClientError

    error = ClientError(
        {"Error": {"Code": "SignatureDoesNotMatch", "Message": "Signature expired: 2020"}}, "X"
    )
    assert "clock" in translate(error, account_id="", region="", api="ec2", operation="X").hint


def test_messages_are_one_line_and_hold_no_key_and_no_blob() -> None:
    blob = "Encoded authorization failure message: abcDEF123 "
    text = one_line("a\n<p class=x>b</p> AKIAIOSFODNN7EXAMPLE c " + blob + "x" * 1000)
    assert text.startswith("a b [withheld] c [withheld] x")
    assert len(text) == 400


def test_errors_of_ours_pass_unchanged() -> None:
    error = NotThere("gone")
    assert translate(error, account_id="", region="", api="", operation="") is error


@pytest.mark.parametrize("days", [-1, 1])
async def test_yesterdays_points_are_not_taken_for_the_present(
    fake: AwsFake, make_client: MakeClient, days: int
) -> None:
    def shifted(call: Call) -> dict[str, Any]:
        answer = fake.cloudwatch.answer(call.operation, call.region, call.params)
        for result in answer["MetricDataResults"]:
            result["Timestamps"] = [at + days * DAY for at in result["Timestamps"]]
        return answer

    put_cpu(fake, 1, [10, 20, 30], NOW - 900)
    fake.handlers["GetMetricData"] = shifted
    reading = await make_client().series([Read(resource(1), CPU, NOW - 900)], NOW)
    assert reading.points == {}
    assert reading.failures == {}


@pytest.mark.parametrize("kind_of_list", ["ec2/instance", "rds/db_instance", "s3/bucket"])
async def test_connections_that_are_reset_are_unreachable(
    fake: AwsFake, make_client: MakeClient, kind_of_list: str
) -> None:
    listing = spec(kind_of_list).listing
    fault = fake.fault(listing.operation, "reset")
    client = make_client()
    assert isinstance(await failure(client, listing), Unreachable)
    fake.faults.remove(fault)
    assert await objects(client, listing) == []


@pytest.mark.parametrize("kind", ["bomb", "no utf-8"])
@pytest.mark.parametrize("kind_of_list", ["ec2/instance", "rds/db_instance"])
async def test_a_gzip_bomb_and_invalid_utf_8_are_malformed(
    fake: AwsFake, make_client: MakeClient, kind: str, kind_of_list: str
) -> None:
    listing = spec(kind_of_list).listing
    fake.fault(listing.operation, kind)
    assert isinstance(await failure(make_client(), listing), Malformed)


async def test_a_clock_that_is_wrong_is_named_by_the_answer(
    fake: AwsFake, make_client: MakeClient
) -> None:
    client = make_client()
    await client.connect()
    fake.fault("*", "skew")
    error = await failure(client)
    assert isinstance(error, CredentialsRefused)
    assert "clock" in str(error)


async def test_an_answer_of_nonsense_fails_its_kind_and_takes_nothing_away(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["DescribeInstances"] = ec2_answer(
        "DescribeInstances",
        "<reservationSet><item><instancesSet><item><instanceId/></item><item><nothing/></item></instancesSet></item>"
        "</reservationSet>",
    )
    swept = await sweep(
        make_client(), INSTANCES, [spec("ec2/instance")], Scope("aws", ACCOUNT, "eu-west-3")
    )
    assert swept.resources == ()
    assert swept.failures["ec2/instance"].reason == "malformed"


async def test_a_tag_of_ten_megabytes_is_read_or_makes_the_answer_malformed(
    fake: AwsFake, make_client: MakeClient
) -> None:
    """libxml2 reads no text of over ten million characters: then the last good listing stays."""
    fake.handlers["DescribeInstances"] = reservations(
        [instance(1, tags={"team": "x" * 9_900_000}), instance(2)]
    )
    client = make_client()
    assert len(await objects(client)) == 2
    fake.handlers["DescribeInstances"] = reservations(
        [instance(1, tags={"team": "x" * 10_100_000}), instance(2)]
    )
    assert isinstance(await failure(client), Malformed)
