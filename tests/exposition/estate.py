"""A small estate made by hand: one of each thing a Snapshot can hold."""

from __future__ import annotations

from cloud_carbon_exporter.exposition import Settings
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.budgets import BudgetStanding
from cloud_carbon_exporter.model.clusters import (
    IDLE,
    UNKNOWN,
    ClusterKey,
    ClusterNews,
    ClusterState,
    Workload,
    WorkloadRow,
)
from cloud_carbon_exporter.model.comparison import ComparedLine
from cloud_carbon_exporter.model.grid import GridForecast, GridNews, GridSource
from cloud_carbon_exporter.model.months import (
    Calibration,
    ComparedMonth,
    OwnMonth,
    ReportedMonth,
)
from cloud_carbon_exporter.model.snapshot import (
    AccountRow,
    ApiUse,
    ClockNews,
    ModelRow,
    Outcome,
    Refusal,
    ReportedEmissions,
    Row,
    Snapshot,
    TargetState,
    totals_by_provider,
)
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Component,
    Estimate,
    Footprint,
    Location,
    Place,
    Resource,
    Totals,
    Water,
    WaterTotals,
)

TAKEN_AT = 1_700_000_600.0
EMBER = "Ember yearly average, life-cycle (as passed on by CO2.js 0.19.0)"
GOOGLE = "Google Cloud region carbon data (grid carbon intensity, direct emissions)"
SETTINGS = Settings(
    tags=("team", "cost-center"), version="1.2.3", model_version="1.2.3+abc", interval_seconds=300
)

MACHINE = Row(
    Resource(
        "arn:aws:ec2:eu-west-3:111111111111:instance/i-0abc",
        "ec2/instance",
        "web-1",
        Location("aws", "111111111111", "eu-west-3", "eu-west-3a"),
        (Component("vcpu", "Skylake", 2, load="cpu_ratio"), Component("memory", "dram", 8)),
        {"team": "web", "cost-center": "42", "location": "never a label of ours"},
        {"InstanceId": "i-0abc"},
        {"host_type": "m5.large", "architecture": "x86_64", "cpu": "Xeon Platinum 8175M"},
    ),
    Footprint(
        Estimate(12.5, 8.25, 20.75),
        Estimate(0.000125, 0.0000625, 0.00025),
        Estimate(0.00003125, 0.00001, 0.00006),
        "measured",
        facts=("skylake", "dram"),
    ),
    {"cpu_ratio": 0.25, "gpu_ratio": 0.5},
    Totals(123456.78901234567, 1.25, 0.3125),
    TAKEN_AT - 240,
)
BUCKET = Row(
    Resource(
        "storage.googleapis.com/projects/_/buckets/a-bucket",
        "storage/bucket",
        "a-bucket",
        Location("gcp", "project-1", "eu"),
        (Component("object", "gcp/gcs/STANDARD", 1, per="stored_gib"),),
    ),
    Footprint(
        Estimate(0, 0, 3, "assumed"),
        None,
        Estimate(0, 0, 0.001),
        "assumed",
        "unknown region eu",
        weakness="unknown_region",
    ),
    {},
)
SERVER = Row(
    Resource(
        "11111111-1111-1111-1111-111111111111",
        "instance/server",
        "bastion",
        Location("scaleway", "organization", "fr-par", "fr-par-2"),
        (Component("vcpu", "EPYC 2nd Gen", 4, load="cpu_ratio"),),
    ),
    Footprint(
        Estimate(6, 3, 12, "default"),
        Estimate(3e-5, 1e-5, 6e-5),
        Estimate(1e-5, 0, 2e-5),
        "default",
        "no cpu_ratio",
        weakness="no_cpu_ratio",
    ),
    {},
    Totals(),
)

PLACES = (
    Place(
        "aws",
        "eu-west-3",
        (
            CarbonIntensity(
                Estimate(36, 20, 60),
                "live",
                "file",
                start=TAKEN_AT - 900,
                end=TAKEN_AT + 2700,
                estimated=True,
            ),
            CarbonIntensity(Estimate(44, 30, 60), "location", EMBER, 2024),
            CarbonIntensity(Estimate(56, 30, 80), "location", EMBER, 2023),
            CarbonIntensity(Estimate(20, 10, 30), "direct", GOOGLE, 2025),
            CarbonIntensity(Estimate(0, 0, 0), "market", "amazon_matched", 2024),
            CarbonIntensity(
                Estimate(500, 400, 600), "marginal", "watttime", start=TAKEN_AT, end=TAKEN_AT + 300
            ),
        ),
        Estimate(1.15, 1.1, 1.2),
        Estimate(0.18, 0.1, 0.3),
        0.75,
        water=Water(Estimate(0.18, 0.1, 0.3), Estimate(3.5, 1, 6)),
    ),
    Place(
        "scaleway",
        "fr-par",
        (CarbonIntensity(Estimate(44, 30, 60), "location", EMBER, 2024),),
        Estimate(1.3, 1.2, 1.4),
    ),
)

