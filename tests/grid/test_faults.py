"""What bad input gets: the next source serves, the reason is counted, and said once."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from cloud_carbon_exporter.grid import SOURCES, web
from tests.fakes.grid import TOKEN
from tests.grid.support import NOON, PLACES, Clock, GridApis, Told, feed, table, value

ASKED = [name for name in PLACES if name != "energinet"]
READING_A_FIGURE = ("electricitymaps", "gb", "gb-regional", "prometheus")
REASONS = {
    "html": "malformed",
    "401": "credentials_refused",
    "403": "permission_missing",
    "404": "not_there",
    "429": "throttled",
    "302": "malformed",
    "503": "unreachable",
    "cut": "malformed",
    "old": "stale",
}
CASES = [
    *((source, fault, reason) for source, (fault, reason) in product(ASKED, REASONS.items())),
    *((source, "kilograms", "implausible") for source in READING_A_FIGURE),
    *((source, "milligrams", "implausible") for source in READING_A_FIGURE),
    *((source, "kilograms", "not_there") for source in ("rte", "eia", "entsoe")),
    ("watttime", "kilograms", "malformed"),
    ("entsoe", "vanished", "not_there"),
    ("prometheus", "vanished", "not_there"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "fault", "reason"), CASES)
async def test_the_next_source_serves(
    source: str, fault: str, reason: str, apis: GridApis, clock: Clock, told: Told, tmp_path: Path
) -> None:
    provider, region = PLACES[source]
    words = [apis.base(source), table(tmp_path / "own.csv", f"{provider}:{region},55,,")]
    of = feed(words, clock, told)
    apis.faults[source] = fault
    for _ in range(4):
        await of.refresh({PLACES[source]})
        clock.now += 300
    await of.close()
    assert value(of, source, clock) == (55, "file", False)
    assert told.errors["grid", source, reason] >= 1
    assert {counted for _, _, counted in told.errors} == {reason}
    about = [line for line in told.lines if source in line]
    assert len(about) == 1 and TOKEN not in about[0]
    state = next(state for state in of.states() if state.source == source)
    assert (state.error, state.last_success) == (reason, None)


@pytest.mark.parametrize("source", ["gb", "electricitymaps"])
async def test_it_works_again_and_says_so(
    source: str, apis: GridApis, clock: Clock, told: Told
) -> None:
    of = feed([apis.base(source)], clock, told)
    apis.faults[source] = "503"
    await of.refresh({PLACES[source]})
    assert value(of, source, clock) is None
    del apis.faults[source]
    clock.now += 60
    await of.refresh({PLACES[source]})
    await of.close()
    assert value(of, source, clock) is not None
    assert len(told.lines) == 2 and told.lines[1].endswith("works again")


async def test_a_source_that_hangs_is_not_waited_for(
    apis: GridApis, clock: Clock, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", 0.1)
    of = feed([apis.base("gb"), table(tmp_path / "own.csv", "GB,70,,")], clock, told)
    apis.faults["gb"] = "hang"
    await of.refresh({PLACES["gb"]})
    await of.close()
    assert value(of, "gb", clock) == (70, "file", False)
    assert told.errors["grid", "gb", "unreachable"] == 1


async def test_a_refused_token_rests_the_whole_source(
    apis: GridApis, clock: Clock, told: Told
) -> None:
    places = {
        ("aws", region)
        for region in ("eu-west-1", "eu-west-3", "eu-central-1", "eu-south-1", "eu-south-2")
    }
    of = feed(
        [apis.base("electricitymaps")], clock, told, secrets={"electricitymaps-token": "wrong"}
    )
    for _ in range(3):
        await of.refresh(places)
        clock.now += 300
    asked = apis.count("electricitymaps")
    # Those under way when the first answer came, each for the past and, refused, for the present.
    assert asked <= 8
    clock.now += 3600
    await of.refresh(places)
    await of.close()
    assert apis.count("electricitymaps") > asked
    assert len(told.lines) == 1 and "refused" in told.lines[0]


@pytest.mark.parametrize("fault", ["401", "402", "403", "404", "429", "html"])
async def test_a_source_that_refuses_its_history_still_gives_its_latest(
    fault: str, apis: GridApis, clock: Clock, told: Told
) -> None:
    of = feed([apis.base("electricitymaps")], clock, told)
    apis.faults["electricitymaps/history"] = fault
    await of.refresh({PLACES["electricitymaps"]})
    assert value(of, "electricitymaps", clock) == (100, "electricitymaps", True)
    assert not told.errors and not told.lines
    clock.now += 9 * 3600  # and so after a gap
    apis.grams = lambda zone, at: 120
    await of.refresh({PLACES["electricitymaps"]})
    await of.close()
    assert value(of, "electricitymaps", clock) == (120, "electricitymaps", True)


async def test_what_was_asked_for_the_present_alone_is_not_asked_twice(
    apis: GridApis, clock: Clock, told: Told
) -> None:
    of = feed([apis.base("electricitymaps")], clock, told)
    await of.refresh({PLACES["electricitymaps"]})
    apis.asked.clear()
    apis.faults["electricitymaps/latest"] = "404"
    clock.now += 3600
    await of.refresh({PLACES["electricitymaps"]})
    await of.close()
    asked = [path.rpartition("/")[2] for _, path, _ in apis.asked]
    assert (asked.count("latest"), asked.count("history")) == (1, 0)


async def test_an_odd_figure_among_sound_ones_is_left_out(
    apis: GridApis, clock: Clock, told: Told
) -> None:
    apis.grams = lambda zone, at: 5000 if at < clock.now - 7200 else 120
    of = feed([apis.base("gb")], clock, told)
    await of.refresh({PLACES["gb"]})
    await of.close()
    assert value(of, "gb", clock) == (120, "gb", True)
    assert all(span.grams_per_kilowatt_hour == 120 for span in of.spans(PLACES["gb"], "live"))
    assert told.errors["grid", "gb", "implausible"] == 1


async def test_a_value_ages_out(apis: GridApis, clock: Clock, told: Told) -> None:
    of = feed([apis.base("gb")], clock, told)
    await of.refresh({PLACES["gb"]})
    apis.faults["gb"] = "503"
    known = of.spans(PLACES["gb"], "live")
    assert [known[-2].end, known[-1].start] == [NOON + 1800] * 2
    assert known[-1].end == NOON + 3600 + SOURCES["gb"].hold_seconds
    clock.now = known[-1].end - 1
    await of.refresh({PLACES["gb"]})
    assert value(of, "gb", clock) is not None
    clock.now += 1
    await of.refresh({PLACES["gb"]})
    await of.close()
    assert value(of, "gb", clock) is None
