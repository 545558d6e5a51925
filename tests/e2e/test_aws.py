"""The program against moto's server: the real AWS code, over the wire, in its own process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.moto_estate import (
    ACCOUNT,
    CORE,
    KEYS,
    POWER,
    REGION,
    Estate,
    api,
    core,
    ec2_arn,
    launch,
    reach,
    seed,
)
from tests.e2e.programs import Exporter, Moto, Scrape, promtool_check

pytestmark = pytest.mark.e2e
HANGING_SECONDS = 8.0
"""An end that waits for the cloud takes ten, the deadline of a listing; one that does not, far less
even beside eight busy programs.
"""


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with Moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="module")
def estate(moto: Moto) -> Estate:
    return seed(moto.url)


@pytest.fixture(scope="module")
def scrape(
    moto: Moto, estate: Estate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scrape]:
    home = tmp_path_factory.mktemp("aws")
    tags = "-metrics.tags=Name,location"
    with Exporter(home, "-cloud.provider=aws", tags, **reach(moto.url)) as exporter:
        yield exporter.ready().scrape()
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in exporter.output


def test_all_that_was_put_there_is_shown(scrape: Scrape, estate: Estate) -> None:
    power = scrape.by_resource(POWER)
    expected = {
        *(ec2_arn("instance", identity) for identity in (estate.busy, estate.idle, estate.stopped)),
        ec2_arn("instance", estate.elsewhere, "us-east-1"),
        ec2_arn("volume", estate.loose_volume),
        *(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}" for name in ("orders", "ledger-1")),
        f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:ledger",
        "arn:aws:s3:::media",
    }
    assert expected - power.keys() == set()
    others = power.keys() - expected
    assert (
        len([identity for identity in others if ":volume/" in identity]) == 4
    )  # the machines' own
    assert all(
        ":volume/" in identity or kind not in CORE
        for identity, kind in kinds(scrape).items()
        if identity in others
    )


def kinds(scrape: Scrape) -> dict[str, str]:
    return {
        sample.labels["cloud_resource_id"]: sample.labels["kind"] for sample in scrape.of(POWER)
    }


def test_load_drives_power_and_a_stopped_machine_draws_none(scrape: Scrape, estate: Estate) -> None:
    power = scrape.by_resource(POWER)
    busy, idle, stopped = (
        power[ec2_arn("instance", identity)]
        for identity in (estate.busy, estate.idle, estate.stopped)
    )
    assert busy > 1.2 * idle > 0
    assert stopped == 0
    assert power[ec2_arn("volume", estate.loose_volume)] > 0


def test_what_is_measured_says_so_and_what_is_not_too(scrape: Scrape, estate: Estate) -> None:
    basis = {
        s.labels["cloud_resource_id"]: s.labels["basis"]
        for s in scrape.of("cloud_carbon_resource_info")
    }
    assert basis[ec2_arn("instance", estate.busy)] == "measured"
    # a Graviton whose load was not read: nobody published its watts, which is weaker still
    assert basis[ec2_arn("instance", estate.elsewhere, "us-east-1")] == "assumed"
    assert basis[ec2_arn("volume", estate.loose_volume)] == "measured"


def test_hostile_tags_come_through_whole(scrape: Scrape, estate: Estate) -> None:
    labels = next(
        s.labels for s in scrape.of(POWER) if s.labels["cloud_resource_id"].endswith(estate.busy)
    )
    assert labels["tag_location"] == 'a "hostile"\nvalue'
    assert labels["tag_Name"] == labels["cloud_resource_name"] == "busy"
    assert labels["cloud_account_id"] == ACCOUNT
    assert labels["cloud_region"] == REGION
    assert promtool_check(scrape.text) == ""


def test_all_calls_went_well_and_are_counted(scrape: Scrape) -> None:
    states = {s.labels["target"]: s.value for s in scrape.of("cloud_carbon_exporter_target_up")}
    assert states == {f"aws/{ACCOUNT}": 1.0}
    down = {
        s.labels["kind"] for s in scrape.of("cloud_carbon_exporter_collector_up") if s.value == 0
    }
    assert not down & CORE  # moto does not know every call of the rest
    up = {s.labels["kind"] for s in scrape.of("cloud_carbon_exporter_collector_up") if s.value == 1}
    assert up >= CORE
    calls = {s.labels["api"] for s in scrape.of("cloud_carbon_exporter_api_requests_total")}
    assert {
        "ec2",
        "rds",
        "s3",
        "cloudwatch",
    } <= calls
    assert sum(s.value for s in scrape.of("cloud_carbon_exporter_api_cost_dollars_total")) > 0


def test_new_machines_and_a_new_region_appear_without_a_restart(
    moto: Moto, estate: Estate, tmp_path: Path
) -> None:
    arguments = (core(tmp_path), "-collect.interval=1s")
    with Exporter(tmp_path, *arguments, **reach(moto.url)) as exporter:
        exporter.ready()
        late = {
            ec2_arn("instance", launch(api(moto.url, "ec2", region), "t3.micro", "late"), region)
            for region in (REGION, "ap-south-1")
        }
        exporter.scrape_when(
            lambda scrape: late <= scrape.by_resource(POWER).keys(), "new machines"
        )


def machines_not_listed(scrape: Scrape) -> bool:
    listed = scrape.of(
        "cloud_carbon_exporter_collector_up", kind="ec2/instance", cloud_region=REGION
    )
    return bool(listed) and not any(sample.value for sample in listed)


def test_when_the_cloud_goes_away_the_last_figures_stay_and_it_is_said_once(tmp_path: Path) -> None:
    arguments = (core(tmp_path), "-collect.interval=1s")
    with Moto(tmp_path) as moto:
        known = ec2_arn("instance", launch(api(moto.url, "ec2"), "m5.large", "steady"))
        with Exporter(tmp_path, *arguments, **reach(moto.url)) as exporter:
            before = exporter.ready().scrape().by_resource(POWER)
            moto.popen.kill()

            first = exporter.scrape_when(machines_not_listed, "a failed listing")
            later = exporter.scrape_after(first, 4)
            assert known in before.keys() & later.by_resource(POWER).keys()
            energy = "cloud_carbon_energy_joules_total"
            assert later.by_resource(energy)[known] >= first.by_resource(energy)[known]
            said = [
                line.partition(" ")[2]
                for line in exporter.lines
                if f"{ACCOUNT} {REGION} DescribeInstances:" in line
            ]
            assert said and len(said) == len(set(said)), (
                "an answer cut, and a server gone: once each"
            )
            code, seconds = exporter.end()
    assert (code, seconds < HANGING_SECONDS) == (0, True), exporter.output


def test_when_the_cloud_hangs_the_figures_stay_and_the_program_still_ends(tmp_path: Path) -> None:
    arguments = (core(tmp_path), "-collect.interval=1s")
    with Moto(tmp_path) as moto:
        known = ec2_arn("instance", launch(api(moto.url, "ec2"), "m5.large", "steady"))
        with Exporter(tmp_path, *arguments, **reach(moto.url)) as exporter:
            exporter.ready()
            moto.popen.send_signal(
                signal.SIGSTOP
            )  # connections are accepted, and nothing is ever said
            exporter.line(f"{ACCOUNT} {REGION} DescribeInstances: no end after 10 s")
            assert known in exporter.scrape().by_resource(POWER)
            moto.popen.send_signal(signal.SIGCONT)
            exporter.line(f"{ACCOUNT} {REGION} DescribeInstances: works again")
            moto.popen.send_signal(signal.SIGSTOP)
            hanging = exporter.scrape()
            assert known in exporter.scrape_after(hanging, 1).by_resource(POWER)
            code, seconds = exporter.end()
            moto.popen.send_signal(signal.SIGCONT)
    assert (code, seconds < HANGING_SECONDS) == (0, True), exporter.output


def test_refused_credentials_take_the_target_down_but_not_the_program(tmp_path: Path) -> None:
    with (
        Moto(tmp_path, INITIAL_NO_AUTH_ACTION_COUNT="0") as strict,
        Exporter(tmp_path, "-cloud.provider=aws", **reach(strict.url)) as exporter,
    ):
        scrape = exporter.ready().scrape()
        assert [
            (s.labels["target"], s.value) for s in scrape.of("cloud_carbon_exporter_target_up")
        ] == [("aws", 0.0)]
        assert not scrape.of(POWER)
        assert exporter.popen.poll() is None
        code, seconds = exporter.end()
    assert (code, seconds < HANGING_SECONDS) == (0, True)
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in exporter.output


def test_one_target_fails_and_the_other_goes_on(moto: Moto, estate: Estate, tmp_path: Path) -> None:
    refused = {
        "name": "prod",
        "role_arn": "arn:aws:iam::000000000000:role/refused",
        "regions": [REGION],
    }
    arguments = core(tmp_path, refused), "-demo.enabled", "-demo.resources=25"
    with (
        Moto(tmp_path, INITIAL_NO_AUTH_ACTION_COUNT="0") as strict,
        Exporter(tmp_path, *arguments, **reach(strict.url)) as exporter,
    ):
        scrape = exporter.ready().scrape()
    states = {s.labels["target"]: s.value for s in scrape.of("cloud_carbon_exporter_target_up")}
    assert states == {"prod": 0.0, "demo": 1.0}
    assert len(scrape.of(POWER)) == 25


def test_without_any_credentials_it_says_what_was_tried_and_ends(tmp_path: Path) -> None:
    with Exporter(tmp_path, "-cloud.provider=aws") as exporter:
        assert exporter.wait() == 1
    assert "no AWS credentials" in exporter.output
    assert all(
        tried in exporter.output for tried in ("env", "shared-credentials-file", "sso", "iam-role")
    )
    assert "Traceback" not in exporter.output
