"""Vertex AI's models that are paid for by the token: found by Monitoring, and read there."""

from __future__ import annotations

import time

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_monitoring import Series
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import by_kind_and_name
from tests.providers.gcp.test_monitoring import measure

from cloud_carbon_exporter.providers.gcp import PROVIDER

TOKENS = "aiplatform.googleapis.com/publisher/online_serving/token_count"
KIND = "aiplatform/publisher_model"
GEMINI, CLAUDE = "gemini-2.5-flash", "claude-sonnet-4"


def tokens(model: str, kind: str, a_second: float, where: str = "europe-west1") -> Series:
    """Tokens of one model, as Google's list of metrics has their labels."""
    publisher = "anthropic" if model == CLAUDE else "google"
    labels = {
        "project_id": "shop-prod",
        "resource_container": "shop-prod",
        "location": where,
        "publisher": publisher,
        "model_user_id": model,
        "model_version_id": "001",
    }
    return Series(TOKENS, labels, a_second, {"type": kind, "request_type": "shared"})


@pytest.fixture
def in_use(cloud: GoogleCloud) -> GoogleCloud:
    cloud.series = [
        tokens(GEMINI, "input", 400),
        tokens(GEMINI, "output", 50),
        tokens(GEMINI, "input", 7, "global"),
        tokens(CLAUDE, "input", 10),
        tokens(CLAUDE, "output", 20),
        tokens(CLAUDE, "cache_read_input", 3000),
        tokens(CLAUDE, "cache_write_input", 30),
    ]
    return cloud


@pytest.mark.slow
async def test_models_in_use_are_found_with_their_maker_and_place(
    in_use: GoogleCloud, explore: Explore
) -> None:
    """Nobody saw them: no asset stands for a model that is called by the token."""
    found = await by_kind_and_name(explore())
    models = {name: found[kind, name] for kind, name in found if kind == KIND}
    assert models.keys() == {GEMINI, CLAUDE}
    claude = models[CLAUDE]
    assert claude.location.region == "europe-west1"
    assert claude.info["engine"] == "anthropic"
    assert {part.per for part in claude.components} == {
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
    }
    gemini = models[GEMINI]
    assert {part.per for part in gemini.components} == {"input_tokens", "output_tokens"}


@pytest.mark.slow
async def test_tokens_are_read_by_the_second_and_by_their_kind(
    in_use: GoogleCloud, explore: Explore
) -> None:
    until = time.time() - PROVIDER.settle_seconds
    measured = await measure(explore(), until, kinds=KIND)
    assert measured.value(KIND, CLAUDE, "cache_read_tokens") == 3000
    assert measured.value(KIND, CLAUDE, "cache_write_tokens") == 30
    assert measured.value(KIND, CLAUDE, "output_tokens") == 20
    assert measured.value(KIND, CLAUDE, "input_tokens") == 10


@pytest.mark.slow
async def test_they_are_asked_for_once_an_hour_and_kept_meanwhile(
    in_use: GoogleCloud, explore: Explore
) -> None:
    client = explore()
    await by_kind_and_name(client)
    in_use.series = []
    assert (KIND, GEMINI) in await by_kind_and_name(client)


async def test_a_model_that_cannot_be_asked_for_spoils_no_listing(
    cloud: GoogleCloud, explore: Explore
) -> None:
    cloud.break_("monitoring", "permission")
    found = await by_kind_and_name(explore())
    assert ("compute/instance", "hpc") in found
    assert not [name for kind, name in found if kind == KIND]
