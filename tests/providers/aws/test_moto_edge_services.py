"""Load balancers, gateways, APIs, queues, jobs and vaults over the wire, against moto's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.aws.parts import parts
from tests.providers.aws.test_moto_services import EMPTY, TAGGED, by_name, client, swept

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/any"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def towards_moto(moto: str, aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)


@pytest.fixture(scope="module")
def subnets(moto: str) -> list[str]:
    """Two subnets in two zones."""
    ec2 = client(moto, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-west-3{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]


async def test_load_balancers(moto: str, subnets: list[str]) -> None:
    client(moto, "elbv2").create_load_balancer(
        Name="web", Subnets=subnets, Scheme="internal", Tags=TAGGED
    )
    client(moto, "elb").create_load_balancer(
        LoadBalancerName="legacy",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["eu-west-3a"],
    )
    web = (await by_name("elasticloadbalancingv2/load_balancer", tags=("team",)))["web"]
    assert parts(web) == {"fixed aws/load-balancer": 1, "network intra per bytes": 1}
    assert web.tags == {"team": "shop"}
    assert web.monitor["application"].startswith("app/web/")
    legacy = (await by_name("elasticloadbalancing/load_balancer"))["legacy"]
    assert parts(legacy)["fixed aws/load-balancer"] == 0.5


async def test_gateways_and_endpoints(moto: str, subnets: list[str]) -> None:
    ec2 = client(moto, "ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"][
        "NatGatewayId"
    ]
    hub = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    ends = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.1", BgpAsn=65000)[
        "CustomerGateway"
    ]
    vpn = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=ends["CustomerGatewayId"], TransitGatewayId=hub
    )["VpnConnection"]["VpnConnectionId"]
    assert parts((await by_name("ec2/nat_gateway"))[nat])["fixed aws/nat-gateway"] == 1
    assert hub in await by_name("ec2/transit_gateway")
    assert vpn in await by_name("ec2/vpn_connection")


async def test_dedicated_hosts(moto: str) -> None:
    client(moto, "ec2").allocate_hosts(
        AvailabilityZone="eu-west-3a", InstanceFamily="m5", Quantity=1, AutoPlacement="on"
    )
    (host,) = (await swept("ec2/host")).resources
    assert host.info["host_type"] == "m5"
    assert (
        parts(host)["vcpu"] == 96
    )  # moto tells no capacity: none of it is held, as far as is known


async def test_apis(moto: str) -> None:
    client(moto, "apigateway").create_rest_api(name="orders", tags={"team": "shop"})
    client(moto, "apigatewayv2").create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$x"
    )
    orders = (await by_name("apigateway/rest_api"))["orders"]
    assert (orders.tags, parts(orders)) == ({"team": "shop"}, {"requests http per requests": 1})
    assert "WebSocketId" in (await by_name("apigatewayv2/api"))["chat"].monitor


async def test_messages_events_and_workflows(moto: str) -> None:
    sqs = client(moto, "sqs")
    for number in range(3):
        sqs.create_queue(QueueName=f"jobs-{number}", tags={"team": "shop"})
    client(moto, "sns").create_topic(Name="alarms")
    client(moto, "events").create_event_bus(Name="orders")
    client(moto, "stepfunctions").create_state_machine(
        name="ship",
        roleArn=ROLE,
        definition='{"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}',
    )
    queues = await by_name("sqs/queue", tags=("team",))
    assert set(queues) == {"jobs-0", "jobs-1", "jobs-2"}
    assert queues["jobs-1"].tags == {"team": "shop"}
    assert "alarms" in await by_name("sns/topic")
    assert set(await by_name("events/event_bus")) == {"default", "orders"}
    assert "ship" in await by_name("stepfunctions/state_machine")


async def test_sagemaker(moto: str) -> None:
    sagemaker = client(moto, "sagemaker")
    image = {
        "Image": "382416733822.dkr.ecr.us-east-1.amazonaws.com/x:1",
        "ModelDataUrl": "s3://x/y",
    }
    sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=image)
    variant = {
        "VariantName": "main",
        "ModelName": "m",
        "InitialInstanceCount": 2,
        "InstanceType": "ml.m5.xlarge",
    }
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="ranker", EndpointConfigName="c")
    sagemaker.create_notebook_instance(
        NotebookInstanceName="anna", InstanceType="ml.m5.xlarge", RoleArn=ROLE, VolumeSizeInGB=50
    )
    ranker = (await by_name("sagemaker/endpoint"))["ranker"]
    assert parts(ranker)["vcpu"] == 8
    assert ranker.monitor["Cores"] == "4"
    assert parts((await by_name("sagemaker/notebook_instance"))["anna"])["block aws/gp2"] == 50


async def test_analytics(moto: str) -> None:
    client(moto, "glue").create_job(
        Name="nightly", Role=ROLE, Command={"Name": "glueetl"}, WorkerType="G.1X"
    )
    client(moto, "athena").create_work_group(Name="reports", Configuration={})
    client(moto, "emr-serverless").create_application(
        name="etl", type="SPARK", releaseLabel="emr-7.10.0"
    )
    nightly = (await by_name("glue/job"))["nightly"]
    assert nightly.info["state"] in ("READY", "RUNNING")
    assert "reports" in await by_name("athena/work_group")
    assert (await by_name("emrserverless/application"))["etl"].info["engine"] == "Spark"


async def test_dax_dms_and_backup(moto: str) -> None:
    client(moto, "dax").create_cluster(
        ClusterName="front", NodeType="dax.r5.large", ReplicationFactor=3, IamRoleArn=ROLE
    )
    client(moto, "dms").create_replication_instance(
        ReplicationInstanceIdentifier="move",
        ReplicationInstanceClass="dms.r5.large",
        AllocatedStorage=100,
    )
    client(moto, "backup").create_backup_vault(BackupVaultName="Default")
    assert parts((await by_name("dax/cluster"))["front"])["vcpu"] == 6
    assert parts((await by_name("dms/replication_instance"))["move"])["vcpu"] == 2
    assert parts((await by_name("backup/backup_vault"))["Default"]) == {}


async def test_a_distribution_is_swept_once_for_all_regions(moto: str) -> None:
    origin = {
        "Id": "o",
        "DomainName": "media.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    passed_on = {"QueryString": False, "Cookies": {"Forward": "none"}}
    behaviour = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "ForwardedValues": passed_on,
        "MinTTL": 0,
    }
    settings = {
        "CallerReference": "1",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            **behaviour,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
        "Comment": "",
        "Enabled": True,
    }
    client(moto, "cloudfront").create_distribution(DistributionConfig=settings)
    (site,) = (await swept("cloudfront/distribution", region="global")).resources
    assert site.location.region == "global"


@pytest.mark.parametrize(
    "kind",
    [
        "apigateway/rest_api",
        "dms/replication_instance",
        "ec2/host",
        "ec2/nat_gateway",
        "ec2/transit_gateway",
        "ec2/vpc_endpoint",
        "ec2/vpn_connection",
        "elasticloadbalancing/load_balancer",
        "elasticloadbalancingv2/load_balancer",
        "sagemaker/endpoint",
        "sagemaker/training_job",
        "workspaces/workspace",
    ],
)
async def test_a_region_without_any_has_none(kind: str) -> None:
    assert not (await swept(kind, region=EMPTY)).resources
