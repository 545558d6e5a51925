"""The program with the made-up estate, as a person starts it and Prometheus reads it."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cloud_carbon_exporter.exposition.label_names import TOLD_LABELS
from cloud_carbon_exporter.model.source_names import OTHER
from tests.e2e.programs import (
    OPENMETRICS,
    Exporter,
    Prometheus,
    Scrape,
    eventually,
    fetch,
    promtool_check,
    status,
)

pytestmark = pytest.mark.e2e

POWER = "cloud_carbon_power_watts"
ENERGY = "cloud_carbon_energy_joules_total"
EXACT = 200
SOON = 20  # seconds: two on a machine with nothing else to do, and no answer is waited for
WORD = re.compile(r"[a-z0-9_./:-]{1,64}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """The demo, refreshed every second."""
    with Exporter(
        tmp_path_factory.mktemp("demo"), "-demo.enabled", "-collect.interval=1s"
    ) as exporter:
        yield exporter.ready()


@pytest.fixture(scope="module")
def scrape(demo: Exporter) -> Scrape:
    return demo.scrape()


def test_every_resource_of_three_clouds_has_power_within_its_bounds(scrape: Scrape) -> None:
    power, lower, upper = (
        scrape.by_resource(name)
        for name in (POWER, "cloud_carbon_power_lower_watts", "cloud_carbon_power_upper_watts")
    )
    assert len(power) == len(scrape.of(POWER)) == EXACT
    assert all(lower[identity] <= watts <= upper[identity] for identity, watts in power.items())
    accounts = {
        (s.labels["cloud_provider"], s.labels["cloud_account_id"]) for s in scrape.of(POWER)
    }
    assert accounts == {("aws", "demo-aws"), ("gcp", "demo-gcp"), ("scaleway", "demo-scaleway")}


def test_every_label_is_a_name_that_was_given_or_one_word(scrape: Scrape) -> None:
    for sample in scrape.samples:
        words = sample.labels if sample.name.startswith("cloud_carbon_") else {}
        for label, value in words.items():
            assert label in TOLD_LABELS or WORD.fullmatch(value), f"{sample.name}: {label}={value}"
            assert (label, value) != ("source", OTHER), sample.name
    told = {sample.labels["source"] for sample in scrape.of("cloud_carbon_source_info")}
    assert told == {
        sample.labels["source"] for sample in scrape.samples if "source" in sample.labels
    }


def test_the_families_of_the_contract_are_there(scrape: Scrape) -> None:
    samples = {sample.name for sample in scrape.samples}
    exporter = "cloud_carbon_exporter_"
    expected = {
        *(
            "cloud_carbon_operational_emissions_grams_per_second",
            "cloud_carbon_embodied_emissions_grams_per_second",
        ),
        *(
            ENERGY,
            "cloud_carbon_operational_emissions_grams_total",
            "cloud_carbon_embodied_emissions_grams_total",
        ),
        *(
            "cloud_carbon_measurement_timestamp_seconds",
            "cloud_carbon_resource_info",
            "cloud_carbon_resources",
        ),
        *("cloud_carbon_account_power_watts", "cloud_carbon_account_energy_joules_total"),
        *("cloud_carbon_grid_intensity_grams_per_kilowatt_hour", "cloud_carbon_pue_ratio"),
        "cloud_carbon_demo_connected_users",
        *(
            exporter + name
            for name in ("build_info", "target_up", "collector_up", "measurement_up")
        ),
        *(
            exporter + name
            for name in ("collector_duration_seconds", "collector_resources", "listed_resources")
        ),
        *(
            exporter + name
            for name in ("last_collection_timestamp_seconds", "series", "api_requests_total")
        ),
        *("process_cpu_seconds_total", "python_info"),
    }
    assert expected - samples == set()


def test_the_failing_service_shows_and_only_it(scrape: Scrape) -> None:
    down = [
        sample.labels
        for sample in scrape.of("cloud_carbon_exporter_collector_up")
        if sample.value == 0
    ]
    assert [(labels["cloud_region"], labels["kind"]) for labels in down] == [
        ("ap-southeast-2", "ecr/repository")
    ]
    states = {
        sample.labels["target"]: sample.value
        for sample in scrape.of("cloud_carbon_exporter_target_up")
    }
    assert states == {"demo": 1.0}
    assert {sample.value for sample in scrape.of("cloud_carbon_exporter_measurement_up")} == {1.0}


def test_the_ledger_holds_every_basis_and_what_is_unsupported(scrape: Scrape) -> None:
    ledger = scrape.of("cloud_carbon_resources")
    assert {sample.labels["basis"] for sample in ledger} == {
        "measured",
        "default",
        "assumed",
        "unsupported",
    }
    estimated = sum(sample.value for sample in ledger if sample.labels["basis"] != "unsupported")
    assert estimated == EXACT
    unsupported = {s.labels["kind"] for s in ledger if s.labels["basis"] == "unsupported"}
    assert unsupported == {"healthcare/fhir_store", "datastream/stream"}


def test_stopped_machines_are_shown_and_draw_nothing(scrape: Scrape) -> None:
    machines = [
        s for s in scrape.of(POWER) if s.labels["kind"] in {"ec2/instance", "compute/instance"}
    ]
    assert any(sample.value == 0 for sample in machines)
    assert sum(sample.value > 0 for sample in machines) > len(machines) * 0.8


def test_text_and_openmetrics_say_the_same_plain_or_compressed(demo: Exporter) -> None:
    text, openmetrics = demo.scrape(compressed=True), demo.scrape(OPENMETRICS, compressed=True)
    assert text.content_type.startswith("text/plain; version=0.0.4")
    assert openmetrics.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert text.by_resource(POWER).keys() == openmetrics.by_resource(POWER).keys()
    assert openmetrics.text.endswith("# EOF\n")
    assert not any(sample.timestamp for sample in (*text.samples, *openmetrics.samples))


def test_promtool_is_content(scrape: Scrape) -> None:
    assert promtool_check(scrape.text) == ""


def test_the_page_and_the_health_answer(demo: Exporter) -> None:
    assert status(f"{demo.url}/healthz") == 200
    body, headers = fetch(f"{demo.url}/")
    assert headers["Content-Type"].startswith("text/html")
    assert b"<html" in body
    assert status(f"{demo.url}/no-such-page") == 404
    snapshot = json.loads(fetch(f"{demo.url}/api/v1/snapshot")[0])
    assert snapshot


def measured(scrape: Scrape) -> set[str]:
    """Resources whose counters advance with each refresh: nothing is awaited that does not come."""
    info = scrape.of("cloud_carbon_resource_info")
    return {
        sample.labels["cloud_resource_id"] for sample in info if sample.labels["basis"] != "default"
    }


def test_counters_advance_with_every_refresh_and_never_fall(demo: Exporter) -> None:
    first = demo.scrape()
    second = demo.scrape_after(first, 2)
    before, after, power = (
        scrape.by_resource(name)
        for scrape, name in ((first, ENERGY), (second, ENERGY), (second, POWER))
    )
    assert all(
        after[identity] >= joules for identity, joules in before.items() if identity in after
    )
    drawing = {identity for identity in measured(second) if power[identity]}
    assert len(drawing) > EXACT * 0.9
    assert [
        identity
        for identity in drawing
        if identity in before and after[identity] <= before[identity]
    ] == []


def by_resource(series: Mapping[tuple[tuple[str, str], ...], float]) -> dict[str, float]:
    return {dict(labels)["cloud_resource_id"]: value for labels, value in series.items()}


def test_prometheus_scrapes_it_and_rates_match_the_gauge(demo: Exporter, tmp_path: Path) -> None:
    with Prometheus(tmp_path, demo.url) as prometheus:
        prometheus.ready()
        eventually(lambda: list(prometheus.query("up").values()) == [1.0], "up")
        samples = f"max(count_over_time({ENERGY}[1m]))"
        eventually(
            lambda: any(count >= 18 for count in prometheus.query(samples).values()), "18 scrapes"
        )
        joules, watts = (
            by_resource(prometheus.query(query))
            for query in (f"rate({ENERGY}[15s])", f"avg_over_time({POWER}[15s])")
        )
        known = measured(demo.scrape()) & joules.keys()
        assert len(watts) == len(joules) == EXACT
        assert len(known) > EXACT * 0.9
        # a step of a second each: over 15 s one step more or less, and the slot of the load may
        # change within
        wrong = {
            key: (joules[key], watts[key])
            for key in known
            if joules[key] != pytest.approx(watts[key], 0.15)
        }
        assert len(wrong) < len(known) * 0.02, wrong
        assert sum(joules[key] for key in known) == pytest.approx(
            sum(watts[key] for key in known), rel=0.1
        )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon(tmp_path: Path, number: signal.Signals) -> None:
    with Exporter(
        tmp_path, "-demo.enabled=true", "-demo.resources=2000", "-collect.interval=1s"
    ) as exporter:
        exporter.ready()
        code, seconds = exporter.end(number)
    assert code == 0, exporter.output
    assert seconds < SOON
    assert "Traceback" not in exporter.output


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Exporter(tmp_path, "-demo.enabled", listen=f"127.0.0.1:{port}") as exporter:
            assert exporter.wait() == 1
    assert f"127.0.0.1:{port}" in exporter.output
    assert "Traceback" not in exporter.output


@pytest.mark.parametrize("resources", [1, 3000])
def test_the_estate_is_as_large_as_asked(tmp_path: Path, resources: int) -> None:
    with Exporter(tmp_path, "-demo.enabled", "true", f"-demo.resources={resources}") as exporter:
        scrape = exporter.ready().scrape()
    assert len(scrape.of(POWER)) == len(scrape.by_resource(POWER)) == resources


def test_tags_come_only_when_asked_for(tmp_path: Path, scrape: Scrape) -> None:
    assert not any(
        label.startswith("tag_") for sample in scrape.of(POWER) for label in sample.labels
    )
    with Exporter(tmp_path, "-demo.enabled", "-metrics.tags=team") as exporter:
        tagged = exporter.ready().scrape()
    assert {label for s in tagged.of(POWER) for label in s.labels if label.startswith("tag_")} == {
        "tag_team"
    }


def test_two_copies_of_the_same_seed_hold_the_same_estate(tmp_path: Path, scrape: Scrape) -> None:
    with (
        Exporter(tmp_path, "-demo.enabled", "-demo.seed=7") as running,
        Exporter(tmp_path, "-demo.enabled", "-demo.seed=7") as other,
    ):
        first, second = (
            running.ready().scrape().by_resource(POWER),
            other.ready().scrape().by_resource(POWER),
        )
    assert first.keys() == second.keys() != scrape.by_resource(POWER).keys()


def test_a_scrape_that_is_not_read_to_its_end_keeps_no_state_from_being_saved(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with Exporter(
        tmp_path, "-demo.enabled", "-demo.resources=8000", f"-state.file={state}"
    ) as exporter:
        address = urlsplit(exporter.ready().url)
        asked = time.time()
        with socket.create_connection((address.hostname, address.port or 0)) as slow:
            slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            assert slow.recv(100).startswith(b"HTTP/1.1 200")
            code, seconds = exporter.end(signal.SIGTERM)
        assert (code, seconds < SOON) == (0, True)
        assert state.stat().st_mtime >= asked


def test_scrape_mode_collects_on_request_and_counts_nothing(tmp_path: Path) -> None:
    with Exporter(tmp_path, "-demo.enabled", "-collect.mode=scrape") as exporter:
        scrape = exporter.scrape()
    assert len(scrape.of(POWER)) == EXACT
    assert not scrape.of(ENERGY)
    assert not scrape.of("cloud_carbon_account_energy_joules_total")


def test_the_environment_speaks_for_flags(tmp_path: Path) -> None:
    said = {"CLOUD_CARBON_DEMO_ENABLED": "true", "CLOUD_CARBON_DEMO_RESOURCES": "11"}
    with Exporter(tmp_path, **said) as exporter:
        assert len(exporter.ready().scrape().of(POWER)) == 11


def test_the_log_can_be_read_by_machines(tmp_path: Path) -> None:
    with Exporter(tmp_path, "-demo.enabled", "-log.format=json") as exporter:
        exporter.ready()
        code, _ = exporter.end(signal.SIGTERM)
    assert code == 0
    assert all({"severity", "message"} <= json.loads(line).keys() for line in exporter.lines)
    refused = [line for line in exporter.lines if "ecr:DescribeRepositories" in line]
    assert len(refused) == 1
