"""The program itself pushes: into a real Prometheus by remote write, into a receiver by OTLP."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
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
from tests.e2e.test_exhaustion import Prepared
from tests.patience import PATIENCE_SECONDS

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


@pytest.fixture
def prometheus_3(tmp_path: Path) -> Iterator[str]:
    """The address of a Prometheus 3, which receives OTLP and remote write 2.0.

    PROMETHEUS_3 names its program where that of the PATH is older:
    go install github.com/prometheus/prometheus/cmd/prometheus@latest.
    """
    program = os.environ.get("PROMETHEUS_3") or shutil.which("prometheus")
    assert program, "Prometheus is needed: apt-get install prometheus"
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    if "web.enable-otlp-receiver" not in told.stdout + told.stderr:
        pytest.skip("no Prometheus 3: set PROMETHEUS_3 to its program")
    # It says no port it was given by itself.
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"127.0.0.1:{held.getsockname()[1]}"
    configuration = tmp_path / "prometheus_3.yml"
    configuration.write_text("{}")
    command = [
        *(program, f"--config.file={configuration}", f"--storage.tsdb.path={tmp_path / 'tsdb_3'}"),
        *(f"--web.listen-address={address}", "--web.enable-otlp-receiver"),
        "--web.enable-remote-write-receiver",
    ]
    with Process(command, surroundings(tmp_path, {})) as process:
        process.line("Server is ready to receive web requests")
        yield f"http://{address}"


LEISURE = """
from cloud_carbon_exporter.push import delivery
from cloud_carbon_exporter.service import signals
delivery.END_SECONDS = 20
signals.SHUTDOWN_SECONDS = 60
"""
"""Lines that give the end of the program the time it takes on a machine that is busy."""


def power_of(prometheus: str) -> int:
    """How many resources show a power now."""
    told = asked(prometheus, "count(cloud_carbon_power_watts)")
    return int(told[0]["value"][1]) if told else 0


def shrink_and_end(prometheus: str, home: Path, *arguments: str) -> str:
    """What the exporter says while its estate shrinks and it ends: none stays behind."""
    configuration = home / "targets.yml"
    configuration.write_text("targets: [{provider: demo, resources: 40}]\n")
    flags = ("-collect.interval=1s", "-push.interval=2s", "-push.labels=job=x", *arguments)
    with Prepared(home, LEISURE, f"-config.file={configuration}", *flags) as exporter:
        exporter.ready()
        eventually(lambda: power_of(prometheus) == 40, "all")
        configuration.write_text("targets: [{provider: demo, resources: 10}]\n")
        exporter.popen.send_signal(signal.SIGHUP)
        eventually(lambda: power_of(prometheus) == 10, "the ten that are left")
        code, seconds = exporter.end()
        assert code == 0 and seconds < 30
        eventually(lambda: power_of(prometheus) == 0, "none")
        assert not asked(prometheus, '{job="x", __name__!="target_info"}')
        return exporter.output


def test_series_end_in_prometheus_2_with_their_resource_and_with_the_program(
    prometheus: str, tmp_path: Path
) -> None:
    """It knows remote write 1.0 alone, and would show what went for five minutes more."""
    url = f"-push.remote-write.url={prometheus}/api/v1/write"
    shrink_and_end(prometheus, tmp_path, url)


def test_series_end_in_prometheus_3_by_remote_write_2_0(prometheus_3: str, tmp_path: Path) -> None:
    url = f"-push.remote-write.url={prometheus_3}/api/v1/write"
    said = shrink_and_end(prometheus_3, tmp_path, url, "-push.remote-write.version=2.0")
    assert "remote write 2.0" not in said  # nothing was not understood


def test_series_end_in_prometheus_3_by_otlp(prometheus_3: str, tmp_path: Path) -> None:
    shrink_and_end(prometheus_3, tmp_path, f"-push.otlp.endpoint={prometheus_3}/api/v1/otlp")


def test_names_in_prometheus_3_are_those_of_a_scrape(prometheus_3: str, tmp_path: Path) -> None:
    arguments = (f"-push.otlp.endpoint={prometheus_3}/api/v1/otlp", "-push.interval=2s")
    with Exporter(tmp_path, "-demo.enabled", "-collect.interval=1s", *arguments) as exporter:
        scrape = exporter.ready().scrape()
        ours = {line.split()[2] for line in scrape.text.splitlines() if line[:6] == "# TYPE"}
        # No more than what is known only while a scrape is answered may be left out.
        ours = {name for name in ours if name.startswith("cloud_carbon_")} - OF_AN_ANSWER
        names: set[str] = set()

        def arrived() -> bool:
            told = asked(prometheus_3, 'group by (__name__) ({job="cloud-carbon-exporter"})')
            names.update(series["metric"]["__name__"] for series in told)
            return ours <= names

        eventually(arrived, "every family", lambda: len(names))
    assert names - {"target_info"} == ours


OF_AN_ANSWER = {
    "cloud_carbon_exporter_config_last_reload_successful",
    "cloud_carbon_exporter_config_last_reload_success_timestamp_seconds",
    "cloud_carbon_exporter_scrape_size_bytes",
    "cloud_carbon_exporter_series",
}


def asked(prometheus: str, query: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(
        f"{prometheus}/api/v1/query?query={urllib.parse.quote(query)}", timeout=PATIENCE_SECONDS
    ) as answer:
        result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return result


def test_prometheus_holds_what_a_scrape_reads(prometheus: str, tmp_path: Path) -> None:
    arguments = (
        f"-push.remote-write.url={prometheus}/api/v1/write",
        "-push.interval=2s",
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
    starts: set[int]
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
                self.starts |= {point.start_time_unix_nano for point in data.data_points}
                self.points[metric.name] = self.points.get(metric.name, 0) + len(data.data_points)

    # The name is http.server's.
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, type[Collecting]]]:
    handler = type("Handler", (Collecting,), {"points": {}, "starts": set(), "refused": []})
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
        "-push.interval=2s",
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


def test_a_receiver_that_hangs_holds_up_neither_the_end_nor_the_state(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"-push.otlp.endpoint=http://127.0.0.1:{silent.getsockname()[1]}"
        flags = (url, "-collect.interval=1s", f"-state.file={state}")
        with Exporter(tmp_path, "-demo.enabled", *flags) as exporter:
            exporter.ready()
            silent.settimeout(PATIENCE_SECONDS)
            pushed, _ = silent.accept()
            state.unlink(missing_ok=True)
            code, seconds = exporter.end()
            pushed.close()
            assert code == 0 and seconds < 30, "a push of a minute is cut"
            exporter.line("otlp was not told that all series end")
    assert '"section":"counters"' in state.read_text()


@pytest.mark.parametrize("kept", [True, False])
def test_a_start_is_told_only_where_counters_begin_with_the_process(
    collector: tuple[str, type[Collecting]], tmp_path: Path, kept: bool
) -> None:
    url, handler = collector
    headers = tmp_path / "headers"
    headers.write_text(f"Authorization: Bearer {SECRET}\n")
    flags = (f"-push.otlp.endpoint={url}", f"-push.otlp.headers-file={headers}")
    state = (f"-state.file={tmp_path / 'state'}",) if kept else ()
    with Exporter(tmp_path, "-demo.enabled", "-push.interval=2s", *flags, *state) as exporter:
        exporter.ready()
        eventually(lambda: "cloud_carbon_energy_joules_total" in handler.points, "counters")
    assert (handler.starts - {0} == set()) == kept
