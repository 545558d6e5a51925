"""Every request of ours against the official SDK: its path is one, and so is each parameter."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest
from tests.fakes.scaleway import COCKPIT_TOKEN, FakeScaleway
from tests.providers.scaleway.support import connected, everything

from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.token_calls import SourceKey

GET = re.compile(r'"GET",\s*f?"/([^"]+)",(.*?)\n        \)', re.DOTALL)
PLACE = re.compile(r"\{param_\w+\}")


@cache
def sdk_requests() -> dict[re.Pattern[str], set[str]]:
    """Every GET of the SDK: the pattern of its path, and the names of its query's parameters."""
    sdk = importlib.util.find_spec("scaleway")
    assert sdk is not None and sdk.origin is not None
    known: dict[re.Pattern[str], set[str]] = {}
    for source in Path(sdk.origin).parent.glob("*/v*/api.py"):
        for path, rest in GET.findall(source.read_text(encoding="utf-8")):
            pattern = re.compile("[^/]+".join(map(re.escape, PLACE.split(path))))
            known.setdefault(pattern, set()).update(re.findall(r'"(\w+)":', rest))
    return known


@pytest.mark.slow
async def test_every_request_is_one_the_sdk_could_send() -> None:
    async with FakeScaleway() as fake, connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        await everything(client)
        await client.extras(1_795_000_000)
        await client.cockpit._url(SourceKey("11111111-1111-4111-8111-111111111111", "fr-par"))
        seen = {
            path: names
            for path, names in fake.params.items()
            if not path.startswith(("s3/", "cockpit-data/"))
        }
    assert len({path.split("/", 1)[0] for path in seen}) > 25
    for path, names in seen.items():
        allowed = next(
            (keys for pattern, keys in sdk_requests().items() if pattern.fullmatch(path)), None
        )
        assert allowed is not None, f"the SDK knows no GET {path}"
        assert names <= allowed, f"GET {path}: the SDK sends no {names - allowed}"


def test_every_listing_says_what_to_grant_and_why_it_is_modelled_so() -> None:
    for spec in PROVIDER.services:
        assert all(name.endswith("ReadOnly") for name in spec.listing.permissions), spec.kind
        assert spec.listing.permissions
        assert spec.reason.endswith(".")
        assert re.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+", spec.kind)
    assert len({spec.kind for spec in PROVIDER.services}) == len(PROVIDER.services)
