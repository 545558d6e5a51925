"""What a machine runs out of: said once, and the program stays, or ends with all it kept whole."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cloud_carbon_exporter.storage.state_lines import parsed
from tests.e2e.moto_estate import KEYS, POWER
from tests.e2e.programs import Exporter, Process, status, surroundings
from tests.e2e.test_other_clouds import beside
from tests.fakes.scaleway import FakeScaleway, Fault
from tests.http.sites import serving, succeeds
from tests.patience import PATIENCE_SECONDS
from tests.web.certificates import Authority

pytestmark = pytest.mark.e2e

ENDING_SECONDS = 60
ENDS = {1, -signal.SIGABRT, -signal.SIGSEGV}
"""By ourselves; by CPython, where it cannot even make an error; by Linux, for want of a stack."""


class Prepared(Exporter):
    """The program, begun with lines of Python that put it into a tight place."""

    def __init__(
        self,
        home: Path,
        lines: str,
        *arguments: str,
        before: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        code = f"{lines}\nimport sys\nfrom cloud_carbon_exporter import cli\n"
        code += "sys.exit(cli.main(sys.argv[1:]))"
        command = [*before, sys.executable, "-c", code, "-listen=127.0.0.1:0", *arguments]
        Process.__init__(self, command, surroundings(home, environment or {}))

    def ended(self) -> bool:
        return self.popen.poll() is not None


def limited(name: str, most: int) -> str:
    return f"import resource\nresource.setrlimit(resource.{name}, ({most}, {most}))"


def whole(state: Path) -> bool:
    """Whether the state file is one that a restart reads; raises where it is half written."""
    return bool(parsed(state.read_bytes().splitlines(keepends=True)))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state file of an earlier run."""
    file = tmp_path / "state"
    (home := tmp_path / "earlier").mkdir()
    with Exporter(home, "-demo.enabled", "-demo.resources=2000", f"-state.file={file}") as earlier:
        earlier.ready()
        assert earlier.end()[0] == 0
    assert whole(file)
    return file


@pytest.mark.slow
@pytest.mark.parametrize("mebibytes", [110, 150, 190])
def test_memory_that_runs_out_leaves_what_was_kept_whole(
    tmp_path: Path, state: Path, mebibytes: int
) -> None:
    limit = limited("RLIMIT_AS", mebibytes << 20)
    flags = ("-demo.enabled", "-demo.resources=40000", "-collect.interval=1s")
    with Prepared(tmp_path, limit, *flags, f"-state.file={state}") as exporter:

        def is_over() -> bool:
            return exporter.ended() or status(f"{exporter.url}/readyz") == 200

        try:
            exporter.eventually(is_over, "its end, or all figures", lambda: exporter.said)
        except (OSError, AssertionError):
            with suppress(subprocess.TimeoutExpired):
                exporter.popen.wait(ENDING_SECONDS)
            exporter.popen.kill()  # it may still be at it, with too little to end and to go on
        code = exporter.wait() if exporter.ended() else exporter.end()[0]
    assert code in ENDS | {0, -signal.SIGKILL}
    if code == 1:
        assert exporter.output.count("out of memory, so it ends") == 1
    assert whole(state)


def test_a_full_disk_is_said_once_and_costs_no_figure(tmp_path: Path, state: Path) -> None:
    before = state.read_bytes()
    flags = ("-demo.enabled", "-demo.resources=2000", "-collect.interval=1s")
    files = (f"-state.file={state}", f"-history.file={tmp_path / 'history'}")
    with Prepared(tmp_path, limited("RLIMIT_FSIZE", 16 << 10), *flags, *files) as exporter:
        first = exporter.ready().scrape()
        last = exporter.scrape_after(exporter.scrape_after(first, 1), 1)
        assert len(last.of(POWER)) >= 2000
        assert exporter.end()[0] == 0
    unwritten = [line for line in exporter.lines if "cannot be written: File too large" in line]
    assert len(unwritten) == 1, exporter.output
    assert len([line for line in exporter.lines if "history" in line]) <= 2, exporter.output
    assert "Traceback" not in exporter.output
    assert state.read_bytes() == before
    assert not (tmp_path / ".state.new").exists()


def test_without_descriptors_it_says_so_once_and_answers_when_there_are_some(
    tmp_path: Path,
) -> None:
    with Prepared(
        tmp_path, limited("RLIMIT_NOFILE", 40), "-demo.enabled", "-collect.interval=1s"
    ) as exporter:
        first = exporter.ready().scrape()
        address = (urlsplit(exporter.url).hostname, urlsplit(exporter.url).port)
        held: list[socket.socket] = []
        for _ in range(60):
            (one := socket.socket()).setblocking(False)
            one.connect_ex(address)
            held.append(one)
        exporter.line("out of system resource|Too many open files")
        for one in held:
            one.close()
        exporter.scrape_after(first, 2)
        assert exporter.end()[0] == 0
    assert exporter.output.count("Traceback") <= 2, exporter.output


