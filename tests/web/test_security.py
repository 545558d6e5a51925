"""Who may ask: TLS, client certificates, passwords, and the web config as it changes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientError, ClientSession
from tests.patience import PATIENCE_SECONDS
from tests.web.certificates import Authority
from tests.web.listening import (
    BOB,
    MUTUAL,
    TLS,
    USERS,
    eventually,
    listening,
    named,
    status,
    trust,
)

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web import listener, passwords
from cloud_carbon_exporter.web.routes import ROUTES

EVERY_PATH = [route.path for route in ROUTES]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at files and connections a hundred times a second."""
    monkeypatch.setattr(listener, "_LOOK_SECONDS", 0.01)


async def test_nothing_is_told_without_a_password(folder: Path) -> None:
    async with listening(folder, USERS) as (_, url), ClientSession(url) as client:
        for path in (*EVERY_PATH, "/nowhere"):
            for wrong in (None, named("bob", "wrong"), named("eve", "open sesame")):
                async with client.get(path, headers=wrong) as answer:
                    assert answer.status == 401, path
                    assert answer.headers["WWW-Authenticate"].startswith(
                        'Basic realm="cloud-carbon-exporter"'
                    )
                    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                    assert "cloud_carbon_power" not in await answer.text()
        async with client.get("/metrics", headers=BOB) as answer:
            assert answer.status == 200
            assert "cloud_carbon_power_watts" in await answer.text()


async def test_guesses_are_logged_without_what_was_guessed(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(folder, USERS) as (_, url), ClientSession(url) as client:
        for _ in range(3):
            async with client.get("/metrics", headers=named("eve", "hunter2")) as answer:
                assert answer.status == 401
    assert caplog.text.count("wrong user or password from 127.0.0.1") == 1
    assert "hunter2" not in caplog.text


async def test_a_flood_of_guesses_is_told_to_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_WAITING_MOST", 0)
    async with listening(folder, USERS) as (_, url), ClientSession(url, headers=BOB) as client:
        for _ in range(2):
            async with client.get("/metrics") as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


async def test_it_speaks_tls_from_1_2_and_nothing_plain(folder: Path, authority: Authority) -> None:
    async with listening(folder, TLS) as (_, url):
        assert url.startswith("https://")
        assert await status(f"{url}/healthz", authority) == 200
        with pytest.raises(ClientError):
            await status(url.replace("https", "http"), authority)
        with pytest.raises(ClientConnectorError):  # who signed it is not known
            async with ClientSession() as client, client.get(url):
                pass


async def test_a_client_shows_its_certificate(folder: Path, authority: Authority) -> None:
    async with listening(folder, MUTUAL) as (_, url):
        assert await status(f"{url}/metrics", authority, folder / "client.pem") == 200
        with pytest.raises((ClientError, OSError)):
            await status(f"{url}/metrics", authority)
        stranger, _ = Authority().sign("prometheus").write(folder, "stranger")
        with pytest.raises((ClientError, OSError)):
            await status(f"{url}/metrics", authority, stranger)


@pytest.mark.parametrize(
    ("name", "expected"), [("prometheus", 200), ("127.0.0.1", 200), ("grafana", 403)]
)
async def test_a_name_of_the_certificate_must_be_allowed(
    folder: Path, authority: Authority, name: str, expected: int
) -> None:
    text = MUTUAL.replace("}", f", client_allowed_sans: [{name}]}}")
    async with listening(folder, text) as (_, url):
        assert await status(f"{url}/metrics", authority, folder / "client.pem") == expected


async def test_headers_of_the_file_take_the_place_of_ours(folder: Path) -> None:
    text = (
        "http_server_config: {headers: "
        "{Strict-Transport-Security: max-age=5, X-Frame-Options: SAMEORIGIN}}"
    )
    async with (
        listening(folder, text) as (_, url),
        ClientSession(url) as client,
        client.get("/") as answer,
    ):
        assert answer.headers["Strict-Transport-Security"] == "max-age=5"
        assert answer.headers.getall("X-Frame-Options") == ["SAMEORIGIN"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_more_requests_than_the_rate_are_told_to_wait(folder: Path) -> None:
    async with (
        listening(folder, "rate_limit: {interval: 1h, burst: 3}") as (_, url),
        ClientSession(url) as client,
    ):
        answers = []
        for _ in range(5):
            async with client.get("/healthz") as answer:
                answers.append(answer.status)
    assert answers == [200, 200, 200, 429, 429]


async def test_a_wrong_file_is_refused_at_the_start(folder: Path) -> None:
    with pytest.raises(ConfigError, match="tls_config"):
        async with listening(folder, "tls_config: {}"):
            pass


async def test_a_change_of_the_file_is_followed_and_a_wrong_one_is_not(
    folder: Path, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with listening(folder, USERS) as (server, url):
        assert await status(f"{url}/metrics", authority) == 401
        (folder / "web.yml").write_text(TLS + "basic_auth_user: {}")
        await eventually(lambda: "the web config in force stays" in caplog.text)
        assert await status(f"{url}/metrics", authority, headers=BOB) == 200
        async with ClientSession() as client, client.get(f"{url}/metrics", headers=BOB) as answer:
            assert "config_last_reload_successful 0" in await answer.text()
        (folder / "web.yml").write_text(TLS)
        await eventually(lambda: server.scheme == "https")
        secured = url.replace("http", "https")
        await eventually(lambda: "read again" in caplog.text)
        async with (
            ClientSession() as client,
            client.get(f"{secured}/metrics", ssl=trust(authority)) as answer,
        ):
            assert "config_last_reload_successful 1" in await answer.text()
    assert caplog.text.count("the web config in force stays") == 1


async def test_a_renewed_certificate_is_shown_to_the_next_client(
    folder: Path, authority: Authority
) -> None:
    async with listening(folder, TLS) as (_, url):
        renewed = authority.sign("renewed")
        renewed.write(folder, "server")

        async def shown() -> bool:
            _, port = url.rsplit(":", 1)
            _, writer = await asyncio.open_connection("127.0.0.1", int(port), ssl=trust(authority))
            certificate = writer.get_extra_info("ssl_object").getpeercert()
            writer.close()
            return ("DNS", "renewed") in certificate["subjectAltName"]

        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await shown():
                await asyncio.sleep(0.01)
