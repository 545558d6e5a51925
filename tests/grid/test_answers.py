"""Whatever a source answers, a Feed goes on: it takes sound Readings, or counts an error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.grid import SOURCES
from cloud_carbon_exporter.http.vector import Series, read_series
from tests.examples import examples
from tests.grid.support import PLACES, SECRETS, Clock, Told, feed

WORDS = [
    "data",
    "response",
    "results",
    "records",
    "history",
    "forecast",
    "carbonIntensity",
    "datetime",
    "from",
    "to",
    "intensity",
    "actual",
    "status",
    "result",
    "resultType",
    "value",
    "metric",
    "period",
    "fueltype",
    "date_heure",
    "nucleaire",
    "gaz",
    "Minutes5UTC",
    "CO2Emission",
    "PriceArea",
    "meta",
    "units",
    "data_point_period_seconds",
    "point_time",
    "token",
    "isEstimated",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        [
            "2026-09-22T12:00:00Z",
            "2026-09-22T12",
            "lbs_co2_per_mwh",
            "vector",
            "success",
            "NG",
            "-5",
            "9e999",
        ]
    ),
    st.text(max_size=5),
)
ANSWERS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)


class Answering:
    """A Web that answers every question alike."""

    argument = ""

    def __init__(self, answer: Any) -> None:
        self.kept: dict[str, tuple[str, float]] = {}
        self._answer = answer

    def secret(self, name: str) -> str:
        return SECRETS[name]

    def option(self, name: str) -> str:
        return ""

    async def json(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return self._answer

    async def text(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        return json.dumps(self._answer)

    async def samples(self, operation: str, query: str) -> Series:
        return read_series(json.dumps(self._answer).encode())


@pytest.mark.slow
@pytest.mark.parametrize("source", [name for name in SOURCES if name not in ("file", "energinet")])
@settings(max_examples=examples(60), deadline=None)
@given(answer=ANSWERS)
def test_no_answer_ends_a_feed(source: str, answer: Any) -> None:
    clock, told = Clock(), Told()

    async def asked() -> None:
        of = feed([f"{source}:http://localhost"], clock, told, method=SOURCES[source].method)
        of._asking._webs[0] = Answering(answer)
        await of.refresh({PLACES[source]})
        await of.close()
        held = of.spans(PLACES[source], SOURCES[source].method)
        for span in held:
            assert span.grams_per_kilowatt_hour == 0 or 1 <= span.grams_per_kilowatt_hour <= 1500
        assert held or told.errors

    asyncio.run(asked())
