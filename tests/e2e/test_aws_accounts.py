"""Several accounts, other ways of discovery, the serverless mode, against moto's server."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.moto_estate import ACCOUNT, POWER, REGION, api, core, launch, reach
from tests.e2e.programs import Exporter, Moto, Scrape

pytestmark = pytest.mark.e2e

OTHER = "222222222222"
ROLE = f"arn:aws:iam::{OTHER}:role/carbon"


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    """One machine in moto's own account, two in another."""
    with Moto(tmp_path_factory.mktemp("moto")) as server:
        launch(api(server.url, "ec2"), "m5.large", "own")
        assumed = api(server.url, "sts").assume_role(RoleArn=ROLE, RoleSessionName="test")[
            "Credentials"
        ]
        for machine in ("c6g.large", "t3.micro"):
            launch(_as(server.url, assumed), machine, "other")
        yield server


def _as(url: str, credentials: dict[str, Any]) -> Any:
    return api(
        url,
        "ec2",
        REGION,
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
    )


def machines(scrape: Scrape) -> dict[str, int]:
    """Instances by account."""
    accounts = [
        s.labels["cloud_account_id"] for s in scrape.of(POWER) if s.labels["kind"] == "ec2/instance"
    ]
    return {account: accounts.count(account) for account in accounts}


def test_a_role_opens_another_account(moto: Moto, tmp_path: Path) -> None:
    arguments = (core(tmp_path), f"-cloud.aws.rolearn={ROLE}", f"-cloud.aws.defaultregion={REGION}")
    with Exporter(tmp_path, *arguments, **reach(moto.url)) as exporter:
        assert machines(exporter.ready().scrape()) == {OTHER: 2}


def test_the_file_names_two_accounts_and_their_regions(moto: Moto, tmp_path: Path) -> None:
    own = {"name": "own", "regions": [REGION], "exclude": ["ec2/volume"]}
    other = {"name": "other", "role_arn": ROLE, "regions": [REGION]}
    with Exporter(tmp_path, core(tmp_path, own, other), **reach(moto.url)) as exporter:
        scrape = exporter.ready().scrape()
    assert machines(scrape) == {ACCOUNT: 1, OTHER: 2}
    states = {s.labels["target"]: s.value for s in scrape.of("cloud_carbon_exporter_target_up")}
    assert states == {"own": 1.0, "other": 1.0}
    volumes = {
        s.labels["cloud_account_id"] for s in scrape.of(POWER) if s.labels["kind"] == "ec2/volume"
    }
    assert volumes == {OTHER}
    swept = {s.labels["cloud_region"] for s in scrape.of("cloud_carbon_exporter_collector_up")}
    assert swept - {"global"} == {REGION}


def test_two_targets_without_a_name_are_told_apart(moto: Moto, tmp_path: Path) -> None:
    flag = core(tmp_path, {"regions": [REGION]}, {"regions": ["us-east-1"]})
    with Exporter(tmp_path, flag, "-collect.interval=1s", **reach(moto.url)) as exporter:
        first = exporter.ready().scrape()
        scrape = exporter.scrape_after(first, 3)
    states = {s.labels["target"]: s.value for s in scrape.of("cloud_carbon_exporter_target_up")}
    assert states == {f"aws/{ACCOUNT}": 1.0, "aws 2": 1.0}
    assert machines(scrape) == machines(first) == {ACCOUNT: 1}


def test_cost_explorer_says_where_to_look_and_is_paid_for(moto: Moto, tmp_path: Path) -> None:
    launch(api(moto.url, "ec2", "ap-south-1"), "m5.large", "where nothing is billed")
    _bill(moto.url, (REGION, "Amazon Elastic Compute Cloud - Compute"))
    arguments = ("-cloud.provider=aws", "-cloud.aws.discovery=cost-explorer")
    with Exporter(tmp_path, *arguments, **reach(moto.url)) as exporter:
        scrape = exporter.ready().scrape()
    assert {s.labels["cloud_region"] for s in scrape.of(POWER)} == {REGION}
    asked = scrape.of("cloud_carbon_exporter_api_requests_total", api="ce")
    assert sum(s.value for s in asked) >= 1
    paid = scrape.of("cloud_carbon_exporter_api_cost_dollars_total", api="ce")
    assert sum(s.value for s in paid) == pytest.approx(0.01 * sum(s.value for s in asked))


def _bill(url: str, *used: tuple[str, str]) -> None:
    """What Cost Explorer answers next: some cost for each region and service."""
    amount = {"UnblendedCost": {"Amount": "1.5", "Unit": "USD"}}
    groups = [{"Keys": [region, service], "Metrics": amount} for region, service in used]
    period = {"Start": "2026-11-01", "End": "2026-11-02"}
    result = {
        "ResultsByTime": [{"TimePeriod": period, "Total": {}, "Groups": groups, "Estimated": False}]
    }
    body = json.dumps({"results": [result]}).encode()
    request = urllib.request.Request(
        f"{url}/moto-api/static/ce/cost-and-usage-results", body, method="POST"
    )
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def test_scrape_mode_explores_on_the_request(moto: Moto, tmp_path: Path) -> None:
    arguments = (core(tmp_path), "-collect.mode=scrape")
    with Exporter(tmp_path, *arguments, **reach(moto.url)) as exporter:
        scrape = exporter.scrape()
        again = exporter.scrape()
    assert machines(scrape) == machines(again)
    assert machines(scrape)[ACCOUNT] >= 1
    assert not scrape.of("cloud_carbon_energy_joules_total")
    assert _listings(scrape) == _listings(again) > 0


def _listings(scrape: Scrape) -> float:
    listed = {"api": "ec2", "outcome": "success"}
    return sum(s.value for s in scrape.of("cloud_carbon_exporter_api_requests_total", **listed))
