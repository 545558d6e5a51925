"""Accounts as they are given: profiles, chains of roles, external ids, sessions, MFA."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call, query_answer
from tests.providers.aws.conftest import MakeClient

from cloud_carbon_exporter.errors import CollectError, CredentialsMissing, CredentialsRefused

HUB = "arn:aws:iam::111111111111:role/hub"
CARBON = "arn:aws:iam::210987654321:role/carbon"
KEYS = "aws_access_key_id = PROFILEKEY\naws_secret_access_key = a\n"


def shared_files(config: str, credentials: str = "") -> None:
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(config, encoding="utf-8")
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(credentials, encoding="utf-8")


def assumed(call: Call) -> str:
    """Credentials named after the role, so that a call tells by whom it was made."""
    key = call.params["RoleArn"].rpartition("/")[2].upper()
    return query_answer(
        "AssumeRole",
        f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
        f"<AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId><Arn>{call.params['RoleArn']}</Arn>"
        "</AssumedRoleUser>",
    )


def assumptions(fake: AwsFake) -> list[Call]:
    return [call for call in fake.calls if call.operation == "AssumeRole"]


async def test_the_session_is_named_and_lasts_as_asked_and_bears_the_external_id(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["AssumeRole"] = assumed
    client = make_client(
        role_arn=CARBON,
        external_id="our/tenant:7",
        role_session_name="carbon-prod",
        session_seconds=7200.0,
    )
    await client.connect()
    (asked,) = assumptions(fake)
    assert asked.params["ExternalId"] == "our/tenant:7"
    assert asked.params["RoleSessionName"] == "carbon-prod"
    assert asked.params["DurationSeconds"] == "7200"


async def test_what_nobody_asked_for_is_not_sent(fake: AwsFake, make_client: MakeClient) -> None:
    fake.handlers["AssumeRole"] = assumed
    await make_client(role_arn=CARBON).connect()
    (asked,) = assumptions(fake)
    assert asked.params["RoleSessionName"] == "cloud-carbon-exporter"
    assert not {"ExternalId", "DurationSeconds", "SerialNumber"} & asked.params.keys()


async def test_of_a_chain_each_role_is_assumed_by_the_one_before(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["AssumeRole"] = assumed
    client = make_client(
        role_chain=(HUB,),
        role_arn=CARBON,
        accounts=("333333333333",),
        role_name="member",
        external_id="x7",
    )
    await client.connect()
    made = [(call.key_id, call.params["RoleArn"]) for call in assumptions(fake)]
    member = "arn:aws:iam::333333333333:role/member"
    assert made == [("AKIATESTTESTTESTTEST", HUB), ("HUB", CARBON), ("CARBON", member)]
    assert {call.params["ExternalId"] for call in assumptions(fake)} == {"x7"}


async def test_a_profile_goes_before_the_environment(
    fake: AwsFake, make_client: MakeClient
) -> None:
    shared_files("[profile prod]\nregion = eu-west-3\n", f"[prod]\n{KEYS}")
    assert list(await make_client(profile="prod").connect()) == [ACCOUNT]
    assert {call.key_id for call in fake.calls} == {"PROFILEKEY"}


async def test_a_profile_may_lead_through_others_to_a_role(
    fake: AwsFake, make_client: MakeClient
) -> None:
    shared_files(
        f"[profile hub]\nrole_arn = {HUB}\nsource_profile = keys\n"
        f"[profile prod]\nrole_arn = {CARBON}\nsource_profile = hub\nexternal_id = x7\n",
        f"[keys]\n{KEYS}",
    )
    fake.handlers["AssumeRole"] = assumed
    await make_client(profile="prod").connect()
    made = [(call.key_id, call.params["RoleArn"]) for call in assumptions(fake)]
    assert made == [("PROFILEKEY", HUB), ("HUB", CARBON)]


async def test_a_profile_that_is_not_there_is_named(make_client: MakeClient) -> None:
    with pytest.raises(CredentialsMissing, match="ghost"):
        await make_client(profile="ghost").connect()


async def test_nobody_is_asked_for_the_code_of_a_device(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(prompt: str) -> str:
        raise AssertionError(prompt)

    monkeypatch.setattr("getpass.getpass", ask)
    shared_files(
        f"[profile prod]\nrole_arn = {CARBON}\nsource_profile = keys\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/person\n",
        f"[keys]\n{KEYS}",
    )
    with pytest.raises(CredentialsRefused, match="MFA") as caught:
        await make_client(profile="prod").connect()
    assert "mfa_serial" in str(caught.value)
    assert "aws sso login" in str(caught.value)


@pytest.mark.parametrize("external_id", ["", "x7"])
async def test_a_refusal_names_the_roles_and_speaks_of_the_external_id(
    fake: AwsFake, make_client: MakeClient, external_id: str
) -> None:
    fake.fault("AssumeRole", "forbidden")
    client = make_client(role_chain=(HUB,), role_arn=CARBON, external_id=external_id)
    with pytest.raises(CredentialsRefused) as caught:
        await client.connect()
    for word in (HUB, CARBON, "external_id", "trust policy"):
        assert word in str(caught.value)


async def test_a_session_that_is_too_long_for_the_role_says_so(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.fault("AssumeRole", "too long")
    with pytest.raises(CollectError, match="session_duration"):
        await make_client(role_arn=CARBON, session_seconds=43200.0).connect()


@pytest.mark.slow
async def test_roles_of_another_partition_are_assumed_there(
    fake: AwsFake, make_client: MakeClient
) -> None:
    fake.handlers["AssumeRole"] = assumed
    client = make_client(
        role_arn="arn:aws-cn:iam::210987654321:role/carbon",
        accounts=("333333333333",),
        role_name="member",
        default_region="cn-north-1",
    )
    await client.connect()
    assert [call.params["RoleArn"] for call in assumptions(fake)] == [
        "arn:aws-cn:iam::210987654321:role/carbon",
        "arn:aws-cn:iam::333333333333:role/member",
    ]