MODELS = (
    ModelRow(
        "aws",
        "111111111111",
        "eu-west-3",
        "bedrock/foundation_model",
        "meta.llama3-1-8b-instruct-v1:0",
        {"cache_read": 9500.0, "input": 500.0, "output": 100.0},
        {"input": Estimate(0.05, 0.01, 0.4), "output": Estimate(0.3, 0.08, 1.5)},
    ),
)

API = ApiUse(
    requests={
        ("aws", "ec2", "DescribeInstances", "success"): 7,
        ("aws", "cloudwatch", "GetMetricData", "throttled"): 1,
    },
    dollars={("aws", "111111111111", "cloudwatch"): 0.0125},
    dollars_per_month={("aws", "111111111111", "cloudwatch"): 3.75},
    errors={("aws", "GetMetricData", "throttled"): 1},
    skipped={("aws", "ec2/volume", "malformed"): 2},
)

ACCOUNTS = (
    AccountRow(
        "aws",
        "111111111111",
        "eu-west-3",
        "ec2/instance",
        footprint_sum([MACHINE.footprint]),
        Totals(130000, 1.5, 0.5),
        WaterTotals(0.006, 0.126),
        {"vcpu": 7200.0, "byte": 2.0**31},
    ),
    AccountRow("gcp", "project-1", "eu", "storage/bucket", footprint_sum([BUCKET.footprint])),
    AccountRow(
        "scaleway",
        "organization",
        "fr-par",
        "instance/server",
        footprint_sum([SERVER.footprint]),
        Totals(),
        WaterTotals(),
    ),
)

LISTINGS = (
    Outcome("aws", "111111111111", "eu-west-3", "ec2/instance", "", 0.75, 1, TAKEN_AT - 3, True),
    Outcome(
        "scaleway",
        "organization",
        "fr-par",
        "instance/server",
        "Unreachable: no answer",
        30,
        0,
        None,
    ),
    Outcome("aws", "111111111111", "us-east-1", "s3/bucket", "denied", 1, 4, TAKEN_AT - 900, True),
)

MONTH = 2_592_000.0
START = 1_693_526_400.0


def _reported(start: float, grams: float) -> ReportedEmissions:
    return ReportedEmissions(
        "aws",
        "111111111111",
        "eu-west-3",
        "EC2",
        "location",
        "AWS Sustainability API",
        start,
        start + MONTH,
        grams,
        grams / 100,
        model_version="v3.0.0",
    )


REPORTED = (_reported(1_690_848_000.0, 900.0), _reported(START, 1000.0))

CALIBRATIONS = (
    Calibration(
        "aws",
        "111111111111",
        "",
        "",
        "total",
        "location",
        "AWS Sustainability API",
        "v3.0.0",
        Estimate(0.5, 0.3, 0.8),
        (ComparedMonth(START, 2000.0, 1000.0),),
    ),
    Calibration(
        "aws",
        "111111111111",
        "eu-west-3",
        "AmazonEC2",
        "total",
        "location",
        "AWS Sustainability API",
        "v3.0.0",
        Estimate(2, 1, 4),
        (ComparedMonth(START - MONTH, 400.0, 900.0), ComparedMonth(START, 550.0, 1000.0)),
    ),
)
REPORTED_MONTHS = (
    ReportedMonth(
        "aws",
        "111111111111",
        "AWS Sustainability API",
        "location",
        START - MONTH,
        START,
        900.0,
        "v3.0.0",
        1,
    ),
    ReportedMonth(
        "aws",
        "111111111111",
        "AWS Sustainability API",
        "location",
        START,
        START + MONTH,
        1000.0,
        "v3.0.0",
        0,
    ),
)

