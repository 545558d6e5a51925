"""Hours of bills in the store: never beside counted ones, replaced as a whole, and kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.query import Query, summed
from cloud_carbon_exporter.history.series import (
    AlikeHours,
    BilledHours,
    HeldRow,
    HourRow,
    Series,
    Span,
)
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.tables import STEPS, migrate
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS, Amounts, Group
from cloud_carbon_exporter.model.sums import Reach, Sum

START = 20_000 * DAY_SECONDS
HOURS = 48
WEB = Group("aws", "1", "eu-west-3", "ec2/instance")
OTHER = Group("aws", "2", "eu-west-3", "ec2/instance")
COUNTED, BILLED = 1000.0, 10.0


def of_bill(group: Group = WEB, joules: float = BILLED, first: int = START) -> BilledHours:
    """Two days of a bill, of so many joules in each hour, known to a fifth."""
    hours = [(first + hour * HOUR_SECONDS, joules, 2.0, 3.0) for hour in range(HOURS)]
    whole = joules * HOURS
    reach = Reach({"grid": whole / 5}, (whole / 10) ** 2)
    amounts = Amounts(Sum(whole, reach, reach, "default"), Sum(2.0 * HOURS), Sum(3.0 * HOURS))
    return BilledHours(Series(group, "default"), amounts, hours)


def span(group: Group = WEB, first: float = START, hours: float = HOURS) -> Span:
    return Span(group.provider, group.account_id, first, first + hours * HOUR_SECONDS)


def count(store: Store, first: float, last: float, group: Group = WEB) -> None:
    """Count the time [first, last), hour by hour, as the recorder does."""
    hour = first // HOUR_SECONDS * HOUR_SECONDS
    rows: list[HourRow] = []
    while hour < last:
        rows.append(HourRow(int(hour), Series(group, "measured"), Amounts(Sum(COUNTED))))
        hour += HOUR_SECONDS
    store.add(rows, [Span(group.provider, group.account_id, first, last)])


def joules(store: Store, first: int = START, hours: int = HOURS) -> dict[int, float]:
    until = first + hours * HOUR_SECONDS
    found = store.reader.find(first, until, "hour")
    sums = summed(found, Query(first, until, {}, "hour"))
    return {(row.start - START) // HOUR_SECONDS: row.amounts.energy_joules.value for row in sums}


def test_a_bill_fills_what_nobody_counted() -> None:
    store = in_memory()
    count(store, START + 10.5 * HOUR_SECONDS, START + 12 * HOUR_SECONDS)
    kept = store.bill([of_bill()], [span()])
    assert kept == {("aws", "1"): (HOURS - 2, 2)}
    told = joules(store)
    assert len(told) == HOURS
    assert {hour for hour, value in told.items() if value == COUNTED} == {10, 11}
    assert {value for hour, value in told.items() if hour not in (10, 11)} == {BILLED}


def test_what_is_counted_later_takes_the_place_of_the_bill() -> None:
    """As after a night without the exporter: its clouds tell what ran, and so it counts back."""
    store = in_memory()
    store.bill([of_bill()], [span()])
    count(store, START + 20 * HOUR_SECONDS, START + 21.25 * HOUR_SECONDS)
    told = joules(store)
    assert (told[19], told[20], told[21], told[22]) == (BILLED, COUNTED, COUNTED, BILLED)
    count(store, START + 21.25 * HOUR_SECONDS, START + 22 * HOUR_SECONDS)
    assert joules(store)[21] == 2 * COUNTED, "the hour goes on, and nothing of it is dropped"


def test_twice_the_same_bill_is_that_bill() -> None:
    store = in_memory()
    for _ in range(2):
        store.bill([of_bill()], [span()])
    assert joules(store) == dict.fromkeys(range(HOURS), BILLED)


def test_a_restated_bill_replaces_its_time_and_no_other_account() -> None:
    store = in_memory()
    store.bill([of_bill(), of_bill(OTHER)], [span(), span(OTHER)])
    # Restated: the second day alone, and of another kind.
    later = START + DAY_SECONDS
    database = WEB._replace(kind="rds/db_instance")
    hours = of_bill(database, 7.0, later)
    restated = hours._replace(hours=hours.hours[:24])
    store.bill([restated], [span(first=later, hours=24)])
    told = joules(store)
    assert {told[hour] for hour in range(24)} == {2 * BILLED}
    assert {told[hour] for hour in range(24, HOURS)} == {BILLED + 7}


def test_a_bill_that_breaks_off_leaves_all_as_it_was() -> None:
    store = in_memory()
    store.bill([of_bill()], [span()])

    def broken() -> Iterator[BilledHours]:
        yield of_bill(joules=99.0)
        raise RuntimeError("the file ends here")

    with pytest.raises(RuntimeError):
        store.bill(broken(), [span()])
    assert joules(store) == dict.fromkeys(range(HOURS), BILLED)


def test_its_errors_come_back() -> None:
    store = in_memory()
    store.bill([of_bill()], [span()])
    until = START + HOURS * HOUR_SECONDS
    (row,) = summed(store.reader.find(START, until, ""), Query(START, until, {}))
    energy = row.amounts.energy_joules
    assert energy.value == pytest.approx(BILLED * HOURS)
    assert energy.down.by_fact == {"grid": pytest.approx(energy.value / 5, rel=1e-3)}
    assert energy.down.own**0.5 == pytest.approx(energy.value / 10, rel=1e-3)
    assert row.seconds == HOURS * HOUR_SECONDS
    assert store.reader.ends() == (START, until)
    assert store.reader.has_bill(START, until)


def test_years_of_a_bill_outlive_what_is_counted() -> None:
    store = in_memory()
    store.bill([of_bill()], [span()])
    count(store, START + HOURS * HOUR_SECONDS, START + (HOURS + 24) * HOUR_SECONDS)
    store.forget(START + 1000 * DAY_SECONDS)
    assert joules(store, hours=HOURS + 24) == dict.fromkeys(range(HOURS), BILLED)


def test_hardware_is_kept_by_the_day() -> None:
    store = in_memory()
    row = HeldRow(START, "aws", "1", "eu-west-3", "ec2/instance", "vcpu", 3600.0)
    for _ in range(2):
        store.add((), [span()], [row])
    found = store.reader.held(START, START + DAY_SECONDS)
    assert found.rows == [row._replace(amount=7200.0)]
    assert found.kept_from == 0
    store.forget(START + 3 * DAY_SECONDS)
    assert store.reader.held(START, START + DAY_SECONDS).rows == []


def test_a_file_of_before_keeps_hardware_from_its_end_on() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    migrate(database, STEPS[:1])
    database.execute("INSERT INTO spans VALUES ('aws', '1', ?, ?)", (START, START + 5000))
    store = Store(database)
    assert store.reader.held(START, START + DAY_SECONDS).kept_from == START + 5000


def test_a_made_up_past_takes_the_place_of_a_bill_as_counting_does() -> None:
    store = in_memory()
    store.bill([of_bill()], [span()])
    assert not store.reader.has_counted()
    hour = START + 5 * HOUR_SECONDS
    past = AlikeHours(
        Series(WEB, "measured"), Amounts(Sum(COUNTED)), [(hour, 1.0, 1.0)], (("vcpu", 7200.0),)
    )
    store.fill(iter([past]))
    assert store.reader.has_counted()
    told = joules(store)
    assert (told[4], told[5], told[6]) == (BILLED, COUNTED, BILLED)
    (row,) = store.reader.held(START, START + DAY_SECONDS).rows
    assert (row.name, row.amount) == ("vcpu", 7200.0)
