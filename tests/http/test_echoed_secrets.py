"""No client tells what it sent as a credential, however the other end tells it back."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import pytest
from aiohttp import web

from cloud_carbon_exporter.errors import CollectError
from tests.echoes import ECHOES, Echo, shows
from tests.http.clients import CLIENTS, Client, Setting
from tests.http.sites import Handler, serving

pytestmark = pytest.mark.slow

STATUSES = (400, 401, 403, 404, 429, 500)


def sent_secrets(headers: dict[str, str], body: str) -> Iterator[str]:
    """Secrets of a request, by the documents of who takes them."""
    authorization = headers.get("Authorization", "")
    if authorization.startswith("AWS4-HMAC-SHA256"):
        yield from re.findall(r"(?:Credential|Signature)=([^/,]+)", authorization)
    elif authorization:
        yield authorization.partition(" ")[2]
    for name in ("X-Auth-Token", "X-Amz-Security-Token", "auth-token"):
        if name in headers:
            yield headers[name]
    if "assertion" in body:
        yield dict(parse_qsl(body))["assertion"]


class Telltale:
    """A site that refuses each request by telling it back; keeps the secrets it was sent."""

    def __init__(self, status: int, echo: Echo) -> None:
        self._status, self._echo = status, echo
        self.secrets: set[str] = set()

    async def __call__(self, request: web.Request) -> web.Response:
        body = await request.text()
        headers = dict(request.headers)
        secrets = list(sent_secrets(headers, body))
        self.secrets.update(secrets)
        # AWS' words on a signature that does not match, and all of the request behind them
        whole = "\n".join([*secrets, *map(": ".join, headers.items()), body, str(request.rel_url)])
        told = f"it should have been {self._echo(whole)}"
        if "Action=" in body:
            text = f"<Code>SignatureDoesNotMatch</Code><Message>{escape(told)}</Message>"
            text = f"<ErrorResponse><Error>{text}</Error></ErrorResponse>"
            return web.Response(status=self._status, text=text, content_type="text/xml")
        said = {"message": told, "code": self._status}
        document = {"error": said, "error_description": told, "type": "denied", "message": told}
        return web.Response(status=self._status, text=json.dumps(document))


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Setting]:
    """Makes Settings; no proxy, and no credentials but those planted."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("AWS_PROFILE", "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    return lambda url: Setting(url, monkeypatch, tmp_path)


@pytest.mark.parametrize("form", ECHOES)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_nothing_sent_is_told(
    client: Client,
    form: str,
    setting: Callable[[str], Setting],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "cloud_carbon_exporter")
    for status in STATUSES[:2]:
        telltale: Handler = Telltale(status, ECHOES[form])
        async with serving(telltale) as site:
            with pytest.raises(CollectError) as raised:
                await client.ask(setting(site.url))
        assert isinstance(telltale, Telltale) and telltale.secrets
        error = raised.value
        said = [str(error), error.message, error.hint, caplog.text]
        for secret in telltale.secrets:
            assert not any(shows(text, secret) for text in said), said[0]