PROD = ClusterKey("aws", "111111111111", "prod")
CLUSTERS = ClusterNews(
    (
        WorkloadRow(
            PROD,
            Workload("shop", "Deployment", "web"),
            footprint_sum([MACHINE.footprint]),
            Totals(1e6, 25.0, 1.5),
        ),
        WorkloadRow(PROD, IDLE, footprint_sum([MACHINE.footprint]), Totals(5e5, 12.5, 0.75)),
        WorkloadRow(PROD, UNKNOWN, FootprintSum(), Totals(10.0, 0.25, 0.125)),
    ),
    (
        ClusterState("prod", True, "", TAKEN_AT, {"split": 2, "serverless": 1}),
        ClusterState("test", False, "kubernetes test nodes: status 503"),
    ),
)
_OF_MACHINE = ("aws", "111111111111", "eu-west-3", "ec2/instance", "web-1", 1)
_TOLD = ("95 % of 400 hours at or below 30%", "nobody reads its memory", "back to m5.large")
ADVICE = (
    Advice(
        "oversized",
        MACHINE.resource.id,
        *_OF_MACHINE,
        "m5.large to m5.medium",
        *_TOLD,
        Estimate(0.0000625, 0.00003125, 0.000125),
    ),
    Advice(
        "region",
        "aws/111111111111/eu-west-3",
        "aws",
        "111111111111",
        "eu-west-3",
        "",
        "2 resources in eu-west-3",
        2,
        "run it in eu-north-1",
        "31 against 20 g/kWh",
        "",
        "back to eu-west-3",
        Estimate(0.00003125, 0.0000078125, 0.0000625, "assumed"),
    ),
)

SNAPSHOT = Snapshot(
    TAKEN_AT,
    (MACHINE, BUCKET, SERVER),
    ACCOUNTS,
    totals_by_provider(ACCOUNTS),
    PLACES,
    ledger={
        ("aws", "111111111111", "ec2/instance", "measured"): 1,
        ("aws", "111111111111", "m99/thing", "unsupported"): 4,
    },
    listed={("aws", "111111111111", "resource-explorer"): 5},
    covered={("aws", "111111111111"): 1},
    listings=LISTINGS,
    measurements=(Outcome("aws", "111111111111", "eu-west-3", "ec2/instance", "AccessDenied"),),
    targets=(
        TargetState("prod", "aws", True),
        TargetState("scw", "scaleway", False, "credentials refused"),
    ),
    refused=(
        Refusal(
            "aws",
            "111111111111",
            "sustainability:GetEstimatedCarbonEmissions",
            "AWS' own figure",
            "denied",
        ),
    ),
    api=API,
    gauges={"demo_connected_users": 812},
    reported=REPORTED,
    models=MODELS,
    months=(
        OwnMonth(
            "aws", "111111111111", START, START + MONTH, 1500.0, 500.0, START, START + 0.96 * MONTH
        ),
    ),
    calibrations=CALIBRATIONS,
    reported_months=REPORTED_MONTHS,
    account_names={("aws", "111111111111"): "Production"},
    known_by={("aws", "events"): 0.25, ("aws", "sight"): 0.75},
    budgets=(
        BudgetStanding(
            "web",
            "month",
            START + MONTH,
            START + 2 * MONTH,
            90_000,
            Estimate(30_000, 20_000, 50_000),
            1.25,
            Estimate(110_000, 70_000, 180_000),
            0.75,
            140_000,
        ),
        BudgetStanding(
            "all", "year", START, START + 12 * MONTH, 1e6, Estimate(0, 0, 0), None, None, 0, 0
        ),
    ),
    advice=ADVICE,
    compared=(
        ComparedLine("aws", "111111111111", "", "ec2/instance", "vcpu_hours", 4.0, 2.0, "half"),
    ),
    grid=GridNews(
        "live",
        (GridSource("file", "", "", TAKEN_AT - 900), GridSource("gb", "GB", "throttled")),
        (
            GridForecast("aws", "eu-west-3", "live", "file", 0, 36),
            GridForecast("aws", "eu-west-3", "live", "file", 1, 30.5),
        ),
        compare=True,
    ),
    clock=ClockNews(-172800.5, 3),
    first_collection_done=True,
    listings_ended=2,
    listings_known=2,
    clusters=CLUSTERS,
)

EMPTY = Snapshot(0.0)


def labels_of(row: Row) -> dict[str, str]:
    """The labels of a row as design.md 5.3 lists them, written down a second time."""
    at = row.resource.location
    labels = {
        "cloud_provider": at.provider,
        "cloud_account_id": at.account_id,
        "cloud_region": at.region,
        "cloud_availability_zone": at.zone,
        "kind": row.resource.kind,
        "cloud_resource_id": row.resource.id,
        "cloud_resource_name": row.resource.name,
        "tag_team": row.resource.tags.get("team", ""),
        "tag_cost_center": row.resource.tags.get("cost-center", ""),
    }
    return {name: value for name, value in labels.items() if value}
