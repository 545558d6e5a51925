"""Language models by name: sizes, and the energy of their tokens."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.embodied import made
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.language_models import (
    LARGEST,
    SIZES,
    TOKENS,
    UNKNOWN,
    components,
    language_model,
    words_of,
)
from cloud_carbon_exporter.model.types import SIGNALS

ALL_SIZES = (*SIZES, LARGEST, UNKNOWN)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", "medium"),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "large"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "large"),
        ("eu.amazon.nova-micro-v1:0", "small"),
        ("amazon.nova-2-lite-v1:0", "small"),
        ("amazon.nova-pro-v1:0:300k", "medium"),
        ("meta.llama3-1-8b-instruct-v1:0", "small"),
        ("meta.llama3-2-1b-instruct-v1:0", "tiny"),
        ("meta.llama3-1-70b-instruct-v1:0", "medium"),
        ("meta.llama3-1-405b-instruct-v1:0", "large"),
        ("meta.llama4-maverick-17b-instruct-v1:0", "large"),
        ("mistral.mixtral-8x7b-instruct-v0:1", "medium"),
        ("mistral.mistral-large-2407-v1:0", "medium"),
        ("qwen.qwen3-235b-a22b-2507-v1:0", "large"),
        ("qwen3-0.6b", "tiny"),
        ("Qwen3-Embedding-8B", "small"),
        ("openai.gpt-oss-120b-1:0", "medium"),
        ("minimax.minimax-m2", "large"),
        ("deepseek.r1-v1:0", "large"),
        ("deepseek-r1-distill-llama-8b", "small"),
        ("cohere.embed-english-v3", "tiny"),
        ("amazon.rerank-v1:0", "tiny"),
        # what Google and Scaleway serve by the token
        ("publishers/google/models/gemini-2.5-flash-lite", "medium"),
        ("publishers/meta/models/llama-4-scout-17b-16e-instruct-maas", "medium"),
        ("gemma-3-27b-it", "medium"),
        ("mistral-small-3.2-24b-instruct-2506", "medium"),
        # nobody knows them, or the name only looks like one
        ("a.model.nobody-knows", UNKNOWN),
        ("a.liteness-nanotech-smaller", UNKNOWN),
    ],
)
def test_a_size_is_read_off_whole_words(name: str, size: str) -> None:
    assert language_model(name).size == size


@pytest.mark.parametrize("word", ["mini", "nano", "lite", "micro", "small", "tiny", "embed"])
def test_a_word_within_another_says_nothing(word: str) -> None:
    assert language_model(f"maker.{word}").size != UNKNOWN
    assert language_model(f"maker.{word}zz").size == UNKNOWN
    assert language_model(f"maker.x{word}").size == UNKNOWN


@pytest.mark.parametrize(
    ("name", "makes"),
    [
        ("amazon.nova-canvas-v1:0", "images"),
        ("amazon.titan-image-generator-v2:0", "images"),
        ("stability.sd3-5-large-v1:0", "images"),
        ("amazon.titan-embed-image-v1", "tokens"),
    ],
)
def test_what_makes_images_is_no_writer(name: str, makes: str) -> None:
    assert language_model(name).makes == makes
    assert {part.per for part in components(name)} == (
        {"images"} if makes == "images" else {*TOKENS}
    )


def test_decimals_stay_one_word() -> None:
    assert words_of("Qwen2.5-1.5B.v1") == {"qwen2", "5", "1.5b", "v1"}


@pytest.mark.parametrize("kind", TOKENS.values())
def test_every_size_has_a_figure_of_every_kind_and_larger_draw_no_less(kind: str) -> None:
    drawn = [figure(f"requests.token/{size}/{kind}.joules_per_request") for size in ALL_SIZES]
    *sizes, unknown = drawn
    assert [each.value for each in sizes] == sorted(each.value for each in sizes)
    assert unknown.low <= min(each.low for each in sizes[1:])
    assert unknown.high >= max(each.high for each in sizes)


@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_token_written_draws_most_and_one_of_a_cache_least(size: str) -> None:
    values = {
        kind: figure(f"requests.token/{size}/{kind}.joules_per_request").value
        for kind in TOKENS.values()
    }
    assert values["output"] > values["cache_write"] >= values["input"] > values["cache_read"]


def test_tokens_are_signals_and_have_a_stated_default() -> None:
    assert TOKENS.keys() <= SIGNALS
    assert all(f"model.default.{signal}" in facts.figures() for signal in (*TOKENS, "images"))


def test_manufacture_follows_the_energy_of_a_token() -> None:
    written, cached = (
        made("requests", "token/large/output"),
        made("requests", "token/large/cache_read"),
    )
    assert written.grams_per_second > cached.grams_per_second > 0
    assert made("requests", "http").grams_per_second == 0


def test_every_row_of_the_table_is_reached() -> None:
    for row in facts.rows("language_models"):
        if row["words"]:
            found = language_model(row["words"].replace(" ", "-"))
            assert found.makes == row["makes"], row
            assert found.size != UNKNOWN or row["makes"] == "images", row
