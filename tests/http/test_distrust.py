"""Certificates that are not trusted, at every client: which host, what is wrong, what to do."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp.connector
import pytest

from cloud_carbon_exporter.errors import CollectError
from tests.http.clients import CLIENTS, SECRET, Client, Setting
from tests.http.sites import serving, succeeds
from tests.web.certificates import Authority, Pair

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Fault:
    """A certificate that is not to be trusted. said, to_do: words that a person must find."""

    signed: Callable[[Authority], Pair]
    said: str
    to_do: str


FAULTS = {
    "expired": Fault(lambda ours: ours.sign("x", days=-1), "certificate has expired", "clock"),
    "of another host": Fault(
        lambda ours: ours.sign("x", address="192.0.2.1"), "not valid for", "another server"
    ),
    "of nobody known": Fault(
        lambda ours: Authority("a stranger").sign("x"), "unable to get local issuer", "authority in"
    ),
}


def server_side(pair: Pair, folder: Path) -> ssl.SSLContext:
    side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    side.load_cert_chain(*pair.write(folder, "server"))
    return side


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Authority:
    """An authority that every client trusts."""
    ours = Authority()
    bundle = tmp_path / "authority.pem"
    bundle.write_text(ours.certificate)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    trusting = ssl.create_default_context(cafile=str(bundle))
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", trusting)
    return ours


async def told(client: Client, url: str, tmp_path: Path, patch: pytest.MonkeyPatch) -> CollectError:
    with pytest.raises(CollectError) as raised:
        await client.ask(Setting(url, patch, tmp_path))
    assert raised.value.reason == "unreachable"
    assert SECRET not in str(raised.value)
    assert urlsplit(url).netloc in str(raised.value), "which host"
    return raised.value


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("name", FAULTS)
async def test_a_certificate_that_is_not_trusted_is_named(
    client: Client,
    name: str,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = FAULTS[name]
    side = server_side(fault.signed(authority), tmp_path)
    async with serving(succeeds, side) as site:
        error = await told(client, site.url, tmp_path, monkeypatch)
    assert site.asked == [], "nothing is sent to whom nobody trusts"
    assert fault.said in error.message
    assert fault.to_do in error.hint


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_a_port_that_speaks_no_tls_is_named(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(succeeds) as site:
        secure = site.url.replace("http://", "https://")
        error = await told(client, secure, tmp_path, monkeypatch)
    assert "no TLS connection" in error.message
    assert "proxy" in error.hint
