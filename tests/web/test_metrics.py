"""/metrics over HTTP: negotiation, coding, readiness, and a real Prometheus."""

from __future__ import annotations

import asyncio
import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from aiohttp import ClientSession
from bench.bench_exposition import snapshot as large_snapshot
from tests.exposition import estate
from tests.exposition.reading import inflate, labels_in, names_in, parse, samples, series
from tests.patience import PATIENCE_SECONDS
from tests.web.serving import SETTINGS, Held, address, held, served

from cloud_carbon_exporter.web.metrics import choose_format, gzip_accepted, scrape_timeout_seconds

PROMETHEUS_ACCEPT = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        ("", "text"),
        ("*/*", "text"),
        ("text/plain", "text"),
        ("text/plain;version=0.0.4", "text"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text"),
        ("application/openmetrics-text", "openmetrics"),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", "openmetrics"),
        ("application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", "text"),
        (
            "application/openmetrics-text;version=0.0.1,application/openmetrics-text;version=1.0.0;q=0.9",
            "openmetrics",
        ),
        ("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.8", "text"),
        ("application/openmetrics-text;version=1.0.0;q=0", "text"),
        ("application/json", "text"),
        (";;,,=;q=x", "text"),
        (PROMETHEUS_ACCEPT, "openmetrics"),
    ],
)
def test_the_format_is_what_accept_ranks_first(accept: str, format_: str) -> None:
    assert choose_format(accept) == format_


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("br", False),
    ],
)
def test_gzip_only_when_accepted(header: str, accepted: bool) -> None:
    assert gzip_accepted(header) is accepted


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("20", 18), ("0.5", 0.45), ("", 9), ("nan", 9), ("-1", 9), ("soon", 9), ("inf", 9)],
)
def test_collecting_ends_before_the_scrape_times_out(header: str, seconds: float) -> None:
    assert scrape_timeout_seconds(header) == pytest.approx(seconds)


