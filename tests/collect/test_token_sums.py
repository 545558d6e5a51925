"""Tokens so far: what monitoring told, once, over restarts, and the energy of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.language_models import components
from cloud_carbon_exporter.model.snapshot import ModelRow
from cloud_carbon_exporter.model.types import Resource
from tests.collect.test_counters import AT, PLACE, SWEEP, new_counters, points, vm

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


def model(name: str = "haiku", of: str = HAIKU) -> Resource:
    told = {"model": of}
    return Resource(name, "bedrock/foundation_model", name, AT, components(of), info=told)


def waits(resource: Resource) -> bool:
    return any(component.load or component.per for component in resource.components)


def see(counters: Counters, at: float, *resources: Resource) -> None:
    counters.observe(SWEEP, resources, at, 0, waits)


def rows(counters: Counters) -> dict[str, ModelRow]:
    return {row.model: row for row in counters.tokens.rows(lambda resource: PLACE, counted=True)}


def output_token() -> Figure:
    return figure("requests.token/medium/output.joules_per_request")


def test_tokens_stand_at_zero_and_then_are_what_was_read() -> None:
    counters = new_counters()
    see(counters, 3000, model())
    counters.advance(3000)
    assert rows(counters)[HAIKU].tokens == dict.fromkeys(
        ("cache_read", "cache_write", "input", "output"), 0
    )
    see(counters, 3600, model())
    for signal, values in (("output_tokens", [2.0, 4.0]), ("cache_read_tokens", [100.0, 0.0])):
        counters.record("haiku", signal, points(3000, values), 0)
    counters.advance(3600)
    told = rows(counters)[HAIKU].tokens
    assert (told["output"], told["cache_read"]) == (300 * 2 + 300 * 4, 300 * 100)
    assert told["input"] == 0, "what was not read is not made up"


def test_energy_and_tokens_agree() -> None:
    counters = new_counters()
    see(counters, 3000, model())
    see(counters, 3300, model())
    for signal in ("input_tokens", "cache_read_tokens", "cache_write_tokens"):
        counters.record("haiku", signal, points(3000, [0.0]), 0)
    counters.record("haiku", "output_tokens", points(3000, [10.0]), 0)
    counters.advance(3300)
    timeline = counters.timeline("haiku")
    assert timeline is not None
    row = rows(counters)[HAIKU]
    energy = row.tokens["output"] * row.joules_per_token["output"].value
    assert timeline.totals.energy_joules == pytest.approx(energy)


def test_the_energy_of_a_token_holds_its_pue_and_how_unsure_it_is() -> None:
    counters = new_counters()
    see(counters, 3000, model())
    energy = rows(counters)[HAIKU].joules_per_token["output"]
    known = output_token()
    assert energy.value == pytest.approx(known.value * PLACE.pue_ratio.value)
    assert energy.lower < known.low * 2 < known.high < energy.upper
    assert energy.basis == "assumed"


def test_a_late_token_is_added_and_a_token_read_twice_counts_once() -> None:
    counters = new_counters()
    see(counters, 3000, model())
    see(counters, 3300, model())
    counters.record("haiku", "output_tokens", points(3000, [0.0]), 0, corrects=True)
    counters.advance(3300)
    assert rows(counters)[HAIKU].tokens["output"] == 0
    for _ in range(2):
        counters.record("haiku", "output_tokens", points(3000, [7.0]), 0, corrects=True)
        counters.advance(3300)
    assert rows(counters)[HAIKU].tokens["output"] == pytest.approx(7 * 300)


def test_all_that_lead_to_one_model_are_one_row_that_outlives_them() -> None:
    counters = new_counters()
    both = (model("haiku"), model("a-profile"))
    see(counters, 3000, *both)
    see(counters, 3300, *both)
    for name in ("haiku", "a-profile"):
        counters.record(name, "output_tokens", points(3000, [1.0]), 0)
    counters.advance(3300)
    see(counters, 3600)
    counters.advance(99_999)
    assert rows(counters).keys() == {HAIKU}
    assert rows(counters)[HAIKU].tokens["output"] == 600


def test_a_restart_keeps_them() -> None:
    counters = new_counters()
    see(counters, 3000, model())
    see(counters, 3300, model())
    counters.record("haiku", "output_tokens", points(3000, [1.0]), 0)
    counters.advance(3300)
    again = new_counters()
    again.load(list(counters.dump()))
    assert rows(again)[HAIKU].tokens == rows(counters)[HAIKU].tokens
    assert rows(again)[HAIKU].joules_per_token == {}, "it was not seen yet"
    see(again, 3600, model())
    assert rows(again)[HAIKU].tokens["output"] == 300
    assert rows(again)[HAIKU].joules_per_token


def test_nothing_is_counted_where_nothing_is_to_be() -> None:
    counters = new_counters()
    see(counters, 3000, model())
    (row,) = counters.tokens.rows(lambda resource: PLACE, counted=False)
    assert (row.tokens, [*row.joules_per_token]) == (
        {},
        ["input", "output", "cache_read", "cache_write"],
    )


def test_what_is_no_model_has_no_row() -> None:
    counters = new_counters()
    see(counters, 3000, vm(), replace(vm("i-2"), info={"host_type": "m5.large"}))
    assert rows(counters) == {}
