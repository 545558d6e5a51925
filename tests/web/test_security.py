"""The application behind a web config, and the file as it changes: TLS, client certificates,
passwords, limits.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import bcrypt
import pytest
from aiohttp import ClientConnectorError, ClientError, ClientSession, encode_basic_auth
from tests.exposition import estate
from tests.web.certificates import Authority
from tests.web.serving import SETTINGS, held

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web import guard, listener, passwords
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import Listener, start
from cloud_carbon_exporter.web.settings import SERVING


def named(user: str, password: str) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(user, password)}


BOB = named("bob", "open sesame")
USERS = (
    f"basic_auth_users: {{bob: '{bcrypt.hashpw(b'open sesame', bcrypt.gensalt(4)).decode()}'}}\n"
)
TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
MUTUAL = TLS.replace("}", ", client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert}")
PATHS = (
    "/",
    "/metrics",
    "/healthz",
    "/readyz",
    "/api/v1/snapshot",
    "/api/v1/resources",
    "/-/reload",
    "/nowhere",
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    authority.sign("server").write(tmp_path, "server")
    authority.sign("prometheus").write(tmp_path, "client")
    (tmp_path / "ca.pem").write_text(authority.certificate)
    return tmp_path


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_LOOK_SECONDS", 0.01)


@contextlib.asynccontextmanager
async def listening(folder: Path, text: str) -> AsyncIterator[tuple[Listener, str]]:
    """A listener under a web config, and its URL."""
    (folder / "web.yml").write_text(text)
    server = await start(
        make_app(SETTINGS, held(estate.SNAPSHOT)), "127.0.0.1", 0, str(folder / "web.yml")
    )
    try:
        yield server, f"{server.scheme}://127.0.0.1:{server.addresses[0][1]}"
    finally:
        await server.cleanup()


def trust(authority: Authority, pair: Path | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=authority.certificate)
    if pair is not None:
        made.load_cert_chain(pair, pair.with_suffix(".key"))
    return made


async def status(
    url: str, authority: Authority, pair: Path | None = None, headers: dict[str, str] | None = None
) -> int:
    """The status of an answer on a new connection."""
    async with (
        ClientSession() as client,
        client.get(url, ssl=trust(authority, pair), headers=headers) as answer,
    ):
        await answer.read()
        return answer.status


async def eventually(ask: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not ask():
            await asyncio.sleep(0.01)


async def test_nothing_is_told_without_a_password(folder: Path) -> None:
    async with listening(folder, USERS) as (_, url), ClientSession(url) as client:
        for path in PATHS:
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
    text = "http_server_config: {headers: {Strict-Transport-Security: max-age=5, X-Frame-Options: SAMEORIGIN}}"
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
        found = []
        for _ in range(5):
            async with client.get("/healthz") as answer:
                found.append(answer.status)
    assert found == [200, 200, 200, 429, 429]


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

        async with asyncio.timeout(30):
            while not await shown():
                await asyncio.sleep(0.01)


async def connect(url: str, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    writer.write(sent)
    return reader, writer


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    ],
)
async def test_heads_larger_than_any_browser_sends_are_refused(folder: Path, sent: bytes) -> None:
    async with listening(folder, "") as (_, url):
        reader, writer = await connect(url, sent)
        async with asyncio.timeout(30):
            assert (await reader.readline()).split()[1] in (b"400", b"431", b"414")
        writer.close()


async def test_who_does_not_end_a_head_is_cut_and_others_are_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "HEAD_SECONDS", 0.1)
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    async with listening(folder, "") as (_, url), asyncio.timeout(30):
        kept, writer = await connect(url, request)
        assert (await kept.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")
        slow, other = await connect(url, request[:-2] + b"X: ")
        with contextlib.suppress(ConnectionResetError):
            assert await slow.read() == b""
        writer.write(request)
        assert (await kept.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")
        writer.close()
        other.close()


async def test_who_does_not_take_the_answer_is_cut(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(guard, "HEAD_SECONDS", 0.1)
    async with listening(folder, "") as (_, url), asyncio.timeout(30):
        reader, writer = await connect(url, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            await reader.read()  # ends though the connection could be kept
        writer.close()


async def test_the_oldest_connections_go_when_there_are_too_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "CONNECTIONS_MOST", 5)
    async with listening(folder, "") as (_, url):
        idle = [await connect(url, b"G") for _ in range(12)]
        async with asyncio.timeout(30):
            ended = 0
            for reader, writer in idle[:7]:
                with contextlib.suppress(ConnectionResetError):
                    assert await reader.read() == b""
                ended += 1
                writer.close()
        assert ended == 7
        for _, writer in idle[7:]:
            writer.close()


async def test_no_more_answers_at_once_than_can_be_borne(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(guard.AT_ONCE, "metrics", 2)
    go, entered = asyncio.Event(), asyncio.Semaphore(0)
    collector = held(estate.SNAPSHOT)

    async def slowly(_: float) -> None:
        entered.release()
        await go.wait()

    monkeypatch.setattr(collector, "collect_for_scrape", slowly)
    app = make_app(type(SETTINGS)(exposition=estate.SETTINGS, mode="scrape"), collector)
    server = await start(app, "127.0.0.1", 0)
    try:
        async with ClientSession(f"http://127.0.0.1:{server.addresses[0][1]}") as client:
            first = [asyncio.create_task(get(client)) for _ in range(2)]
            for _ in first:
                await entered.acquire()
            assert await get(client) == 503
            async with client.get("/healthz") as answer:
                assert answer.status == 200
            go.set()
            assert await asyncio.gather(*first) == [200, 200]
            assert await get(client) == 200
    finally:
        await server.cleanup()


async def get(client: ClientSession) -> int:
    async with client.get("/metrics") as answer:
        await answer.read()
        return answer.status


async def test_a_reload_is_asked_for_with_post_by_who_may(folder: Path) -> None:
    asked: list[str] = []

    async def reload() -> None:
        asked.append("reload")

    async with listening(folder, USERS) as (server, url), ClientSession(url) as client:
        async with client.post("/-/reload", headers=BOB) as answer:
            assert answer.status == 403  # nobody reloads here
        server._app[SERVING].reload = reload
        for method, headers, expected in (
            ("POST", {}, 200),
            ("PUT", {"Sec-Fetch-Site": "same-origin", "Origin": url}, 200),
            ("GET", {}, 405),
            ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
            ("POST", {"Origin": "https://elsewhere.example"}, 403),
            ("POST", {"Authorization": "Basic eA=="}, 401),
        ):
            async with client.request(method, "/-/reload", headers=BOB | headers) as answer:
                assert answer.status == expected, (method, headers)
    assert asked == ["reload"] * 2


async def test_a_reload_that_fails_says_why(folder: Path) -> None:
    async def reload() -> None:
        raise ConfigError("x.yml: unknown key")

    async with listening(folder, "") as (server, url), ClientSession(url) as client:
        server._app[SERVING].reload = reload
        async with client.post("/-/reload") as answer:
            assert answer.status == 500
            assert "the old one stays: x.yml: unknown key" in await answer.text()
