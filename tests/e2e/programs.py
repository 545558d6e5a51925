"""Programs under test, and beside them, each on a free port, each ended with its test."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from prometheus_client.samples import Sample

PATIENCE_SECONDS = 120.0
"""Without any progress: what goes on, however slowly, is waited for."""
COLLECTIONS = 40
"""After which what is to be seen is seen: an empty listing is asked again after ten."""
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Found = TypeVar("Found")

_CREDENTIALS = re.compile(r"^(AWS_|GOOGLE_|CLOUDSDK_|SCW_|CLOUD_CARBON_)")


def surroundings(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program: this one's, without anybody's credentials or configuration."""
    kept = {name: value for name, value in os.environ.items() if not _CREDENTIALS.match(name)}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONUNBUFFERED": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **extra,
    }


def eventually(
    ask: Callable[[], Found | None], what: str, progress: Callable[[], object] = lambda: None
) -> Found:
    """What `ask` answers once it is neither None nor False.

    Fails when `progress` has answered the same for PATIENCE_SECONDS.
    """
    reached, deadline = progress(), time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
        if progress() != reached:
            reached, deadline = progress(), time.monotonic() + PATIENCE_SECONDS
    raise AssertionError(f"not within {PATIENCE_SECONDS} s of the last progress: {what}")


class Process:
    """Program whose output is read by a thread: no pipe fills, and lines can be awaited."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.popen = subprocess.Popen(
            command,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def said(self) -> int:
        """How many different things it has said so far, the time at the start of a line apart."""
        return len({line.partition(" ")[2] for line in list(self.lines)})

    def line(self, pattern: str) -> re.Match[str]:
        """The first line that matches; fails when the program ends, or falls silent, without it."""
        sought = re.compile(pattern)

        def seek() -> re.Match[str] | None:
            return next(filter(None, map(sought.search, list(self.lines))), None)

        def heard() -> bool:
            return bool(seek()) or self.said > said or not self._reader.is_alive()

        said = -1
        while self.said > said and self._reader.is_alive() and not seek():
            said = self.said
            with self._news:
                self._news.wait_for(heard, PATIENCE_SECONDS)
        match = seek()
        assert match, f"no line like {pattern!r} in:\n{self.output}"
        return match

    def eventually(
        self, ask: Callable[[], Found | None], what: str, progress: Callable[[], object]
    ) -> Found:
        """What `ask` answers in the end; its failure tells what the program has said."""
        try:
            return eventually(ask, what, progress)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output}") from None

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit code, with all output read."""
        code = self.popen.wait(seconds)
        self._reader.join(seconds)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        self._reader.join(PATIENCE_SECONDS)
        if self.popen.stdout is not None:
            self.popen.stdout.close()


