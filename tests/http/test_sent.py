"""What a request says is looked through once, whatever part of it says it."""

from __future__ import annotations

from unittest.mock import patch

from cloud_carbon_exporter.http import session
from cloud_carbon_exporter.http.sent import remember_sent
from cloud_carbon_exporter.http.session import Bounds, Request, Session
from cloud_carbon_exporter.masking import masked
from tests.http.sites import serving, succeeds


async def test_a_request_is_looked_through_once() -> None:
    sender = Session(Bounds(silence_seconds=5))
    async with serving(succeeds) as site:
        url = f"{site.url}/?token=made-up-token-in-the-url"
        params = (("securityToken", "made-up-token-beside-it"),)
        try:
            with patch(f"{session.__name__}.remember_sent", wraps=remember_sent) as looked:
                await sender.send(Request(url, params=params))
        finally:
            await sender.close()
    assert looked.call_count == 1
    assert masked("made-up-token-in-the-url, made-up-token-beside-it") == "***, ***"