async def scrape(client: ClientSession, **headers: str) -> tuple[dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.get("/metrics", headers={"Accept-Encoding": "identity", **named}) as response:
        assert response.status == 200
        body = await response.read()
        assert int(response.headers["Content-Length"]) == len(body)
        return dict(response.headers), body


async def test_every_format_and_coding_holds_the_snapshot() -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        for accept, content_type in (
            ("text/plain", "text/plain; version=0.0.4; charset=utf-8"),
            (PROMETHEUS_ACCEPT, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ):
            for coding in ("identity", "gzip"):
                headers, body = await scrape(client, Accept=accept, Accept_Encoding=coding)
                assert headers["Content-Type"] == content_type
                assert headers.get("Content-Encoding", "identity") == coding
                text = (inflate(body) if coding == "gzip" else body).decode()
                told = samples(
                    parse(text, "openmetrics" if "openmetrics" in content_type else "text")
                )
                assert told[series("cloud_carbon_exporter_series")] == len(told)
                assert told[series("cloud_carbon_exporter_scrape_size_bytes")] == len(text.encode())
                assert series("process_start_time_seconds") in told
                assert "python_info" in names_in(told)
                assert (
                    told[series("cloud_carbon_exporter_last_collection_timestamp_seconds")]
                    == estate.TAKEN_AT
                )


@pytest.mark.slow
async def test_an_estate_of_many_pieces_arrives_whole() -> None:
    async with served(held(large_snapshot(5000))) as client:
        _, plain = await scrape(client, Accept=PROMETHEUS_ACCEPT)
        _, packed = await scrape(client, Accept=PROMETHEUS_ACCEPT, Accept_Encoding="gzip")
        text = inflate(packed).decode()
        assert len(packed) < len(plain) / 5
        for body in (plain.decode(), text):
            assert body.count("\ncloud_carbon_power_watts{") == 5000
            assert body.endswith("# EOF\n")


async def test_before_the_first_collection_metrics_answer_and_readiness_does_not() -> None:
    collector = Held(estate.EMPTY)
    async with served(collector) as client:
        _, body = await scrape(client)
        told = samples(parse(body.decode(), "text"))
        assert (
            series("cloud_carbon_exporter_build_info", version="1.2.3", model_version="1.2.3+abc")
            in told
        )
        async with client.get("/readyz") as response:
            assert response.status == 503
            assert await response.text() == "the first collection has not ended yet\n"
        collector.progress = "first collection: 82 of 1,190 listings, waiting for aws eu-west-3"
        async with client.get("/readyz") as response:
            assert response.status == 503
            assert await response.text() == f"{collector.progress}\n"
        async with client.get("/healthz") as response:
            assert response.status == 200
        collector.snapshot = replace(estate.EMPTY, first_collection_done=True)
        async with client.get("/readyz") as response:
            assert response.status == 200


async def test_when_all_fails_the_resources_go_and_the_reasons_stay() -> None:
    failed = replace(estate.SNAPSHOT, rows=(), accounts=(), listings=estate.LISTINGS[1:])
    async with served(held(failed)) as client:
        _, body = await scrape(client)
        names = names_in(samples(parse(body.decode(), "text")))
        assert "cloud_carbon_power_watts" not in names
        assert {"cloud_carbon_exporter_collector_up", "cloud_carbon_exporter_errors_total"} <= set(
            names
        )


async def test_in_scrape_mode_each_scrape_collects_within_its_timeout() -> None:
    collector = held(estate.EMPTY)
    collector.next_snapshot = estate.SNAPSHOT
    async with served(collector, replace(SETTINGS, mode="scrape")) as client:
        _, body = await scrape(client, X_Prometheus_Scrape_Timeout_Seconds="20")
        assert b"cloud_carbon_power_watts{" in body
        assert collector.asked == [pytest.approx(18)]


async def test_in_background_mode_a_scrape_collects_nothing() -> None:
    collector = held(estate.SNAPSHOT)
    async with served(collector) as client:
        await scrape(client)
    assert collector.asked == []


async def test_upstream_defect_12_the_exposition_is_one_prometheus_can_trust() -> None:
    """The original: no HELP, TYPE or EOF, families interleaved, labels raw, upper case, ms."""
    name = 'a "quoted"\nname\\'
    row = replace(estate.MACHINE, resource=replace(estate.MACHINE.resource, name=name))
    async with served(held(replace(estate.SNAPSHOT, rows=(row, estate.SERVER)))) as client:
        headers, body = await scrape(client, Accept="application/openmetrics-text;version=1.0.0")
    text = body.decode()
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert text.endswith("# EOF\n")
    families = parse(text, "openmetrics")  # fails on interleaving and on raw labels
    assert all(family.documentation and family.type != "unknown" for family in families)
    own = [family.name for family in families if family.name.startswith("cloud_carbon_")]
    for family_name in own:
        assert family_name == family_name.lower()
        assert not family_name.endswith(("_ms", "_milliseconds"))
    drawing = labels_in(samples(families), "cloud_carbon_power_watts")
    assert {labels["cloud_resource_name"] for labels in drawing} == {name, "bastion"}


def _prometheus_answer(port: int, query: str) -> list[str]:
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as response:
        results = json.load(response)["data"]["result"]
    return [result["value"][1] for result in results]


async def _ask(port: int, query: str, seconds: float = PATIENCE_SECONDS) -> list[str]:
    """The answer of a Prometheus, as soon as it has one."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                if values := await asyncio.to_thread(_prometheus_answer, port, query):
                    return values
            except (urllib.error.URLError, ConnectionError):
                pass
            await asyncio.sleep(0.2)


@pytest.mark.e2e
async def test_a_real_prometheus_scrapes_it(tmp_path: Path, unused_tcp_port: int) -> None:
    program = which("prometheus")
    assert program, "prometheus is needed: apt-get install prometheus"
    async with served(held(estate.SNAPSHOT)) as client:
        _, body = await scrape(client)
        expected = samples(parse(body.decode(), "text"))
        job = {"job_name": "carbon", "scrape_interval": "1s", "scrape_timeout": "1s"}
        target = address(client).removeprefix("http://")
        config = tmp_path / "prometheus.yml"
        config.write_text(
            json.dumps({"scrape_configs": [{**job, "static_configs": [{"targets": [target]}]}]})
        )
        running = await asyncio.create_subprocess_exec(
            program,
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{unused_tcp_port}",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert await _ask(unused_tcp_port, 'up{job="carbon"} == 1') == ["1"]
            assert await _ask(unused_tcp_port, 'scrape_samples_scraped{job="carbon"} > 0') == [
                str(len(expected))
            ]
            assert await _ask(unused_tcp_port, 'sum(cloud_carbon_power_watts{tag_team="web"})') == [
                "12.5"
            ]
        finally:
            running.terminate()
            await running.wait()
