"""Advice that is remembered: what was decided, what was done, and what it is claimed to save."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from cloud_carbon_exporter.advice.rules import advise
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.collect import advice_book
from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.followed import Followed
from cloud_carbon_exporter.model.snapshot import Outcome, Row, Snapshot
from cloud_carbon_exporter.model.types import Component
from tests.advice.estates import DAY, NOW, machine_row, row_of
from tests.collect.test_advising import STEP, hours
from tests.collect.test_collector import new_collector, vm
from tests.fakes.cloud import Clock, Cloud

LISTED = (
    Outcome("aws", "1", "eu-west-1", "ec2/instance", last_success=NOW),
    Outcome("aws", "1", "eu-west-1", "ec2/volume", last_success=NOW),
    Outcome("aws", "1", "eu-west-1", "logs/log_group", last_success=NOW),
)
DISK = (Component("block", "aws/gp3", 500),)


class Estate:
    """Rows over days, each at a load, with a look for advice at the end of each day."""

    def __init__(self) -> None:
        self.now = NOW
        self.statistics = LoadStatistics()
        self.book = AdviceBook()

    def days(
        self,
        number: int,
        rows: Sequence[Row],
        load: float = 0.01,
        listings: Iterable[Outcome] = LISTED,
    ) -> tuple[Followed, ...]:
        for _ in range(number):
            for row in rows:
                loads = {"cpu_ratio": load, "bytes": load}
                self.statistics.add(row.resource, loads, self.now, self.now + DAY)
            self.now += DAY
            look = Look("location")
            found = advise(
                rows, lambda name: self.statistics.evidence(name, self.now), look, self.now
            )
            shown = Snapshot(self.now, tuple(rows), listings=tuple(listings))
            deque(self.book.follow(found, shown, self.statistics, look), maxlen=0)
        return self.book.followed

    def restart(self) -> None:
        kept = json.loads(json.dumps(list(self.book.dump())))
        self.book = AdviceBook()
        self.book.load(kept)


def named(row: Row, name: str) -> Row:
    return replace(row, resource=replace(row.resource, id=name))


IDLE, OTHER = named(machine_row(), "i-idle"), named(machine_row("c5.large"), "i-other")


@pytest.fixture
def estate() -> Estate:
    told = Estate()
    assert told.days(16, [IDLE, OTHER]) == ()
    return told


def test_what_is_deleted_saves_all_it_emitted_from_the_day_after_on(estate: Estate) -> None:
    assert estate.days(1, [OTHER]) == ()
    estate.restart()
    (found,) = estate.days(1, [OTHER])
    assert (found.id, found.way, found.accepted) == ("idle:i-idle", "gone", False)
    assert found.since == NOW + 17 * DAY
    assert found.told_at == NOW + 14 * DAY
    saved, before = found.saved_grams_per_second, found.before_grams_per_second
    assert saved.value == pytest.approx(before.value)
    assert 0 < saved.lower < saved.value < saved.upper
    assert found.after_grams_per_second.value == 0


def test_it_is_told_for_thirteen_months(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice_book, "FOLLOWED_SECONDS", 5 * DAY)
    assert estate.days(3, [OTHER])
    assert not estate.days(5, [OTHER])
    assert len(list(estate.book.dump())) == 1  # that of the other one


def test_what_comes_back_saves_nothing(estate: Estate) -> None:
    assert estate.days(3, [OTHER])
    assert estate.days(1, [IDLE, OTHER]) == ()


def test_a_listing_that_fails_is_no_saving(estate: Estate) -> None:
    failing = [replace(LISTED[0], error="AccessDenied"), *LISTED[1:]]
    assert estate.days(5, [OTHER], listings=failing) == ()
    assert estate.days(5, [OTHER], listings=()) == ()
    assert estate.days(2, [OTHER])
    assert estate.days(2, [OTHER], listings=failing), "what is gone stays so"


def test_what_another_took_the_place_of_is_not_claimed(estate: Estate) -> None:
    """A group starts machines anew: of three gone and one new, two at most are saved."""
    new = named(IDLE, "i-new")
    assert estate.days(3, [OTHER, new]) == ()
    another = Estate()
    idle = [named(IDLE, f"i-{number}") for number in range(3)]
    another.days(16, idle)
    assert len(another.days(3, [new])) == 2


def test_what_a_person_accepted_is_claimed_whatever_came(estate: Estate) -> None:
    estate.book.decide("idle:i-idle", "accepted", estate.now)
    estate.restart()
    (found,) = estate.days(3, [OTHER, named(IDLE, "i-new")])
    assert found.accepted


def test_what_was_dismissed_is_not_followed_up(estate: Estate) -> None:
    fresh = Estate()
    fresh.book.decide("idle:i-idle", "dismissed", fresh.now)
    fresh.days(16, [IDLE])
    assert fresh.days(3, []) == ()


def test_a_stopped_machine_saves_what_its_disk_does_not_take(estate: Estate) -> None:
    stopped = replace(IDLE, resource=replace(IDLE.resource, components=DISK))
    (found,) = estate.days(2, [stopped, OTHER])
    assert found.way == "stopped"
    before, after = found.before_grams_per_second, found.after_grams_per_second
    assert 0 < after.value < before.value
    assert found.saved_grams_per_second.value == pytest.approx(before.value - after.value)


def test_a_machine_that_is_busy_now_is_forgotten(estate: Estate) -> None:
    assert estate.days(40, [IDLE, OTHER], load=0.6) == ()
    assert not list(estate.book.dump())


def test_a_machine_of_the_advised_type_is_told_after_its_own_two_weeks() -> None:
    estate = Estate()
    large, smaller = machine_row("m5.4xlarge"), machine_row("m5.2xlarge")
    estate.days(16, [large], load=0.2)
    assert estate.days(13, [smaller], load=0.4) == ()
    (found,) = estate.days(3, [smaller], load=0.4)
    assert (found.id, found.way) == ("oversized:r", "changed")
    before, after = found.before_grams_per_second, found.after_grams_per_second
    assert found.saved_grams_per_second.value == pytest.approx(before.value - after.value)


@pytest.mark.parametrize("became", ["m5.xlarge", "c5.2xlarge"])
def test_a_machine_of_another_type_than_was_advised_is_not_claimed(became: str) -> None:
    estate = Estate()
    estate.days(16, [machine_row("m5.4xlarge")], load=0.2)
    assert estate.days(20, [machine_row(became)], load=0.3) == ()


def test_a_machine_that_was_told_to_be_smaller_and_is_gone_is_not_claimed() -> None:
    estate = Estate()
    estate.days(16, [machine_row("m5.4xlarge")], load=0.2)
    assert estate.days(5, []) == ()


def test_a_disk_that_is_attached_again_is_not_claimed_and_one_that_is_gone_is() -> None:
    loose = row_of(DISK, info={"attached": "false"})
    used = row_of(DISK, info={"attached": "true"})
    for then, claimed in (([used], 0), ([], 1)):
        estate = Estate()
        estate.days(16, [loose])
        assert len(estate.days(3, then)) == claimed


def test_logs_that_expire_save_what_is_held_no_more() -> None:
    def group(gib: float, retention: str) -> Row:
        parts = (
            Component("object", "aws/cloudwatch-logs", gib),
            Component("network", "intra", 1, per="bytes"),
        )
        return row_of(parts, kind="logs/log_group", info={"retention": retention})

    estate = Estate()
    estate.days(16, [group(900, "never")])
    (found,) = estate.days(2, [group(20, "90")])
    assert (found.id, found.way) == ("log_retention:r", "expires")
    assert found.after_grams_per_second.value < found.before_grams_per_second.value / 10


def test_marks_move_with_the_clock(estate: Estate) -> None:
    estate.days(3, [OTHER])
    (before,) = estate.book.followed
    estate.book.move(5 * DAY)
    estate.now += 5 * DAY
    (after,) = estate.days(1, [OTHER])
    assert (after.told_at, after.since) == (before.told_at + 5 * DAY, before.since + 5 * DAY)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice_book, "MOST_TOLD", 3)
    monkeypatch.setattr(advice_book, "MOST_DECIDED", 3)
    estate = Estate()
    estate.days(16, [named(IDLE, f"i-{number}") for number in range(9)])
    for number in range(9):
        estate.book.decide(f"idle:i-{number}", "accepted", estate.now)
    kinds = [row[0] for row in estate.book.dump()]
    assert kinds == ["decision"] * 3 + ["told"] * 3
    assert estate.book.decision("idle:i-0") is None
    assert estate.book.decision("idle:i-8") == "accepted"


def test_a_decision_marks_and_is_taken_back() -> None:
    estate, book = Estate(), AdviceBook()
    estate.days(15, [IDLE])
    found = advise(
        [IDLE],
        lambda name: estate.statistics.evidence(name, estate.now),
        Look("location"),
        estate.now,
    )
    book.decide("idle:i-idle", "dismissed", 0)
    assert [each.decision for each in book.marked(found) if each.kind == "idle"] == ["dismissed"]
    book.decide("idle:i-idle", None, 0)
    assert book.marked(found) == found


@pytest.mark.parametrize("rows", [[["told"]], [["decision", "x"]], [["told", *[None] * 9]], [[]]])
def test_nonsense_is_refused(rows: list[list[object]]) -> None:
    with pytest.raises((TypeError, ValueError)):
        AdviceBook().load(rows)


def test_what_a_newer_version_knows_is_passed_over(estate: Estate) -> None:
    rows = [list(row) for row in estate.book.dump()]
    newer = list(rows[0])
    newer[1] = "sleep_at_night"
    book = AdviceBook()
    book.load([newer, ["decision", "x", "perhaps", 1.0], *rows])
    assert [list(row) for row in book.dump()] == rows


async def test_a_collector_sees_what_was_done() -> None:
    clock = Clock()
    cloud = Cloud(estate={"eu-west-1": [vm()]})
    collector = new_collector(clock, cloud)
    for _ in range(15 * 4):
        await collector.refresh()
        await collector.advise()
        hours(cloud, clock.now, clock.now + STEP, 0.01)
        clock.now += STEP
    assert "idle" in {each.kind for each in collector.snapshot.advice}
    cloud.estate["eu-west-1"].clear()
    cloud.fail["eu-west-1"] = CollectError("broken")
    for _ in range(8):
        await collector.refresh()
        await collector.advise()
        clock.now += STEP
    assert not collector.snapshot.followed
    cloud.fail.clear()
    for _ in range(8):
        await collector.refresh()
        await collector.advise()
        clock.now += STEP
    await collector.publish()
    (found,) = collector.snapshot.followed
    assert found.subject == "i-1"
    await collector.close()
