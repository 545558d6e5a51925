"""The whole of the AWS side against moto's server, over the wire: an AWS that nobody here wrote."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.moto_estate import KEYS, KINDS, REGIONS, ROLE_ARN, Seeder, config, estate
from tests.fakes.target_settings import target_settings
from tests.providers.aws.test_ec2_xml import botocores, shape

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.ec2_xml import WANTED, parse
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Read

pytestmark = pytest.mark.slow

MACHINES = 7 * len(REGIONS)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with estate() as url:
        assert url.startswith("http://"), "moto did not start"
        yield url


@pytest.fixture(autouse=True)
def towards_moto(moto: str, aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": moto}.items():
        monkeypatch.setenv(name, value)


async def everything(client: AwsClient) -> tuple[list[Resource], list[str]]:
    """All resources of all listings in all scopes, and what went wrong."""
    resources: list[Resource] = []
    wrong: list[str] = []
    for listing in {
        id(service.listing): service.listing
        for service in PROVIDER.services
        if service.kind in KINDS
    }.values():
        specs = [service for service in PROVIDER.services if service.listing is listing]
        for scope in await client.scopes(listing):
            try:
                swept = await sweep(client, listing, specs, scope)
            except CollectError as error:
                wrong.append(str(error))
                continue
            resources += swept.resources
            wrong += [str(warning) for warning in swept.warnings] + [
                str(key) for key in swept.skipped
            ]
    return resources, wrong


async def test_the_whole_estate_is_found_and_measured() -> None:
    meter = CountingMeter()
    client = AwsClient(TargetSettings(provider="aws", regions=REGIONS, tags=("team",)), meter)
    try:
        resources, wrong = await everything(client)
        assert not wrong
        assert Counter(resource.kind for resource in resources) == {
            "ec2/instance": MACHINES,
            "ec2/volume": MACHINES + 6 * len(REGIONS),  # a root volume each, and one of every class
            "rds/db_instance": 3 * len(REGIONS),
            "rds/db_cluster": len(REGIONS),
            "s3/bucket": 2 * len(REGIONS),
            "elasticloadbalancingv2/load_balancer": len(REGIONS),
        }
        assert len({resource.id for resource in resources}) == len(resources)
        assert {resource.location.region for resource in resources} == set(REGIONS)
        stopped = [
            resource
            for resource in resources
            if resource.kind == "ec2/instance" and not resource.components
        ]
        assert [resource.info["state"] for resource in stopped] == ["stopped"] * len(REGIONS)
        training = next(resource for resource in resources if resource.name == "train")
        assert {component.part for component in training.components if component.kind == "gpu"} == {
            "T4"
        }
        assert training.tags["team"] == "research"

        now = time.time()
        metrics = {service.kind: service.metrics for service in PROVIDER.services}
        reads = []
        for resource in resources:
            for metric in metrics[resource.kind] if resource.components else ():
                start = now - max(3600, 3 * metric.period_seconds)
                reads.append(Read(resource, metric, start))
        reading = await client.series(reads, now - PROVIDER.settle_seconds)
        assert not reading.failures
        cpu = {name for name, signal in reading.points if signal == "cpu_ratio"}
        assert cpu >= {
            resource.id
            for resource in resources
            if resource.kind in KINDS[:1] and resource.components
        }
        assert all(
            0 < point.value < 1 for name in cpu for point in reading.points[name, "cpu_ratio"]
        )
        alone = [
            replace(each, free=True)
            for each in reads
            if (each.resource.id, "cpu_ratio") in reading.points
        ]
        free = await client.series(alone, now - PROVIDER.settle_seconds)
        assert not free.failures
        for (
            name
        ) in cpu:  # moto begins its periods anywhere, so the Points lie elsewhere and say the same
            paid = [point.value for point in reading.points[name, "cpu_ratio"]]
            assert min(paid) <= free.points[name, "cpu_ratio"][-1].value <= max(paid)
        archive = f"arn:aws:s3:::playground-archive-{REGIONS[0]}"
        assert reading.points[archive, "stored_gib:DeepArchiveStorage"][-1].value == pytest.approx(
            500
        )
        ledger = next(resource.id for resource in resources if resource.kind == "rds/db_cluster")
        assert reading.points[ledger, "stored_gib"][-1].value == pytest.approx(80)
    finally:
        await client.close()


async def test_an_assumed_role_acts_in_its_own_account() -> None:
    elsewhere = ROLE_ARN.replace("123456789012", "210987654321")
    client = AwsClient(target_settings("aws", role_arn=elsewhere, regions=REGIONS), CountingMeter())
    try:
        assert list(await client.connect()) == ["210987654321"]
        resources, wrong = await everything(client)
        assert (resources, wrong) == ([], []), "nothing was made in that account"
    finally:
        await client.close()


@pytest.mark.parametrize("operation", sorted(WANTED))
def test_motos_own_xml_reads_as_botocore_reads_it(moto: str, operation: str) -> None:
    bodies: list[bytes] = []
    client = Seeder(moto).client("ec2", REGIONS[0])

    def keep(response_dict: Any, **rest: Any) -> None:
        bodies.append(response_dict["body"])

    client.meta.events.register(f"before-parse.ec2.{operation}", keep)
    getattr(client, xform_name(operation))()
    answer = parse(operation, bodies[0], shape(operation))
    del answer["ResponseMetadata"]
    assert answer == botocores(operation, bodies[0])
    assert answer[{"DescribeInstances": "Reservations", "DescribeVolumes": "Volumes"}[operation]]


async def test_calls_a_refresh_stay_within_the_budget() -> None:
    meter = CountingMeter()
    client = AwsClient(TargetSettings(provider="aws", regions=REGIONS[:1]), meter)
    try:
        await client.connect()
        before = sum(meter.calls.values())
        for kind in KINDS[:2]:
            (scope,) = await client.scopes(spec(kind).listing)
            await sweep(client, spec(kind).listing, [spec(kind)], scope)
        assert sum(meter.calls.values()) - before == 4, "regions, instances, their types, volumes"
    finally:
        await client.close()


@pytest.mark.e2e
def test_the_program_reports_the_estate(tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(config(), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "cloud_carbon_exporter",
        "report",
        f"-config.file={file}",
        "-format=json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    report = json.loads(done.stdout)
    kinds = Counter(resource["kind"] for resource in report["resources"])
    assert kinds["ec2/instance"] == MACHINES
    assert kinds["s3/bucket"] == 2 * len(REGIONS)
    assert kinds["elasticloadbalancingv2/load_balancer"] == len(REGIONS)
    assert not report["errors"]
    training = next(
        resource for resource in report["resources"] if resource["cloud_resource_name"] == "train"
    )
    assert training["power_watts"]["value"] > 10
    stopped = [
        resource for resource in report["resources"] if resource["power_watts"]["value"] == 0
    ]
    assert [resource["kind"] for resource in stopped] == ["ec2/instance"] * len(REGIONS)
