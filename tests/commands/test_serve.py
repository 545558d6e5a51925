"""`serve`: it listens, collects, and leaves when it is told to; and says why when it cannot."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.collect import progress
from cloud_carbon_exporter.commands.serve import url, why_not
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import CredentialsMissing, CredentialsRefused
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Client
from cloud_carbon_exporter.service.opening import missing_credentials
from cloud_carbon_exporter.version import model_version
from tests.fakes.cloud import Cloud
from tests.patience import PATIENCE_SECONDS

HANG_SECONDS = 60


@dataclass
class Visitor(logging.Handler):
    """Waits in a thread for the exporter to listen, asks it things, and sends it a signal."""

    number: int
    ready: bool
    answers: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.address = ""
        self.listening = threading.Event()
        self.thread = threading.Thread(target=self.visit, daemon=True)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("listening on "):
            self.address = record.getMessage().removeprefix("listening on ")
            self.listening.set()

    def visit(self) -> None:
        try:
            if self.listening.wait(PATIENCE_SECONDS):
                self.ask()
        finally:
            os.kill(os.getpid(), self.number)

    def ask(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.ready and time.monotonic() < deadline:
            try:
                self.answers["readyz"] = self.get("readyz")
                break
            except urllib.error.HTTPError as error:
                assert error.code == 503
                time.sleep(0.01)
        for path in ("healthz", "metrics"):
            self.answers[path] = self.get(path)

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=PATIENCE_SECONDS) as answer:
            return cast(bytes, answer.read())


@pytest.mark.parametrize(
    ("number", "mode"),
    [(signal.SIGTERM, "background"), (signal.SIGINT, "background"), (signal.SIGTERM, "scrape")],
)
def test_it_serves_until_it_is_told_to_stop(
    number: int, mode: str, process_kept: logging.Logger
) -> None:
    visitor = Visitor(number, ready=mode == "background")
    process_kept.addHandler(visitor)
    visitor.thread.start()
    arguments = [
        "-demo.enabled",
        "-demo.resources=12",
        "-listen=localhost:0",
        f"-collect.mode={mode}",
    ]
    assert main([*arguments, "-metrics.tags=team"]) == 0
    visitor.thread.join(PATIENCE_SECONDS)
    assert visitor.answers["healthz"] == b"ok\n"
    assert visitor.answers["metrics"].count(b"\ncloud_carbon_power_watts{") == 12
    assert b"tag_team=" in visitor.answers["metrics"]
    assert f'model_version="{model_version()}"'.encode() in visitor.answers["metrics"]
    assert (b"cloud_carbon_energy_joules_total" in visitor.answers["metrics"]) == (
        mode == "background"
    )


def test_a_warning_of_the_configuration_is_logged(
    process_kept: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLOUD_CARBON_LISTN", ":1")
    visitor = Visitor(signal.SIGTERM, ready=False)
    process_kept.addHandler(visitor)
    visitor.thread.start()
    assert main(["-demo.enabled", "-listen=localhost:0"]) == 0
    visitor.thread.join(PATIENCE_SECONDS)
    assert "CLOUD_CARBON_LISTN" in capsys.readouterr().err


@pytest.mark.slow
def test_what_hangs_does_not_keep_it_longer_than_two_seconds() -> None:
    code = (
        f"import sys, time\nHANG_SECONDS = {HANG_SECONDS}\n"
        "from cloud_carbon_exporter import cli\n"
        "from cloud_carbon_exporter.collect import Collector\n"
        "async def close(self): print('closing', flush=True); time.sleep(HANG_SECONDS)\n"
        "Collector.close = close\n"
        "sys.exit(cli.main(['-demo.enabled', '-listen=localhost:0']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout
        assert program.stderr
        assert b"listening on" in program.stderr.readline()
        began = time.monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.stdout.readline() == b"closing\n"
        assert program.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - began < HANG_SECONDS / 2


OWING = """
import asyncio, sys
from cloud_carbon_exporter import cli
from cloud_carbon_exporter.collect import Collector
owed = ['a token']
async def close(self):
    print('closing', flush=True)
    await asyncio.sleep(SECONDS)
    owed.clear()
    print('given back', flush=True)
