"""Scrapes of real agents: 10,000 resources with three tags, under vmagent's limit of 16 MiB."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.programs import Exporter, Process, eventually, fetch, surroundings

pytestmark = pytest.mark.e2e

RESOURCES = 10_000
FLAGS = (
    "-demo.enabled",
    "-metrics.tags=team,env,service",
    "-collect.interval=10m",
)


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes whatever is written to it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def sink() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


class Vmagent(Process):
    """Agent of VictoriaMetrics with its own defaults, which scrapes one address every second."""

    def __init__(self, home: Path, target: str, sink: str) -> None:
        program = shutil.which("vmagent")
        assert program, "vmagent is not installed: apt-get install victoria-metrics"
        scrape = {
            "job_name": "carbon",
            "static_configs": [{"targets": [target.removeprefix("http://")]}],
        }
        file = home / "vmagent.yml"
        file.write_text(
            json.dumps({"global": {"scrape_interval": "2s"}, "scrape_configs": [scrape]})
        )
        command = [
            program,
            f"-promscrape.config={file}",
            f"-remoteWrite.url={sink}",
            f"-remoteWrite.tmpDataPath={home / 'vmagent'}",
            "-httpListenAddr=127.0.0.1:0",
            # Debian's version holds the limit to what comes over the wire
            "-promscrape.disableCompression",
        ]
        super().__init__(command, surroundings(home, {}))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{eventually(self._port, 'vmagent to listen')}"

    def _port(self) -> int:
        """Where it listens: it does not say which port it was given."""
        files = Path(f"/proc/{self.popen.pid}/fd")
        ours = {str(link.readlink()) for link in files.iterdir() if link.is_symlink()}
        for line in Path(f"/proc/{self.popen.pid}/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in ours:
                return int(local.rpartition(":")[2], 16)
        return 0

    def target(self) -> dict[str, Any]:
        """What it says of its one target, once it has asked it."""
        url = self.url

        def asked() -> dict[str, Any] | None:
            body, _ = fetch(f"{url}/api/v1/targets")
            (target,) = json.loads(body)["data"]["activeTargets"] or [{}]
            return target if target.get("lastError") or target.get("lastSamplesScraped") else None

        return eventually(asked, f"a scrape:\n{self.output}")


def home(folder: Path, name: str) -> Path:
    (folder_of_test := folder / name).mkdir()
    return folder_of_test


def test_slim_labels_stay_below_what_vmagent_takes(tmp_path: Path, sink: str) -> None:
    with Exporter(
        home(tmp_path, "exporter"), *FLAGS, f"-demo.resources={RESOURCES}", "-metrics.labels=slim"
    ) as exporter:
        scrape = exporter.ready().scrape()
        assert len(scrape.of("cloud_carbon_power_watts")) == RESOURCES
        tagged = scrape.of("cloud_carbon_resource_info")[0].labels
        assert {"tag_team", "tag_env", "tag_service"} <= tagged.keys()
        size = scrape.value("cloud_carbon_exporter_scrape_size_bytes")
        assert size == len(scrape.text.encode())
        print(f"slim: {size / (1 << 20):.1f} MiB, {len(scrape.samples)} samples")
        with Vmagent(home(tmp_path, "agent"), exporter.url, sink) as agent:
            target = agent.target()
        assert (target["health"], target["lastError"]) == ("up", "")
        assert target["lastSamplesScraped"] >= scrape.value("cloud_carbon_exporter_series")
        assert "16 MiB" not in exporter.output


def test_full_labels_do_not_and_the_log_says_what_to_do(tmp_path: Path, sink: str) -> None:
    with Exporter(home(tmp_path, "exporter"), *FLAGS, "-demo.resources=7000") as exporter:
        exporter.ready()
        assert re.search(r"more than the 16 MiB .*-metrics\.labels=slim", exporter.output)
        with Vmagent(home(tmp_path, "agent"), exporter.url, sink) as agent:
            target = agent.target()
        assert target["health"] == "down"
        assert "maxScrapeSize" in target["lastError"]
