"""What AWS itself says there is, by Resource Explorer where it is set up, and the tagging API."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call
from tests.fakes.aws_replay import CountingMeter
from tests.fakes.aws_shapes import checked
from tests.fakes.ec2_xml import instance, instance_id, reservations
from tests.providers.aws.conftest import MakeClient
from tests.providers.aws.test_organisation import collected
from tests.providers.aws.test_regions import Clock

from cloud_carbon_exporter.exposition import coverage
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.kinds import kind_of
from cloud_carbon_exporter.providers.refusals import refused_to
from cloud_carbon_exporter.reporting.coverage import coverage as reported

EXPLORER = "resource-explorer-2"


def arn(service: str, rest: str, region: str = "eu-west-3") -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


QUEUE, KEY, ROLE = arn("sqs", "orders"), arn("kms", "key/1"), arn("iam", "role/x", "")
CHECK = arn("route53", "healthcheck/1", "")
MACHINE = arn("ec2", f"instance/{instance_id(1)}")
NODES = arn("eks", "nodegroup/shop/blue/1")


def resource(name: str, region: str = "eu-west-3", **more: Any) -> dict[str, Any]:
    return {
        "Arn": name,
        "OwningAccountId": ACCOUNT,
        "Region": region,
        "Service": name.split(":")[2],
        **more,
    }


def index(region: str, kind: str = "LOCAL") -> dict[str, Any]:
    return {"Region": region, "Arn": f"arn:aws:{EXPLORER}:{region}:{ACCOUNT}:index/1", "Type": kind}


def explore(
    fake: AwsFake, pages: Mapping[str, list[list[dict[str, Any]]]], *indexes: dict[str, Any]
) -> None:
    """Set Resource Explorer up: pages of resources by the region of an index."""

    def listed(call: Call) -> Mapping[str, Any]:
        number = int(call.params.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages[call.region]) else {}
        return checked(EXPLORER, "ListResources", {"Resources": pages[call.region][number], **more})

    fake.handlers["/ListIndexes"] = checked(EXPLORER, "ListIndexes", {"Indexes": list(indexes)})
    fake.handlers["/ListResources"] = listed


def tag(fake: AwsFake, *arns: str, region: str = "eu-west-3") -> None:
    def listed(call: Call) -> Mapping[str, Any]:
        mappings = [
            {"ResourceARN": arn, "Tags": [{"Key": "team", "Value": "shop"}]} for arn in arns
        ]
        answer = {"ResourceTagMappingList": mappings if call.region == region else []}
        return checked("resourcegroupstaggingapi", "GetResources", answer)

    fake.handlers["GetResources"] = listed


async def inventories(client: AwsClient) -> dict[str, tuple[Mapping[str, str], bool]]:
    read = (await client.extras(0)).inventories
    return {inventory.source: (inventory.kinds, inventory.whole) for inventory in read}


@pytest.mark.slow
async def test_the_aggregator_lists_all_regions_page_by_page(
    fake: AwsFake, make_client: MakeClient, meter: CountingMeter
) -> None:
    pages = [
        [resource(MACHINE, CfnResourceType="AWS::EC2::Instance"), resource(ROLE, "global")],
        [resource(KEY)],
    ]
    explore(fake, {"us-east-1": pages}, index("eu-west-3"), index("us-east-1", "AGGREGATOR"))
    assert await inventories(make_client()) == {
        "resource-explorer": ({MACHINE: "ec2/instance", KEY: "kms/key"}, True)
    }
    asked = [call for call in fake.calls if call.operation == "/ListResources"]
    assert [(call.region, call.params["MaxResults"]) for call in asked] == [("us-east-1", 1000)] * 2
    assert meter.calls[EXPLORER, "ListResources", "success"] == 2


@pytest.mark.slow
async def test_without_an_aggregator_each_index_is_asked_and_blind_regions_are_named_once(
    fake: AwsFake, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fake.regions = ["ap-south-1", "eu-west-3", "us-east-1"]
    explore(
        fake,
        {"eu-west-3": [[resource(KEY)]], "us-east-1": [[]]},
        index("eu-west-3"),
        index("us-east-1"),
    )
    clock = Clock()
    client = make_client(clock)
    assert await inventories(client) == {"resource-explorer": ({KEY: "kms/key"}, True)}
    clock.now += 3601
    await client.extras(0)
    assert sum("no index in ap-south-1" in record.message for record in caplog.records) == 1


@pytest.mark.slow
async def test_the_inventory_is_read_once_an_hour_and_stays_while_it_cannot_be(
    fake: AwsFake, make_client: MakeClient
) -> None:
    clock = Clock()
    explore(fake, {"eu-west-3": [[resource(KEY)]]}, index("eu-west-3", "AGGREGATOR"))
    client = make_client(clock)
    await client.extras(0)
    await client.extras(0)
    assert fake.count("/ListResources") == 1
    clock.now += 3601
    fake.fault("/ListResources", "server")
    assert await inventories(client) == {"resource-explorer": ({KEY: "kms/key"}, True)}
    fake.faults.clear()
    explore(fake, {"eu-west-3": [[]]}, index("eu-west-3", "AGGREGATOR"))
    clock.now += 3601
    assert await inventories(client) == {"resource-explorer": ({}, True)}


async def test_where_no_view_is_the_default_another_is_taken(
    fake: AwsFake, make_client: MakeClient
) -> None:
    explore(fake, {"eu-west-3": [[resource(KEY)]]}, index("eu-west-3", "AGGREGATOR"))
    view = f"arn:aws:{EXPLORER}:eu-west-3:{ACCOUNT}:view/all/1"
    fake.handlers["/ListViews"] = checked(EXPLORER, "ListViews", {"Views": [view]})
    fake.fault("/ListResources", "forbidden", when=lambda call: "ViewArn" not in call.params)
    assert await inventories(make_client()) == {"resource-explorer": ({KEY: "kms/key"}, True)}
    asked = [call for call in fake.calls if call.operation == "/ListResources"]
    assert [call.params.get("ViewArn") for call in asked] == [None, view]


@pytest.mark.slow
@pytest.mark.parametrize(
    "broken", ["no index", "no view", "may not be searched", "forbidden", "broken"]
)
async def test_without_a_source_there_is_none_and_it_is_said_once(
    fake: AwsFake, make_client: MakeClient, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    caplog.set_level(logging.INFO)
    fake.regions = ["eu-west-3"]
    explore(fake, {"eu-west-3": [[resource(KEY)]]}, index("eu-west-3", "AGGREGATOR"))
    tag(fake, QUEUE)
    if broken == "no index":
        explore(fake, {})
    elif broken in ("no view", "may not be searched"):
        fake.fault("/ListResources", "forbidden")
        view = f"arn:aws:{EXPLORER}:eu-west-3:{ACCOUNT}:view/all/1"
        views = [] if broken == "no view" else [view]
        fake.handlers["/ListViews"] = checked(EXPLORER, "ListViews", {"Views": views})
    else:
        fake.fault("/ListIndexes", {"forbidden": "forbidden", "broken": "truncated"}[broken])
    clock = Clock()
    client = make_client(clock)
    assert await inventories(client) == {"tagging": ({QUEUE: "sqs/queue"}, False)}
    said = [record.message for record in caplog.records if "Resource Explorer" in record.message]
    refused = {refusal.permission for refusal in refused_to(client)}
    assert bool(said) != bool(refused)
    assert ("resource-explorer-2:Search" in refused) == (broken == "may not be searched")
    assert ("resource-explorer-2:ListIndexes" in refused) == (broken == "forbidden")
    clock.now += 3601
    await client.extras(0)
    assert [
        record.message for record in caplog.records if "Resource Explorer" in record.message
    ] == said


@pytest.mark.parametrize("tags", [(), ("team",)])
async def test_the_tagging_api_only_adds(
    fake: AwsFake, make_client: MakeClient, tags: tuple[str, ...]
) -> None:
    explore(fake, {"eu-west-3": [[resource(KEY)]]}, index("eu-west-3", "AGGREGATOR"))
    tag(fake, KEY, QUEUE, NODES)
    assert await inventories(make_client(tags=tags)) == {
        "resource-explorer": ({KEY: "kms/key"}, True),
        "tagging": ({QUEUE: "sqs/queue"}, False),
    }


async def test_other_accounts_and_regions_that_are_not_wanted_are_no_gap(
    fake: AwsFake, make_client: MakeClient
) -> None:
    elsewhere = resource(arn("kms", "key/2", "us-east-1"), "us-east-1")
    foreign = {**resource(arn("kms", "key/3")), "OwningAccountId": "999999999999"}
    page = [resource(KEY), elsewhere, foreign, resource(CHECK, "global")]
    explore(fake, {"us-east-1": [page]}, index("us-east-1", "AGGREGATOR"))
    ((kinds, _),) = (await inventories(make_client(regions=("eu-west-3",)))).values()
    assert set(kinds) == {KEY, CHECK}


async def test_coverage_of_an_account_through_the_whole_pipeline(fake: AwsFake) -> None:
    fake.regions = ["eu-west-3"]
    fake.handlers["DescribeInstances"] = reservations([instance(1), instance(2)])
    seen = [
        resource(MACHINE),
        resource(NODES, CfnResourceType="AWS::EKS::Nodegroup"),
        resource(KEY),
        resource(ROLE),
    ]
    explore(fake, {"eu-west-3": [seen]}, index("eu-west-3", "AGGREGATOR"))
    tag(fake, MACHINE, arn("braket", "job/1"))
    snapshot = await collected()
    unsupported = {
        kind: count
        for (_, _, kind, basis), count in snapshot.ledger.items()
        if basis == "unsupported"
    }
    assert unsupported == {"kms/key": 1, "braket/job": 1}
    assert snapshot.listed == {
        ("aws", ACCOUNT, "resource-explorer"): 2,
        ("aws", ACCOUNT, "tagging"): 1,
    }
    assert reported(snapshot)["ratio"] == 1 / 3
    assert coverage.unlisted(snapshot) == {("aws", ACCOUNT): 1}


@pytest.mark.parametrize(
    ("name", "typed", "kind"),
    [
        (MACHINE, "", "ec2/instance"),
        (MACHINE, "AWS::EC2::Instance", "ec2/instance"),
        (MACHINE, "nonsense", "ec2/instance"),
        (arn("rds", "db:orders"), "", "rds/db_instance"),
        (arn("rds", "db:orders"), "AWS::RDS::DBInstance", "rds/db_instance"),
        (arn("ec2", "vpn-connection/vpn-1"), "AWS::EC2::VPNConnection", "ec2/vpn_connection"),
        (arn("ec2", "natgateway/nat-1"), "", "ec2/nat_gateway"),
        ("arn:aws-cn:s3:::logs/2026", "", "s3/bucket"),
        (arn("sns", "alerts"), "", "sns/topic"),
        (arn("sns", "alerts:0f"), "", "sns/subscription"),
        (QUEUE, "", "sqs/queue"),
        (arn("states", "stateMachine:pay"), "", "stepfunctions/state_machine"),
        (
            arn("elasticloadbalancing", "loadbalancer/app/web/1"),
            "",
            "elasticloadbalancingv2/load_balancer",
        ),
        (arn("elasticloadbalancing", "loadbalancer/web"), "", "elasticloadbalancing/load_balancer"),
        (arn("es", "domain/logs"), "AWS::Elasticsearch::Domain", "opensearchservice/domain"),
        (arn("apigateway", "/restapis/x1/stages/prod"), "", "apigateway/stage"),
        (arn("apigateway", "/restapis/x1"), "", "apigateway/rest_api"),
        (arn("timestream", "database/d/table/t"), "", "timestream/table"),
        (arn("timestream-influxdb", "db-instance/i"), "", "timestream/influx_db_instance"),
        (arn("elasticfilesystem", "file-system/fs-1"), "", "efs/file_system"),
        (arn("kafka", "cluster/events/1"), "", "msk/cluster"),
        (CHECK, "", "route53/health_check"),
        (arn("network-firewall", "firewall/edge"), "", "networkfirewall/firewall"),
        (arn("ds", "directory/d-1"), "", "directoryservice/microsoft_ad"),
        (arn("newthing", "lonely"), "", "newthing/resource"),
        ("not an arn", "", "unknown/unknown"),
    ],
)
def test_the_kind_of_anything(name: str, typed: str, kind: str) -> None:
    assert kind_of(name, typed) == kind
