"""The program itself pushes: into a real Prometheus by remote write, into a receiver by OTLP."""

from __future__ import annotations

import gzip
import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests.e2e.programs import Exporter, Process, eventually, surroundings

pytestmark = pytest.mark.e2e

SECRET = "planted-pa55word"


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[str]:
    """The address of a Prometheus that scrapes nothing and takes what is written to it."""
    program = shutil.which("prometheus")
    assert program, "Prometheus is needed: apt-get install prometheus"
    configuration = tmp_path / "prometheus.yml"
    configuration.write_text("{}")
    command = [
        *(program, f"--config.file={configuration}", f"--storage.tsdb.path={tmp_path / 'tsdb'}"),
        *("--web.listen-address=127.0.0.1:0", "--web.enable-remote-write-receiver"),
    ]
    with Process(command, surroundings(tmp_path, {})) as process:
        process.line("Server is ready to receive web requests")
        yield "http://" + process.line(r'msg="Listening on" address=(\S+)').group(1)


def asked(prometheus: str, query: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(
        f"{prometheus}/api/v1/query?query={urllib.parse.quote(query)}", timeout=20
    ) as answer:
        result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return result


def test_prometheus_holds_what_a_scrape_reads(prometheus: str, tmp_path: Path) -> None:
    arguments = (
        f"-push.remote-write.url={prometheus}/api/v1/write",
        "-push.interval=1s",
        "-push.labels=job=x",
    )
    with Exporter(tmp_path, "-demo.enabled", "-collect.interval=1h", *arguments) as exporter:
        scrape = exporter.ready().scrape()
        eventually(lambda: asked(prometheus, "cloud_carbon_exporter_build_info"), "pushed")
        power = {}
        for series in asked(prometheus, "cloud_carbon_power_watts"):
            power[series["metric"]["cloud_resource_id"]] = series
        ours = {s.labels["cloud_resource_id"]: s for s in scrape.of("cloud_carbon_power_watts")}
        assert power.keys() == ours.keys() and len(power) == 200
        for key, sample in ours.items():
            metric = dict(power[key]["metric"])
            assert (metric.pop("__name__"), metric.pop("job")) == ("cloud_carbon_power_watts", "x")
            assert metric == sample.labels
            assert float(power[key]["value"][1]) == pytest.approx(sample.value)
        increasing = "count(resets(cloud_carbon_energy_joules_total[5m]) == 0)"
        assert float(asked(prometheus, increasing)[0]["value"][1]) == 200


class Collecting(BaseHTTPRequestHandler):
    """Keeps the names of metrics and the number of points it is sent."""

    points: dict[str, int]
    refused: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        allowed = self.headers["Authorization"] == f"Bearer {SECRET}"
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if not allowed:
            self.refused.append(self.path)
            return
        for resource in ExportMetricsServiceRequest.FromString(
            gzip.decompress(body)
        ).resource_metrics:
            for metric in resource.scope_metrics[0].metrics:
                data: Any = getattr(metric, metric.WhichOneof("data") or "gauge")
                self.points[metric.name] = self.points.get(metric.name, 0) + len(data.data_points)

    # The name is http.server's.
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, type[Collecting]]]:
    handler = type("Handler", (Collecting,), {"points": {}, "refused": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


def test_otlp_arrives_failures_are_metrics_and_no_secret_is_seen(
    collector: tuple[str, type[Collecting]], tmp_path: Path
) -> None:
    url, handler = collector
    headers = tmp_path / "headers"
    headers.write_text("Authorization: Bearer expired\n")
    arguments = (
        f"-push.otlp.endpoint={url}",
        "-push.interval=1s",
        f"-push.otlp.headers-file={headers}",
    )
    with Exporter(tmp_path, "-demo.enabled", "-collect.interval=1s", *arguments) as exporter:
        exporter.ready()
        eventually(lambda: handler.refused, "refused")
        key = {"cloud_provider": "push", "reason": "credentials_refused"}

        def counted() -> bool:
            errors = exporter.scrape().of("cloud_carbon_exporter_errors_total")
            return any(sample.labels == key for sample in errors)

        eventually(counted, "counted")
        headers.write_text(f"Authorization: Bearer {SECRET}\n")
        eventually(lambda: handler.points.get("cloud_carbon_power_watts", 0) >= 200, "points")
        exporter.line("pushing to otlp works again")
        scrape = exporter.scrape()
        assert SECRET not in scrape.text and SECRET not in exporter.output
        assert exporter.popen.poll() is None
