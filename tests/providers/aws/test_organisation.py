"""Many accounts in one target: listed, chosen, entered by a role, and none hides another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.moto_estate import ACCOUNT as MOTO_ACCOUNT
from tests.e2e.moto_estate import POWER, REGION, api, core, launch, reach
from tests.e2e.programs import Exporter, Moto
from tests.fakes.aws import ACCOUNT, AwsFake, Call, query_answer
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.ec2_xml import instance, reservations
from tests.fakes.target_settings import target_settings
from tests.providers.aws.conftest import INSTANCES, MakeClient
from tests.providers.aws.test_regions import Clock

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.errors import CredentialsRefused, PermissionMissing
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.spec import Scope

pytestmark = pytest.mark.slow

SHOP, LAB, GONE = "222222222222", "333333333333", "444444444444"
ORGANISATION = {"organization": True, "role_name": "carbon"}
MEMBERS = [
    {"Id": ACCOUNT, "Name": "management", "State": "ACTIVE", "Status": "ACTIVE"},
    {"Id": SHOP, "Name": "shop", "Status": "ACTIVE"},
    {"Id": LAB, "Name": "lab", "State": "ACTIVE", "Status": "ACTIVE"},
    {"Id": GONE, "Name": "gone", "State": "SUSPENDED", "Status": "SUSPENDED"},
]


def who(call: Call) -> str:
    """The account a call is created in, by the key it is signed with."""
    return call.key_id.removeprefix("KEY") if call.key_id.startswith("KEY") else ACCOUNT


def identity(call: Call) -> str:
    arn = (
        f"<Arn>arn:aws:sts::{who(call)}:assumed-role/carbon/x</Arn>"
        f"<Account>{who(call)}</Account><UserId>U</UserId>"
    )
    return query_answer("GetCallerIdentity", arn)


def role(call: Call) -> str:
    return query_answer(
        "AssumeRole",
        f"<Credentials><AccessKeyId>KEY{call.params['RoleArn'].split(':')[4]}</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
    )


@pytest.fixture
def organisation(fake: AwsFake) -> AwsFake:
    """Three active accounts and a suspended one; the role may be assumed in all of them."""

    def listed(call: Call) -> dict[str, Any]:
        first = int(call.params.get("NextToken", 0))
        more = {"NextToken": str(first + 2)} if first + 2 < len(MEMBERS) else {}
        return {"Accounts": MEMBERS[first : first + 2], **more}

    fake.handlers |= {"GetCallerIdentity": identity, "AssumeRole": role, "ListAccounts": listed}
    return fake


def refuse(fake: AwsFake, account: str) -> None:
    """Let the role of one account trust us no more."""
    fake.fault("AssumeRole", "forbidden", when=lambda call: account in call.params["RoleArn"])


async def test_every_active_account_is_entered_by_the_role_and_the_own_one_without(
    organisation: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    client = make_client(**ORGANISATION)
    assert list(await client.connect()) == [ACCOUNT, SHOP, LAB]
    assumed = [
        call.params["RoleArn"] for call in organisation.calls if call.operation == "AssumeRole"
    ]
    assert sorted(assumed) == [
        f"arn:aws:iam::{SHOP}:role/carbon",
        f"arn:aws:iam::{LAB}:role/carbon",
    ]
    assert meter.calls["organizations", "ListAccounts", "success"] == 2, "both pages"
    scopes = await client.scopes(INSTANCES)
    assert [(scope.account_id, scope.region) for scope in scopes] == [
        (account, region)
        for account in (ACCOUNT, SHOP, LAB)
        for region in ("eu-west-3", "us-east-1")
    ]
    for scope in scopes:
        assert [page async for page in client.pages(INSTANCES, scope)] == [[]]
    swept = [who(call) for call in organisation.calls if call.operation == "DescribeInstances"]
    assert swept == [scope.account_id for scope in scopes], (
        "each with the credentials of its own account"
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({**ORGANISATION, "accounts": (LAB, GONE)}, [LAB]),
        ({**ORGANISATION, "exclude_accounts": (ACCOUNT, LAB)}, [SHOP]),
        ({"accounts": (SHOP, ACCOUNT), "role_name": "/team/carbon"}, [SHOP, ACCOUNT]),
    ],
)
async def test_accounts_are_included_excluded_or_named(
    organisation: AwsFake, make_client: MakeClient, settings: dict[str, Any], expected: list[str]
) -> None:
    client = make_client(**settings)
    assert list(await client.connect()) == expected
    swept = {scope.account_id for scope in await client.scopes(spec("s3/bucket").listing)}
    assert swept == set(expected)


async def test_a_role_with_a_path_and_another_partition_has_the_arn_of_both(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    organisation.regions = ["cn-north-1"]
    await make_client(
        accounts=(SHOP,), role_name="/team/carbon", default_region="cn-north-1"
    ).connect()
    (call,) = [call for call in organisation.calls if call.operation == "AssumeRole"]
    assert call.params["RoleArn"] == f"arn:aws-cn:iam::{SHOP}:role/team/carbon"
    assert {call.region for call in organisation.calls} == {"cn-north-1"}


async def test_members_are_listed_once_an_hour_and_stay_while_they_cannot_be(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    clock = Clock()
    client = make_client(clock, **ORGANISATION)
    await client.connect()
    await client.connect()
    assert organisation.count("ListAccounts") == 2
    clock.now += 3601
    organisation.fault("ListAccounts", "forbidden")
    assert list(await client.connect()) == [ACCOUNT, SHOP, LAB]
    organisation.faults.clear()
    organisation.handlers["ListAccounts"] = {"Accounts": MEMBERS[:2]}
    assert list(await client.connect()) == [ACCOUNT, SHOP], "an account that left is left"


async def test_without_the_permission_to_list_accounts_it_is_named(
    organisation: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    organisation.fault("ListAccounts", "forbidden")
    with pytest.raises(PermissionMissing, match="grant organizations:ListAccounts"):
        await make_client(**ORGANISATION).connect()
    assert meter.calls["organizations", "ListAccounts", "permission_missing"] == 1


async def test_an_account_that_cannot_be_entered_fails_alone_and_is_tried_again(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    refuse(organisation, SHOP)
    client = make_client(**ORGANISATION)
    assert list(await client.connect()) == [ACCOUNT, SHOP, LAB]
    scopes = await client.scopes(INSTANCES)
    (failing,) = [scope for scope in scopes if scope.account_id == SHOP]
    with pytest.raises(CredentialsRefused, match="role/carbon") as caught:
        [page async for page in client.pages(INSTANCES, failing)]
    assert caught.value.account_id == SHOP
    assert [page async for page in client.pages(INSTANCES, Scope("aws", LAB, "eu-west-3"))] == [[]]
    organisation.faults.clear()
    tried = organisation.count("AssumeRole")
    await client.scopes(INSTANCES)
    assert organisation.count("AssumeRole") == tried, "once a round is enough"
    await client.connect()
    assert len(await client.scopes(INSTANCES)) == 6
    assert [page async for page in client.pages(INSTANCES, Scope("aws", SHOP, "eu-west-3"))] == [[]]


async def test_when_no_account_can_be_entered_the_target_is_down(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    organisation.fault("AssumeRole", "forbidden")
    with pytest.raises(CredentialsRefused, match="trust policy"):
        await make_client(accounts=(SHOP, LAB), role_name="carbon").connect()
    with pytest.raises(CredentialsRefused, match="no account is left"):
        await make_client(accounts=(SHOP,), exclude_accounts=(SHOP,), role_name="carbon").connect()


async def test_regions_that_one_account_may_not_list_are_that_accounts_failure(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    organisation.fault("DescribeRegions", "forbidden", when=lambda call: who(call) == LAB)
    client = make_client(**ORGANISATION)
    scopes = await client.scopes(INSTANCES)
    assert [scope.region for scope in scopes] == [
        "eu-west-3",
        "us-east-1",
        "eu-west-3",
        "us-east-1",
        "us-east-1",
    ]
    with pytest.raises(PermissionMissing, match="grant ec2:DescribeRegions") as caught:
        [page async for page in client.pages(INSTANCES, scopes[-1])]
    assert caught.value.account_id == LAB
    assert [page async for page in client.pages(INSTANCES, scopes[-2])] == [[]]
    organisation.faults.clear()
    assert len(await client.scopes(INSTANCES)) == 6
    assert [page async for page in client.pages(INSTANCES, scopes[-1])] == [[]]


async def test_credentials_refused_in_one_account_are_renewed_there_alone(
    organisation: AwsFake, make_client: MakeClient
) -> None:
    client = make_client(**ORGANISATION)
    await client.connect()
    kept = await client.accounts.get(LAB)
    client.accounts.doubt(SHOP)
    assert list(await client.connect()) == [ACCOUNT, SHOP, LAB]
    assert await client.accounts.get(LAB) is kept
    assert organisation.count("AssumeRole") == 3
    organisation.fault("GetCallerIdentity", "expired", times=1)
    client.accounts.doubt(SHOP)
    await client.connect()
    assert await client.accounts.get(LAB) is not kept, (
        "what all stand on is refused: all is begun anew"
    )


def collector(clock: Clock, *kinds: str, **settings: Any) -> Collector[None]:
    """Of one AWS target that holds these kinds alone. The client has the same clock."""
    left_out = tuple(service.kind for service in PROVIDER.services if service.kind not in kinds)
    provider = replace(PROVIDER, client=partial(AwsClient, clock=clock))
    target = Target(
        "org",
        provider,
        target_settings("aws", timeout_seconds=5, exclude=left_out, **settings),
    )
    return Collector([target], CollectSettings(), Budget(clock), lambda snapshot: None, clock)


async def collected(**settings: Any) -> Snapshot:
    """One refresh of all instances."""
    of = collector(Clock(), "ec2/instance", **settings)
    await of.refresh()
    await of.close()
    return of.snapshot


async def test_the_snapshot_shows_the_failing_account_beside_the_others_and_all_their_names(
    organisation: AwsFake, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(organisation, SHOP)
    organisation.handlers["DescribeInstances"] = lambda call: reservations(
        [instance(int(who(call)) % 1000)]
    )
    organisation.regions = ["eu-west-3"]
    snapshot = await collected(**ORGANISATION)
    assert [target.up for target in snapshot.targets] == [True]
    outcomes = {(listing.account_id, bool(listing.error)) for listing in snapshot.listings}
    assert outcomes == {(ACCOUNT, False), (SHOP, True), (LAB, False)}
    (failed,) = [listing for listing in snapshot.listings if listing.error]
    assert "role/carbon" in failed.error
    assert snapshot.api.errors["aws", "AssumeRole", "credentials_refused"] == 1
    assert {row.resource.location.account_id for row in snapshot.rows} == {ACCOUNT, LAB}
    assert snapshot.account_names == {
        ("aws", ACCOUNT): "management",
        ("aws", SHOP): "shop",
        ("aws", LAB): "lab",
    }


@pytest.mark.e2e
def test_motos_organisation_is_explored(tmp_path: Path) -> None:
    with Moto(tmp_path) as server:
        organizations = api(server.url, "organizations")
        organizations.create_organization(FeatureSet="ALL")
        created = organizations.create_account(Email="lab@example.com", AccountName="lab")[
            "CreateAccountStatus"
        ]
        role_arn = f"arn:aws:iam::{created['AccountId']}:role/carbon"
        keys = api(server.url, "sts").assume_role(RoleArn=role_arn, RoleSessionName="test")[
            "Credentials"
        ]
        key = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        launch(api(server.url, "ec2", REGION, *key), "m5.large", "lab")
        launch(api(server.url, "ec2"), "m5.large", "own")
        target = {"organization": True, "role_name": "carbon", "regions": [REGION]}
        with Exporter(tmp_path, core(tmp_path, target), **reach(server.url)) as exporter:
            scrape = exporter.ready().scrape()
    accounts = {
        s.labels["cloud_account_id"] for s in scrape.of(POWER) if s.labels["kind"] == "ec2/instance"
    }
    assert accounts == {MOTO_ACCOUNT, created["AccountId"]}
    named = {s.labels["cloud_account_name"] for s in scrape.of("cloud_carbon_account_info")}
    assert "lab" in named
    assert {s.value for s in scrape.of("cloud_carbon_exporter_target_up")} == {1.0}
