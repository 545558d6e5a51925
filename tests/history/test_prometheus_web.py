"""Answers of a Prometheus that is read: what counts as a whole one, and as a number."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed
from cloud_carbon_exporter.history.prometheus import Sample
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from tests.http.sites import serving


async def asked(answer: object) -> list[Sample]:
    async def answers(request: web.Request) -> web.Response:
        return web.json_response(text=json.dumps(answer))

    async with serving(answers) as site:
        read = PrometheusWeb(site.url, {})
        try:
            return [*await read.samples("up", 0)]
        finally:
            await read.close()


def vector(*values: str, **more: object) -> object:
    result = [{"metric": {"n": str(n)}, "value": [0, value]} for n, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": result}, **more}


async def test_what_is_no_number_is_not_zero_but_not_there() -> None:
    assert await asked(vector("1.5", "NaN", "+Inf", "0")) == [
        Sample({"n": "0"}, 1.5),
        Sample({"n": "3"}, 0.0),
    ]


async def test_a_scalar_is_one_sample_without_labels() -> None:
    answer = {"status": "success", "data": {"resultType": "scalar", "result": [0, "2"]}}
    assert await asked(answer) == [Sample({}, 2.0)]


async def test_a_part_of_an_answer_is_no_answer() -> None:
    """Thanos, Querying: a store that is down is a warning beside what the others have."""
    with pytest.raises(Incomplete, match=r"partial: .*store-2"):
        await asked(vector("1", warnings=["receive series from store-2: unavailable"]))


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"status": "success"},
        {"status": "error", "data": {"resultType": "vector", "result": []}},
        {"status": "success", "data": {"resultType": "matrix", "result": []}},
        {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}}]}},
    ],
)
async def test_what_is_no_vector_is_malformed(answer: object) -> None:
    with pytest.raises(Malformed) as raised:
        await asked(answer)
    assert isinstance(raised.value, CollectError)
    assert raised.value.provider == "prometheus"