class Exporter(Process):
    """The program under test, on a free port of this machine's loopback."""

    def __init__(
        self, home: Path, *arguments: str, listen: str = "127.0.0.1:0", **extra: str
    ) -> None:
        command = [sys.executable, "-m", "cloud_carbon_exporter", f"-listen={listen}", *arguments]
        super().__init__(command, surroundings(home, extra))

    @property
    def url(self) -> str:
        return self.line(r"listening on (https?://[^\s\"]+?)/?(?=[\s\"]|$)").group(1)

    def ready(self) -> Self:
        """Wait until the first collection of every target has ended, as long as it goes on."""
        url = self.url

        def asked() -> bool:
            assert self.popen.poll() is None, self.output
            return status(f"{url}/readyz") == 200

        self.eventually(asked, "ready", lambda: self.said)
        return self

    def scrape(self, accept: str = "", compressed: bool = False) -> Scrape:
        headers = {"Accept": accept} if accept else {}
        return Scrape(
            *fetch(
                f"{self.url}/metrics", headers | ({"Accept-Encoding": "gzip"} if compressed else {})
            )
        )

    def scrape_after(self, earlier: Scrape, seconds: float) -> Scrape:
        """A scrape of figures made more than `seconds` after those of an earlier one."""
        return self.scrape_when(
            lambda scrape: scrape.collected_at > earlier.collected_at + seconds, "newer figures"
        )

    def scrape_when(self, shows: Callable[[Scrape], bool], what: str) -> Scrape:
        """A scrape that shows what it is to show, within so many collections."""
        ends: set[float] = set()

        def asked() -> Scrape | None:
            scrape = self.scrape()
            ends.add(scrape.collected_at)
            assert len(ends) <= COLLECTIONS, f"not within {COLLECTIONS} collections: {what}"
            return scrape if shows(scrape) else None

        return self.eventually(asked, what, lambda: len(ends))

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Exit code, and seconds from the signal to the end."""
        began = time.monotonic()
        self.popen.send_signal(number)
        return self.wait(), time.monotonic() - began


class Scrape:
    """One answer of /metrics, parsed by the format it says it has."""

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.content_type = headers["Content-Type"]
        self.text = body.decode()
        parse = parse_openmetrics if "openmetrics" in self.content_type else parse_text
        self.families = {family.name: family for family in parse(self.text)}
        self.samples: list[Sample] = [
            sample for family in self.families.values() for sample in family.samples
        ]

    def of(self, name: str, **labels: str) -> list[Sample]:
        """The samples of that name with these labels, among others."""
        return [s for s in self.samples if s.name == name and labels.items() <= s.labels.items()]

    def value(self, name: str, **labels: str) -> float:
        """The one sample there is."""
        samples = self.of(name, **labels)
        assert len(samples) == 1, f"{name} {labels}: {samples}"
        return float(samples[0].value)

    @property
    def collected_at(self) -> float:
        """When its figures were made, in seconds since 1970."""
        return self.value("cloud_carbon_exporter_last_collection_timestamp_seconds")

    def by_resource(self, name: str) -> dict[str, float]:
        return {sample.labels["cloud_resource_id"]: float(sample.value) for sample in self.of(name)}


def fetch(url: str, headers: Mapping[str, str] | None = None) -> tuple[bytes, Mapping[str, str]]:
    """Body, unpacked, and headers of an answer that is well."""
    request = urllib.request.Request(url, headers=dict(headers or {}))
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        body: bytes = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return body, answer.headers


def status(url: str) -> int:
    """The status of an answer, well or not."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class Prometheus(Process):
    """Prometheus that scrapes one address every second. more: for its scrape_config."""

    def __init__(self, home: Path, target: str, **more: Any) -> None:
        configuration = home / "prometheus.yml"
        scrape = {
            "job_name": "carbon",
            "static_configs": [{"targets": [target.partition("://")[2]]}],
        }
        scrape |= more
        configuration.write_text(
            json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [scrape]})
        )
        program = shutil.which("prometheus")
        assert program, "Prometheus is not installed: apt-get install prometheus"
        command = [
            program,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={home / 'series'}",
            "--web.listen-address=127.0.0.1:0",
        ]
        super().__init__(command, surroundings(home, {}))

    @property
    def url(self) -> str:
        return "http://" + self.line(r'msg="Listening on" address=(\S+)').group(1)

    def ready(self) -> Self:
        """Wait until it answers."""
        self.line("Server is ready to receive web requests")
        return self

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """Labels, without the scrape's own, and value of each series of an instant query."""
        body, _ = fetch(f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        result: Iterable[Mapping[str, Any]] = json.loads(body)["data"]["result"]
        return {_labels(series["metric"]): float(series["value"][1]) for series in result}


def _labels(metric: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (key, value)
            for key, value in metric.items()
            if key not in {"__name__", "job", "instance"}
        )
    )


def promtool_check(text: str) -> str:
    """What promtool objects to; empty when it is content."""
    program = shutil.which("promtool")
    assert program, "promtool is not installed: apt-get install prometheus"
    done = subprocess.run(
        [program, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


class Moto(Process):
    """moto's server: the AWS wire, without AWS."""

    def __init__(self, home: Path, **extra: str) -> None:
        command = [sys.executable, "-m", "tests.fakes.moto_server", "-H", "127.0.0.1", "-p", "0"]
        super().__init__(
            command, surroundings(home, {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", **extra})
        )

    @property
    def url(self) -> str:
        return self.line(r"Running on (http://\S+)").group(1)
