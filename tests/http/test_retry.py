"""Retries: when another try is made, how long before it, and what Retry-After means."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import Malformed, Throttled, Unreachable
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.session import Silence

HASTY = Patience(tries=4, first_pause_seconds=0.001)
THROTTLED = Throttled("slow down")


class Attempts:
    """Fails as it is told, then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.made = 0

    async def __call__(self) -> int:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.made


async def test_what_may_pass_is_tried_again() -> None:
    attempts = Attempts(Again(THROTTLED), Again(THROTTLED))
    assert await persistent(attempts, HASTY) == 3


async def test_the_last_error_is_raised_after_so_many_tries() -> None:
    last = Unreachable("still not")
    attempts = Attempts(*[Again(THROTTLED)] * 3, Again(last), Again(THROTTLED))
    with pytest.raises(Unreachable) as raised:
        await persistent(attempts, HASTY)
    assert raised.value is last and attempts.made == HASTY.tries


async def test_what_will_not_pass_is_raised_at_once() -> None:
    attempts = Attempts(Malformed("no JSON"))
    with pytest.raises(Malformed):
        await persistent(attempts, HASTY)
    assert attempts.made == 1


async def test_a_failure_may_be_worth_fewer_tries() -> None:
    attempts = Attempts(*[Again(THROTTLED, tries=2)] * 4)
    with pytest.raises(Throttled):
        await persistent(attempts, HASTY)
    assert attempts.made == 2


async def test_silence_is_tried_twice_as_it_costs_a_timeout_each_time() -> None:
    async def silent() -> int:
        raise Silence("no answer")

    async def gone() -> int:
        raise Unreachable("no connection")

    with pytest.raises(Again) as of_silence:
        await again_if_unreachable(silent())
    with pytest.raises(Again) as of_nobody:
        await again_if_unreachable(gone())
    assert (of_silence.value.tries, of_nobody.value.tries) == (2, None)


async def test_no_pause_ends_after_the_deadline() -> None:
    patience = Patience(longest_pause_seconds=60, deadline_seconds=10)
    attempts = Attempts(Again(THROTTLED, after_seconds=30))
    before = time.monotonic()
    with pytest.raises(Throttled):
        await persistent(attempts, patience)
    assert attempts.made == 1 and time.monotonic() - before < 25


@given(
    tried=st.integers(1, 10),
    asked=st.none() | st.floats(0, 100),
    elapsed=st.floats(0, 200),
    tries=st.none() | st.integers(1, 5),
)
def test_a_pause_is_bounded_and_never_shorter_than_asked(
    tried: int, asked: float | None, elapsed: float, tries: int | None
) -> None:
    patience = Patience(tries=5, longest_pause_seconds=30, deadline_seconds=120)
    pause = patience.pause_seconds(Again(THROTTLED, asked, tries), tried, elapsed)
    if pause is None:
        return
    assert tried < min(5, tries or 5)
    assert (asked or 0) < pause <= 2 * patience.longest_pause_seconds
    assert elapsed + pause <= patience.deadline_seconds


def test_two_callers_refused_together_do_not_come_back_together() -> None:
    again = Again(THROTTLED, after_seconds=5)
    assert len({Patience().pause_seconds(again, 1, 0) for _ in range(20)}) > 1


DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "9" * 400}, 2**31),
        ({"Retry-After": "Sun, 06 Nov 1994 08:49:44 GMT", "Date": DATE}, 7),
        ({"Retry-After": "Sunday, 06-Nov-94 08:49:44 GMT", "Date": DATE}, 7),  # RFC 850
        ({"Retry-After": "Sun Nov  6 08:49:44 1994", "Date": DATE}, 7),  # asctime
        ({"Retry-After": DATE}, 0),
        ({"Retry-After": "Sun, 06 Nov 1994 08:49:30 GMT", "Date": DATE}, 0),
    ],
)
def test_retry_after_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_asked(headers) == seconds


def test_a_date_is_held_against_our_clock_where_the_answer_has_none() -> None:
    asked = seconds_asked({"Retry-After": formatdate(time.time() + 100, usegmt=True)})
    assert asked is not None and 90 < asked <= 100
