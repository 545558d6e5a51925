"""Rules of usage: what each kind of row in a bill is read as, and that the tables hold together."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cloud_carbon_exporter.bills import rules
from cloud_carbon_exporter.bills.parts import parts_of
from cloud_carbon_exporter.bills.shapes import Reading, Shape, read
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.model.types import ComponentKind
from tests.over_all import over_all

pytestmark = pytest.mark.slow

STORED: tuple[ComponentKind, ...] = ("block", "object", "file", "snapshot", "fixed")
EMPTY = Shape("aws", "eu-west-3", "AmazonEC2", "", "", "", "", "hrs", "usage", "", "")
OF_GOOGLE = EMPTY._replace(provider="gcp", region="europe-west1", service="Compute Engine")


def held(reading: Reading) -> dict[str, float]:
    """Amounts of a reading by kind of component."""
    return {part.kind: round(part.amount, 4) for part in reading.parts}


# Usage types as they stand in public bills and price lists.
AWS: list[tuple[str, str, str, str, Mapping[str, float]]] = [
    ("AmazonEC2", "EUW3-BoxUsage:m5.large", "hrs", "ec2/instance", {"vcpu": 2, "memory": 8}),
    ("AmazonEC2", "BoxUsage:m5.large", "hours", "ec2/instance", {"vcpu": 2, "memory": 8}),
    ("AmazonEC2", "HostUsage:m5", "hrs", "ec2/host", {"vcpu": 96, "memory": 384}),
    ("AmazonEC2", "UnusedBox:m5.large", "hrs", "ec2/capacity_reservation", {"vcpu": 2}),
    ("AmazonEC2", "EU-EBS:VolumeUsage.gp3", "gb-mo", "ec2/volume", {"block": 1}),
    ("AmazonEC2", "EBS:SnapshotUsage", "gb-mo", "ec2/snapshot", {"snapshot": 1}),
    ("AmazonEC2", "USW2-NatGateway-Hours", "hrs", "ec2/nat_gateway", {"fixed": 1}),
    ("AmazonEC2", "USW2-NatGateway-Bytes", "gb", "ec2/nat_gateway", {"network": 1}),
    ("AmazonRDS", "APN1-Multi-AZUsage:db.m5d.8xl", "hrs", "rds/db_instance", {"vcpu": 64}),
    ("AmazonRDS", "InstanceUsage:db.t3.micro", "hrs", "rds/db_instance", {"vcpu": 2}),
    ("AmazonRDS", "SAE1-RDS:Multi-AZ-GP3-Storage", "gb-mo", "rds/db_instance", {"block": 2}),
    ("AmazonRDS", "Aurora:ServerlessV2Usage", "acu-hr", "rds/db_cluster", {"memory": 2}),
    ("AmazonElastiCache", "NodeUsage:cache.r6g.large", "hrs", "elasticache/cache_cluster", {}),
    ("AmazonRedshift", "Node:ra3.4xlarge", "node-hours", "redshift/cluster", {"vcpu": 12}),
    ("AmazonES", "EUC1-ES:GP3-Storage", "gb-mo", "opensearchservice/domain", {"block": 1}),
    ("AmazonMSK", "EUW1-Kafka.m5.large", "hours", "msk/cluster", {"vcpu": 2}),
    ("AmazonSageMaker", "USE1-Host:ml.g5.xlarge", "hrs", "sagemaker/endpoint", {"gpu": 1}),
    ("AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", "hours", "ecs/task", {"vcpu": 1}),
    ("AmazonECS", "USE1-SpotUsage:Fargate-vCPU-Hours:perCPU", "hours", "ecs/task", {"vcpu": 1}),
    ("AmazonECS", "USE1-Fargate-GB-Hours", "hours", "ecs/task", {"memory": 1}),
    ("AWSLambda", "EU-Lambda-GB-Second", "lambda-gb-second", "lambda/function", {"memory": 1}),
    ("AmazonS3", "USW2-TimedStorage-GlacierByteHrs", "gb-mo", "s3/bucket", {"object": 1}),
    ("AmazonEKS", "USE1-AmazonEKS-Hours:perCluster", "hours", "eks/cluster", {"fixed": 1}),
    ("AWSELB", "LoadBalancerUsage", "hrs", "elasticloadbalancing/load_balancer", {"fixed": 1}),
    ("AWSQueueService", "CAN1-Requests-Tier1", "requests", "sqs/queue", {"requests": 1}),
]


@pytest.mark.parametrize(("service", "usage", "unit", "kind", "holds"), AWS)
def test_usage_types_of_aws(
    service: str, usage: str, unit: str, kind: str, holds: Mapping[str, float]
) -> None:
    reading = read(EMPTY._replace(service=service, usage=usage, unit=unit))
    assert (reading.state, reading.kind) == ("estimated", kind)
    assert reading.parts
    assert {name: held(reading)[name] for name in holds} == holds
    assert not [part for part in reading.parts if "unknown" in part.assumed]


GOOGLE: list[tuple[str, str, str, str, str, Mapping[str, float]]] = [
    (
        "Compute Engine",
        "N1 Predefined Instance Core running in Americas",
        "n1-standard-4",
        "seconds",
        "compute/instance",
        {"vcpu": 1},
    ),
    (
        "Compute Engine",
        "N2D AMD Instance Core running in Netherlands",
        "",
        "hour",
        "compute/instance",
        {"vcpu": 1},
    ),
    (
        "Compute Engine",
        "Spot Preemptible N2 Instance Ram running in Americas",
        "",
        "byte-seconds",
        "compute/instance",
        {"memory": 1},
    ),
    # billed as a quarter of a core: an eighth of two, each of which may burst
    (
        "Compute Engine",
        "E2 Instance Core running in Frankfurt",
        "e2-micro",
        "seconds",
        "compute/instance",
        {"vcpu": 8},
    ),
    (
        "Compute Engine",
        "Nvidia Tesla T4 GPU running in Americas",
        "n1-standard-4",
        "seconds",
        "compute/instance",
        {"gpu": 1},
    ),
    (
        "Cloud SQL",
        "Cloud SQL for PostgreSQL: Regional - vCPU in Belgium",
        "",
        "seconds",
        "sql/instance",
        {"vcpu": 2},
    ),
    (
        "Cloud SQL",
        "Cloud SQL for MySQL: Zonal - 4 vCPU + 15GB RAM in Los Angeles",
        "",
        "seconds",
        "sql/instance",
        {"vcpu": 4, "memory": 15},
    ),
    (
        "Cloud Storage",
        "Standard Storage Iowa/South Carolina Dual-region",
        "",
        "byte-seconds",
        "storage/bucket",
        {"object": 2},
    ),
    (
        "Compute Engine",
        "Regional Balanced PD Capacity in Belgium",
        "",
        "byte-seconds",
        "compute/region_disk",
        {"block": 2},
    ),
]


@pytest.mark.parametrize(("service", "sku", "machine", "unit", "kind", "holds"), GOOGLE)
def test_descriptions_of_google(
    service: str, sku: str, machine: str, unit: str, kind: str, holds: Mapping[str, float]
) -> None:
    shape = OF_GOOGLE._replace(service=service, usage=sku, machine=machine, unit=unit)
    reading = read(shape)
    assert (reading.state, reading.kind) == ("estimated", kind)
    assert held(reading) == holds


# AWS' FOCUS 1.2 has no usage type: what was used stands in ChargeDescription alone.
DESCRIBED: list[tuple[str, str, str, str, Mapping[str, float]]] = [
    (
        "EC2",
        "$0.34 per On Demand Linux c5.2xlarge Instance Hour",
        "hours",
        "ec2/instance",
        {"vcpu": 8},
    ),
    (
        "EC2",
        "c4.large Linux/UNIX Spot Instance-hour in US West (Oregon) in VPC Zone #1",
        "hours",
        "ec2/instance",
        {"vcpu": 2},
    ),
    (
        "EC2",
        "Linux/UNIX (Amazon VPC), m4.large reserved instance applied",
        "hours",
        "ec2/instance",
        {"vcpu": 2},
    ),
    ("EC2", "$0.00 for 175 Mbps per t3a.small instance-hour (or partial hour)", "hours", "", {}),
    (
        "EC2",
        "$0.12 per GB-month of General Purpose SSD (gp2) provisioned storage - EU (Paris)",
        "gb-months",
        "ec2/volume",
        {"block": 1},
    ),
    ("EC2", "$0.045 per NAT Gateway Hour", "hours", "ec2/nat_gateway", {"fixed": 1}),
    (
        " Elastic Container Service",
        "AWS Fargate - vCPU  - US West 2 (Oregon)",
        "hours",
        "ecs/task",
        {"vcpu": 1},
    ),
    (
        "RDS",
        "CNY 0.8 per db.t3.medium Multi-AZ instance hour (or partial hour) running MySQL",
        "hours",
        "rds/db_instance",
        {"vcpu": 4},
    ),
    (
        "RDS",
        "Aurora MySQL, db.r6g.2xl reserved instance applied",
        "hours",
        "rds/db_instance",
        {"vcpu": 8},
    ),
    (
        "RDS",
        "CNY 1.5308 per GB-month of provisioned gp2 storage for Multi-AZ deployments running MySQL",
        "gb-mo",
        "rds/db_instance",
        {"block": 2},
    ),
    (
        "ElastiCache",
        "$0.206 per Memory optimized r6g.large node hour running Redis",
        "hours",
        "elasticache/cache_cluster",
        {"vcpu": 2},
    ),
    (
        "S3",
        "$0.0125 per GB-Month of storage used in Standard-Infrequent Access",
        "gb-months",
        "s3/bucket",
        {"object": 1},
    ),
    ("S3", "$0.0036 per GB/month prorated for Glacier Early Delete", "gb-months", "", {}),
    (
        "CloudWatch",
        "First 5GB-mo per month of logs storage is free.",
        "gb-months",
        "logs/log_group",
        {"object": 1},
    ),
]


@pytest.mark.parametrize(("service", "description", "unit", "kind", "holds"), DESCRIBED)
def test_a_description_tells_where_no_usage_type_does(
    service: str, description: str, unit: str, kind: str, holds: Mapping[str, float]
) -> None:
    named = EMPTY._replace(service=f"Amazon{service}", description=description, unit=unit)
    reading = read(named)
    assert (reading.kind, reading.state) == (kind, "estimated" if kind else "not energy")
    assert {name: held(reading)[name] for name in holds} == holds


@pytest.mark.parametrize(
    ("shape", "machine", "kind"),
    [
        (EMPTY._replace(service="AmazonEC2"), "m6i.large", "ec2/instance"),
        (EMPTY._replace(service="AmazonRDS"), "db.r6g.large", "rds/db_instance"),
        (OF_GOOGLE, "e2-standard-4", "compute/instance"),
    ],
)
def test_a_column_tells_the_machine_where_a_meter_is_a_word(
    shape: Shape, machine: str, kind: str
) -> None:
    """FOCUS 1.2: SkuMeter may be "Compute", and SkuPriceDetails has the InstanceType."""
    named = shape._replace(usage="Compute", unit="hours")
    assert read(named).state == "not understood"
    assert read(named._replace(machine=machine)).kind == kind


def test_a_usage_type_within_a_description_is_read() -> None:
    words = "USD 0.1 per GB-Mo for TimedStorage-ByteHrs in EU (Stockholm)"
    named = EMPTY._replace(service="Amazon EC2 Container Registry (ECR)", unit="gb-months")
    assert read(named._replace(description=words)).kind == "ecr/repository"


@pytest.mark.parametrize(
    ("usage", "rest", "region"),
    [
        ("EUC1-BoxUsage:m5.large", "BoxUsage:m5.large", "eu-central-1"),
        ("EU-BoxUsage:m5.large", "BoxUsage:m5.large", "eu-west-1"),
        ("BoxUsage:m5.large", "BoxUsage:m5.large", "us-east-1"),
        ("ca-central-1-KMS-Keys", "KMS-Keys", "ca-central-1"),
        ("USW2-LAX1-BoxUsage:t3.medium", "BoxUsage:t3.medium", "us-west-2"),
        ("USE1-CAN1-AWS-Out-Bytes", "CAN1-AWS-Out-Bytes", "us-east-1"),
    ],
)
def test_prefixes_of_regions(usage: str, rest: str, region: str) -> None:
    assert rules.without_prefix(usage) == (rest, region)


def test_the_column_of_the_region_wins_over_the_prefix() -> None:
    shape = EMPTY._replace(usage="EUC1-BoxUsage:m5.large")
    assert read(shape).place == "eu-west-3"
    assert read(shape._replace(region="")).place == "eu-central-1"


def test_a_zone_apart_has_its_own_place() -> None:
    shape = EMPTY._replace(region="us-west-2-lax-1a", usage="USW2-LAX1-BoxUsage:t3.medium")
    assert read(shape).place == "us-west-2-lax-1"


def test_a_fee_on_a_machine_is_none_of_it() -> None:
    """EMR bills by the same usage type as EC2, beside it."""
    fee = read(EMPTY._replace(service="ElasticMapReduce", usage="EUC1-BoxUsage:m5.xlarge"))
    assert (fee.state, fee.parts) == ("not energy", ())


def test_work_in_provisioned_environments_adds_only_itself() -> None:
    """What is held is billed apart, whether it works or not."""
    named = EMPTY._replace(service="AWSLambda", unit="lambda-gb-second")
    held = read(named._replace(usage="Lambda-Provisioned-Concurrency"))
    work = read(named._replace(usage="Lambda-Provisioned-GB-Second"))
    assert {part.load for part in held.parts} == {""}
    assert {part.share for part in work.parts} == {0.0}


def test_a_unit_that_is_another_is_not_understood() -> None:
    reading = read(EMPTY._replace(usage="BoxUsage:m5.large", unit="gb-mo"))
    assert (reading.state, reading.reason) == ("not understood", "gb-mo, where time is billed")


def test_a_reservation_that_nothing_uses_rests() -> None:
    used = read(EMPTY._replace(usage="BoxUsage:m5.large"))
    unused = read(EMPTY._replace(usage="BoxUsage:m5.large", mark="reserved"))
    assert unused.kind == "ec2/capacity_reservation"
    assert {part.load for part in used.parts} == {"cpu_ratio"}
    assert {part.load for part in unused.parts} == {""}


@over_all("row", facts.rows("bill_usage"), ids=lambda row: row["usage"])
def test_every_rule_says_what_it_reads(row: facts.Row) -> None:
    """Why, where nothing is estimated; else a kind, what is counted, and a part with figures."""
    if row["part"] in ("none", "left"):
        assert row["why"] and not row["kind"]
        return
    assert row["kind"] and row["counts"] and not row["why"]
    for kind in STORED:
        if row["part"] == kind and "\\g<" not in row["name"]:
            assert not draw(kind, row["name"]).assumed, row["name"]


def test_no_rule_stands_behind_one_that_is_met_first() -> None:
    """Two rules of one pattern would leave the second without a row."""
    keys = [
        (row["provider"], row["service"], row["usage"], row["operation"])
        for row in facts.rows("bill_usage")
    ]
    assert len(set(keys)) == len(keys)


def test_units_are_told_once() -> None:
    names = [row["unit"] for row in facts.rows("bill_units")]
    assert len(set(names)) == len(names)
    assert {row["counts"] for row in facts.rows("bill_units")} == {
        "time",
        "stored",
        "bytes",
        "number",
    }


def test_parts_scale_with_what_is_held() -> None:
    single = rules.match_of("aws", "AmazonRDS", "InstanceUsage:db.m5.large", "", "")
    double = rules.match_of("aws", "AmazonRDS", "Multi-AZUsage:db.m5.large", "", "")
    assert single and double
    amounts = [part.amount for part in parts_of("aws", single, "")]
    twice = [part.amount for part in parts_of("aws", double, "")]
    assert twice == [2 * amount for amount in amounts]
