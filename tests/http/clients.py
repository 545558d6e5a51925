"""Every client that speaks HTTP: how one request of it is sent, and what may be asked of it.

Whoever adds a client adds a row here; test_one_way_out.py says so when it is missing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.grid import web as grid
from cloud_carbon_exporter.history import prometheus_web
from cloud_carbon_exporter.http.session import Session
from cloud_carbon_exporter.kubernetes import prometheus as kubernetes
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.gcp.client import auth
from cloud_carbon_exporter.providers.gcp.client import http as gcp
from cloud_carbon_exporter.providers.scaleway.client import http as scaleway
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.push import remote_write, sending
from cloud_carbon_exporter.push.protocol import Protocol
from tests.fakes.gcp import Calls
from tests.fakes.gcp_auth import Tokens

SECRET = "planted-and-never-to-be-seen-elsewhere"


@dataclass(frozen=True)
class Setting:
    """What a client is tested with. folder: of the test's own."""

    url: str
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    timeout_seconds: float = 10


Ask = Callable[[Setting], Awaitable[object]]


@dataclass(frozen=True)
class Client:
    """One client. ask: sends one request to a URL; what comes back is the test's no matter.

    modules: those of the program that open the session it stands on, below cloud_carbon_exporter.
    waits: it comes back when the answer says so. bounded: it bounds what it unpacks.
    proxied: it is sent by the environment's proxy.
    """

    name: str
    ask: Ask
    modules: tuple[str, ...]
    waits: bool = True
    bounded: bool = True
    proxied: bool = True


class PlantedTokens:
    """Credentials of Google that are nothing but a secret."""

    universe = "googleapis.com"

    async def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {SECRET}"}

    def forget(self) -> None:
        """There is nothing to forget."""


async def ask_google(setting: Setting) -> object:
    setting.monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", setting.url)
    hasty = replace(gcp.PATIENCE, first_pause_seconds=0.001)
    setting.monkeypatch.setattr(gcp, "PATIENCE", hasty)
    rest = gcp.Rest(cast(auth.Tokens, PlantedTokens()), Calls(), setting.timeout_seconds)
    call = gcp.Call(api="compute", operation="list", path="compute/v1/x", account_id="p")
    try:
        return await rest.fetch(call)
    finally:
        await rest.close()


async def ask_googles_tokens(setting: Setting) -> object:
    file = Tokens("shop").service_account(setting.url, setting.folder / "key.json")
    setting.monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    setting.monkeypatch.setattr(auth, "_TIMEOUT_SECONDS", setting.timeout_seconds)
    return await auth.Tokens("shop").headers()


async def ask_scaleway(setting: Setting) -> object:
    http = scaleway.Http(Calls(), timeout_seconds=setting.timeout_seconds)
    headers = {"X-Auth-Token": SECRET}
    call = scaleway.Call(f"{setting.url}/instance/v1", "instance", "List", headers=headers)
    try:
        return await http.send(call)
    finally:
        await http.close()


async def ask_grid(setting: Setting) -> object:
    setting.monkeypatch.setattr(grid, "TIMEOUT_SECONDS", setting.timeout_seconds)
    session = grid.open_session()
    source = grid.SourceWeb(session, "electricitymaps", setting.url)
    return await _closing(session, source.json("latest", "/v3", None, {"auth-token": SECRET}))


async def ask_cluster(setting: Setting) -> object:
    setting.monkeypatch.setattr(kubernetes, "QUERY_SECONDS", setting.timeout_seconds)
    token = setting.folder / "token"
    token.write_text(SECRET)
    cluster = ClusterSettings(cluster="prod", url=setting.url, token_file=str(token))
    asked = kubernetes.Prometheus(cluster, lambda operation, outcome: None)
    try:
        return await _if_any(asked.ask("nodes"))
    finally:
        await asked.close()


async def ask_counted(setting: Setting) -> object:
    setting.monkeypatch.setattr(prometheus_web, "SILENCE_SECONDS", setting.timeout_seconds)
    hasty = replace(prometheus_web.PATIENCE, first_pause_seconds=0.001)
    setting.monkeypatch.setattr(prometheus_web, "PATIENCE", hasty)
    headers = {"Authorization": f"Bearer {SECRET}"}
    read = prometheus_web.PrometheusWeb(setting.url, headers)
    try:
        return await _if_any(read.samples("up", 0))
    finally:
        await read.close()


async def _if_any(asked: Awaitable[object]) -> object:
    """Answer of a Prometheus; None for a success of another kind."""
    try:
        return await asked
    except Malformed as error:
        if "the answer is no success" not in str(error):
            raise
        return None


WRITE = Protocol(name="remote write 1.0", headers={}, encode=remote_write.request)


async def ask_push(setting: Setting) -> object:
    setting.monkeypatch.setattr(sending, "SILENCE_SECONDS", setting.timeout_seconds)
    hasty = replace(sending.PATIENCE, first_pause_seconds=0.001)
    setting.monkeypatch.setattr(sending, "PATIENCE", hasty)
    session = sending.open_session()
    headers = {"Authorization": f"Bearer {SECRET}"}
    receiver = sending.Receiver(f"{setting.url}/api/v1/write", "write", headers)
    return await _closing(session, sending.send(session, receiver, WRITE, b"samples"))


async def ask_aws(setting: Setting) -> object:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        setting.monkeypatch.setenv(f"AWS_{name}", SECRET)
    setting.monkeypatch.setenv("AWS_ENDPOINT_URL", setting.url)
    setting.monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    settings = TargetSettings(provider="aws", timeout_seconds=setting.timeout_seconds)
    client = AwsClient(settings, Calls())
    try:
        return await client.connect()
    finally:
        await client.close()


async def _closing(session: Session, asked: Awaitable[object]) -> object:
    try:
        return await asked
    finally:
        await session.close()


CLIENTS = (
    Client("google", ask_google, ("providers.gcp.client.http",)),
    # urllib3 unpacks by itself, and google-auth tries again by a rule of its own.
    Client(
        "google's tokens",
        ask_googles_tokens,
        ("providers.gcp.client.auth",),
        waits=False,
        bounded=False,
    ),
    Client("scaleway", ask_scaleway, ("providers.scaleway.client.http",)),
    Client("grid", ask_grid, ("grid.web", "grid.feed")),
    Client("counted", ask_counted, ("history.prometheus_web",)),
    Client("kubernetes", ask_cluster, ("kubernetes.prometheus",)),
    Client(
        "push",
        ask_push,
        ("push.sending", "push.delivery", "push.protocol", "push.remote_write_2"),
    ),
    # botocore has a rule of its own for when to try again.
    Client(
        "aws",
        ask_aws,
        ("providers.aws.client.http", "providers.aws.client.session"),
        waits=False,
    ),
)
