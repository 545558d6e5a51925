"""Families of language models: tokens and joules by kind of token, and sums of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cloud_carbon_exporter.exposition.aggregation import samples_of
from cloud_carbon_exporter.exposition.families import FAMILIES
from cloud_carbon_exporter.exposition.family import RenderContext
from cloud_carbon_exporter.model.snapshot import ModelRow, Snapshot
from cloud_carbon_exporter.model.types import Estimate

HAIKU = ModelRow(
    "aws",
    "1",
    "eu-west-3",
    "bedrock/foundation_model",
    "haiku",
    {"input": 10.0, "output": 2.0},
    {"output": Estimate(0.5, 0.25, 2.0)},
)
SNAPSHOT = Snapshot(
    0, models=(HAIKU, replace(HAIKU, region="eu-west-1"), replace(HAIKU, model="b"))
)


def samples(name: str, *aggregate: str) -> Mapping[tuple[str, ...], float]:
    [family] = [one for one in FAMILIES if one.name == name]
    return dict(samples_of(family, RenderContext(SNAPSHOT), aggregate))


def test_a_series_is_a_kind_of_token_of_a_model() -> None:
    told = samples("cloud_carbon_model_tokens_total")
    assert len(told) == 2 * len(SNAPSHOT.models)
    at = ("aws", "1", "eu-west-3", "bedrock/foundation_model", "haiku")
    assert (told[*at, "input"], told[*at, "output"]) == (10, 2)


def test_tokens_add_up_over_what_is_left_out_and_models_stay_apart() -> None:
    told = samples("cloud_carbon_model_tokens_total", "account")
    assert told[("aws", "1", "", "", "haiku", "input")] == 20
    assert told[("aws", "1", "", "", "b", "input")] == 10


@pytest.mark.parametrize(("bound", "joules"), [("", 0.5), ("lower_", 0.25), ("upper_", 2.0)])
def test_joules_of_a_token_have_bounds_and_no_sum(bound: str, joules: float) -> None:
    told = samples(f"cloud_carbon_model_energy_per_token_{bound}joules", "account")
    assert set(told.values()) == {joules}
    assert ("aws", "eu-west-3", "haiku", "output") in told, "the same for every account"