HANGING_NAMES = """
import socket, time
look_up = socket.getaddrinfo
def hang(host, *more, **options):
    while str(host).endswith("hangs.example"):
        time.sleep(1)
    return look_up(host, *more, **options)
socket.getaddrinfo = hang
"""


@pytest.fixture
def scaleway() -> Iterator[FakeScaleway]:
    with beside(FakeScaleway()) as cloud:
        yield cloud


def test_names_that_hang_hold_up_no_other_target(tmp_path: Path, scaleway: FakeScaleway) -> None:
    there = scaleway.environment
    there = {name: value.replace("127.0.0.1", "localhost") for name, value in there.items()}
    hanging = {"AWS_ENDPOINT_URL": "http://aws.hangs.example", "AWS_MAX_ATTEMPTS": "1", **KEYS}
    flags = ("-cloud.provider=aws,scw,demo", "-collect.interval=60s")
    with Prepared(tmp_path, HANGING_NAMES, *flags, environment=there | hanging) as exporter:
        scrape = exporter.ready().scrape()
        states = {
            sample.labels["cloud_provider"]: sample.value
            for sample in scrape.of("cloud_carbon_exporter_target_up")
        }
        assert exporter.end()[0] == 0
    assert states == {"aws": 0.0, "scaleway": 1.0, "demo": 1.0}
    assert len([line for line in exporter.lines if "aws.hangs.example" in line]) == 1


def test_a_certificate_that_is_not_trusted_is_one_line(tmp_path: Path) -> None:
    side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    side.load_cert_chain(*Authority("a stranger").sign("x").write(tmp_path, "server"))
    with beside(serving(succeeds, side)) as site:
        there = {**FakeScaleway().environment, "SCW_API_URL": site.url}
        with Prepared(
            tmp_path, "", "-cloud.provider=scw,demo", "-collect.interval=1s", environment=there
        ) as exporter:
            exporter.scrape_after(exporter.ready().scrape(), 2)
            assert exporter.end()[0] == 0
    told = [line for line in exporter.lines if "no trusted TLS connection" in line]
    assert len(told) == 1, exporter.output
    assert urlsplit(site.url).netloc in told[0] and "SSL_CERT_FILE" in told[0]


def test_connections_that_flap_cost_no_resource(tmp_path: Path, scaleway: FakeScaleway) -> None:
    flags, there = ("-cloud.provider=scw", "-collect.interval=1s"), scaleway.environment
    (calm_home := tmp_path / "calm").mkdir()
    with Exporter(calm_home, *flags, **there) as calm:
        resources = set(calm.ready().scrape().by_resource(POWER))
    scaleway.faults[""] = Fault(reset=True, every=2)
    with Exporter(tmp_path, *flags, **there) as exporter:
        shown = exporter.ready().scrape_when(
            lambda scrape: set(scrape.by_resource(POWER)) >= resources, "every resource"
        )
        for _ in range(3):
            shown = exporter.scrape_after(shown, 1)
            assert set(shown.by_resource(POWER)) >= resources
        assert exporter.end()[0] == 0
    assert "Traceback" not in exporter.output
    told = [re.sub(r"^\S+ ", "", line) for line in exporter.lines if "WARNING" in line]
    assert len(told) == len(set(told)), "each failure once"


ORPHAN = """
import os, subprocess, threading, time
from cloud_carbon_exporter.service import orphans
orphans.LOOKS_EVERY_SECONDS = 0.2
def leave():
    shell = "sleep 0.1 >/dev/null & echo $!"
    left = subprocess.check_output(shell, shell=True, text=True).strip()
    while os.path.exists("/proc/" + left):
        time.sleep(0.05)
    print("process", os.getpid(), "has buried", left, flush=True)
threading.Timer(0.5, leave).start()
"""
FIRST = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")


def first_process(parent: int) -> int:
    """The process that is the first one within, as it is called outside."""
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text())


def test_as_process_1_it_buries_orphans_and_follows_sigterm(tmp_path: Path) -> None:
    tried = subprocess.run([*FIRST, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no namespace of processes may be made here")
    with Prepared(tmp_path, ORPHAN, "-demo.enabled", before=FIRST) as exporter:
        exporter.ready()
        exporter.line("process 1 has buried")
        os.kill(first_process(exporter.popen.pid), signal.SIGTERM)
        assert exporter.wait() == 0


def test_as_process_1_it_follows_sigterm_before_it_serves(tmp_path: Path) -> None:
    tried = subprocess.run([*FIRST, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no namespace of processes may be made here")
    slow = "import time\nfrom cloud_carbon_exporter import cli\nload = cli.load\n"
    slow += (
        "def late(*given):\n    print('loading', flush=True)\n    time.sleep(60)\ncli.load = late"
    )
    with Prepared(tmp_path, slow, "-demo.enabled", before=FIRST) as exporter:
        exporter.line("^loading")
        os.kill(first_process(exporter.popen.pid), signal.SIGTERM)
        assert exporter.wait(PATIENCE_SECONDS) == 143
