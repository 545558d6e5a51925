"""Who we are: found, refused, expired, renewed, assumed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call, query_answer
from tests.fakes.aws_replay import CountingMeter
from tests.providers.aws.conftest import MakeClient, objects

from cloud_carbon_exporter.errors import CredentialsMissing, CredentialsRefused

ROLE = "arn:aws:iam::210987654321:role/carbon"


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
    for place in (
        "env",
        "assume-role",
        "sso",
        "shared-credentials-file",
        "container-role",
        "iam-role",
    ):
        assert place in str(caught.value)
    assert "aws configure" in str(caught.value)


async def test_a_profile_that_does_not_exist_is_named(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.slow
async def test_after_a_refusal_new_credentials_on_disk_are_picked_up(
    fake: AwsFake, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    disk = Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    disk.write_text(
        "[default]\naws_access_key_id = OLDKEY\naws_secret_access_key = a\n", encoding="utf-8"
    )
    client = make_client()
    fake.fault("GetCallerIdentity", "expired", times=1)
    with pytest.raises(CredentialsRefused):
        await client.connect()
    disk.write_text(
        "[default]\naws_access_key_id = NEWKEY\naws_secret_access_key = b\n", encoding="utf-8"
    )
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


async def test_a_role_is_assumed_and_speaks_from_then_on(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["AssumeRole"] = assumed
    client = make_client(role_arn=ROLE)
    await client.connect()
    await objects(client)
    (assume,) = [call for call in fake.calls if call.operation == "AssumeRole"]
    assert assume.params["RoleArn"] == ROLE
    assert assume.key_id == "AKIATESTTESTTESTTEST"
    assert {call.key_id for call in fake.calls if call.operation != "AssumeRole"} == {"ROLEKEY"}


async def test_a_role_is_renewed_before_it_expires(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answers = iter([soon, "2099-01-01T00:00:00Z"])
    fake.handlers["AssumeRole"] = lambda call: assumed(call, next(answers))
    client = make_client(role_arn=ROLE)
    await client.connect()
    await objects(client)
    await objects(client)
    assert fake.count("AssumeRole") == meter.calls["sts", "AssumeRole", "success"] == 2


async def test_a_role_that_may_not_be_assumed_is_named(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("AssumeRole", "forbidden")
    with pytest.raises(CredentialsRefused, match="role/carbon") as caught:
        await make_client(role_arn=ROLE).connect()
    assert "trust policy" in str(caught.value)