Collector.close, Collector.owed = close, lambda self: owed
sys.exit(cli.main(['-demo.enabled', '-listen=localhost:0']))
"""


def owing(seconds: float) -> subprocess.Popen[bytes]:
    """A program that gives back for so long what it made, asked to end."""
    program = subprocess.Popen(
        [sys.executable, "-c", OWING.replace("SECONDS", str(seconds))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout
    assert program.stderr
    assert b"listening on" in program.stderr.readline()
    program.send_signal(signal.SIGTERM)
    assert program.stdout.readline() == b"closing\n"
    return program


@pytest.mark.slow
def test_what_must_be_given_back_extends_the_end_which_says_so() -> None:
    with owing(seconds=3) as program:
        told, errors = program.communicate(timeout=PATIENCE_SECONDS)
        assert program.returncode == 0
    assert told == b"given back\n"
    assert b"waits up to 25 s for 1 " in errors


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once_whatever_is_owed() -> None:
    with owing(seconds=HANG_SECONDS) as program:
        began = time.monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.wait(PATIENCE_SECONDS) == 1
        assert time.monotonic() - began < HANG_SECONDS / 2


def test_a_port_in_use_is_named_with_who_to_ask(
    capsys: pytest.CaptureFixture[str], process_kept: logging.Logger
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["-demo.enabled", f"-listen=127.0.0.1:{port}"]) == 1
    err = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1:{port}" in err
    assert f"ss -ltnp 'sport = :{port}'" in err


@pytest.mark.usefixtures("process_kept")
def test_a_host_nobody_knows_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-demo.enabled", "-listen=no-such-host.invalid:0"]) == 1
    assert "cannot listen on no-such-host.invalid:0: " in capsys.readouterr().err


def test_another_reason_not_to_listen_is_passed_on() -> None:
    assert "Permission denied" in why_not(
        Address("", 80), OSError(errno.EACCES, "Permission denied")
    )


@pytest.mark.parametrize(
    ("listen", "bound", "expected"),
    [
        (Address("0.0.0.0", 0), [("0.0.0.0", 4711)], "http://127.0.0.1:4711/"),
        (Address("", 0), [("::", 4711, 0, 0)], "http://localhost:4711/"),
        (Address("", 0), [("0.0.0.0", 4711)], "http://127.0.0.1:4711/"),
        (Address("::", 0), [("::", 4711, 0, 0)], "http://localhost:4711/"),
        (Address("::1", 0), [("::1", 4711, 0, 0)], "http://[::1]:4711/"),
        (Address("carbon.example", 80), [("10.0.0.1", 80)], "http://carbon.example:80/"),
    ],
)
def test_the_url_is_one_a_browser_takes(listen: Address, bound: list[Any], expected: str) -> None:
    assert url(listen, bound) == expected


def clients(*clouds: Cloud) -> dict[str, Client]:
    budget = Budget(time.time)
    return {
        f"target {number}": cloud.provider().client(
            TargetSettings(provider="aws"), budget.meter("aws")
        )
        for number, cloud in enumerate(clouds)
    }


async def test_credentials_are_missing_only_when_no_target_has_any() -> None:
    none = Cloud(fail={"connect": CredentialsMissing("tried everything")})
    refused = Cloud(fail={"connect": CredentialsRefused("expired")})
    hanging = Cloud(hang={"connect"})
    assert [str(error) for error in await missing_credentials(clients(none, none))] == [
        "tried everything"
    ] * 2
    assert not await missing_credentials(clients(none, Cloud()))
    assert not await missing_credentials(clients(none, refused))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert not await missing_credentials(clients(hanging, none, Cloud()))


async def test_a_cloud_that_accepts_no_credentials_nor_refuses_them_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress, "SAID_EVERY_SECONDS", 0.01)
    caplog.set_level(logging.INFO)
    none = Cloud(fail={"connect": CredentialsMissing("tried everything")})
    asking = asyncio.create_task(missing_credentials(clients(none, Cloud(hang={"connect"}))))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "waiting for target 1 to accept the credentials" not in caplog.text:
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_asking_for_credentials_leaves_nothing_behind_when_it_is_given_up() -> None:
    connecting = asyncio.Event()

    class Hanging:
        """A client whose cloud never answers."""

        let_go = False

        async def connect(self) -> None:
            connecting.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.let_go = True

    client = Hanging()
    asking = asyncio.create_task(missing_credentials({"aws": cast(Client, client)}))
    await connecting.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert client.let_go  # else closing the client would wait for it
