"""Host of a request: no page of another site reaches us by a name of its own (DNS rebinding)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exposition import estate
from tests.patience import PATIENCE_SECONDS
from tests.web.listening import USERS, connect, end, listening
from tests.web.serving import SETTINGS, held, served

from cloud_carbon_exporter.config.flags import ALLOWED_HOSTS
from cloud_carbon_exporter.config.values import read_value
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web import hosts as own_names
from cloud_carbon_exporter.web.hosts import OwnNames, answers_for
from cloud_carbon_exporter.web.route import Route
from cloud_carbon_exporter.web.routes import ROUTES

REFUSED = (
    "evil.example",
    "evil.example:2922",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example.",
    "127.0.0.1@evil.example",
    "[evil.example]",
    "evil.svc.example:80",
    "1.2.3.4.5",
    "xn--e1afmkfd.example",
    "127.0.0.1 .evil.example",
    "home.arpa.evil.example",
    "evil.arpa",
    "evilhome.arpa",
    "evil.latest",
)
ANSWERED = (
    "127.0.0.1:2922",
    "10.1.2.3",
    "[::1]:2922",
    "[fe80::1%25eth0]:2922",
    "localhost",
    "LocalHost.:2922",
    "carbon.localhost",
    "exporter:2922",
    "host.docker.internal:2922",
    "carbon.monitoring.svc",
    "carbon.monitoring.svc.cluster.local:2922",
    "raspberry.local:2922",
    "nas.home.arpa",
    "carbon.test:2922",
)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
async def test_no_route_answers_another_name(route: Route) -> None:
    path = route.path.replace("{id}", "i-1").replace("{file}", "page.js")
    async with served(held(estate.SNAPSHOT)) as client:
        for method in route.operations:
            async with client.request(
                method, path, headers={"Host": "evil.example:2922"}
            ) as answer:
                told = await answer.text()
                assert answer.status == 421, path
                assert "-web.allowed-hosts" in told and "evil.example" in told
                assert "cloud_carbon" not in told


@pytest.mark.parametrize("host", REFUSED)
async def test_another_name_is_refused(host: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/snapshot", headers={"Host": host}) as answer,
    ):
        assert answer.status in (400, 421)


@pytest.mark.parametrize("host", ANSWERED)
async def test_a_name_of_ours_is_answered(host: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/snapshot", headers={"Host": host}) as answer,
    ):
        assert answer.status == 200


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        (("carbon.example.org",), "carbon.example.org:8080", 200),
        (("carbon.example.org",), "CARBON.example.org", 200),
        (("carbon.example.org",), "a.carbon.example.org", 421),
        (("carbon.example.org",), "example.org", 421),
        (("*.example.org",), "a.b.example.org", 200),
        (("*.example.org",), "example.org", 421),
        (("*.example.org",), "evilexample.org", 421),
        (("*",), "anything.example", 200),
    ],
)
async def test_names_are_added(allowed: tuple[str, ...], host: str, status: int) -> None:
    settings = replace(SETTINGS, allowed_hosts=allowed)
    async with (
        served(held(estate.SNAPSHOT), settings) as client,
        client.get("/metrics", headers={"Host": host}) as answer,
    ):
        assert answer.status == status


async def test_two_hosts_must_both_be_ours(folder: Path) -> None:
    for hosts in (
        b"Host: localhost\r\nHost: evil.example",
        b"Host: evil.example\r\nHost: localhost",
    ):
        async with listening(folder, "") as (_, url):
            reader, writer = await connect(url, b"GET /metrics HTTP/1.1\r\n" + hosts + b"\r\n\r\n")
            assert (await reader.readline()).split()[1] in (b"400", b"421")
            await end(writer)


async def test_who_names_no_host_is_no_browser(folder: Path) -> None:
    async with listening(folder, "") as (_, url):
        reader, writer = await connect(url, b"GET /healthz HTTP/1.0\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"200"
        await end(writer)


async def test_the_name_is_looked_at_before_the_password(folder: Path) -> None:
    async with listening(folder, USERS) as (_, url):
        reader, writer = await connect(url, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"421"
        await end(writer)


def test_the_machine_is_asked_by_its_own_names() -> None:
    own = OwnNames()
    own.learn(("metrics.corp.example", ""), lambda: "Carbon.corp.example.")
    while len(own.names) < 2:
        time.sleep(0.01)
    for name in ("carbon.corp.example:2922", "metrics.corp.example"):
        assert answers_for([name], own.names, ())
    assert not answers_for(["other.corp.example"], own.names, ())


def test_the_full_name_is_asked_for_until_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_names, "_ASK_AGAIN_SECONDS", 0.001)
    answers = iter(["carbon", "", "too long", "carbon.corp.example", "asked once too often"])

    def ask() -> str:
        name = next(answers)
        if name == "too long":
            raise UnicodeError("label too long")
        return name

    own, full = OwnNames(), {"carbon", "carbon.corp.example"}
    own.learn(("carbon",), ask)
    until = time.monotonic() + PATIENCE_SECONDS
    while own.names != full and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.05)
    assert own.names == full
    assert list(answers) == ["asked once too often"]


def test_what_listens_no_more_asks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_names, "_ASK_AGAIN_SECONDS", 0.001)
    own, asked = OwnNames(), []

    def ask() -> str:
        asked.append("carbon")
        return "carbon"

    own.learn((), ask)
    while len(asked) < 3:
        time.sleep(0.001)
    own.end()
    time.sleep(0.05)
    count = len(asked)
    time.sleep(0.05)
    assert len(asked) == count


async def test_a_refused_name_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        for name in ("carbon.corp.example", "evil.example"):
            async with client.get("/", headers={"Host": name}) as answer:
                assert answer.status == 421
    (told,) = [line for line in caplog.messages if "no name of this server" in line]
    assert "'carbon.corp.example'" in told and "-web.allowed-hosts" in told


@pytest.mark.parametrize("wrong", ["http://a.example", "a.example:80", "a/b", "*.", "a.*.b", "-"])
def test_a_name_is_a_name(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"web\.allowed-hosts"):
        read_value("-web.allowed-hosts", ALLOWED_HOSTS.kind, wrong)
