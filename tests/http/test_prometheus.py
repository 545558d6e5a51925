"""What holds for every reader of a Prometheus: the cluster's, the history's and the grid's."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.grid import prometheus as grid_source
from cloud_carbon_exporter.grid import web as grid
from cloud_carbon_exporter.grid.spec import Ask
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from cloud_carbon_exporter.http import vector as reading
from cloud_carbon_exporter.http.prometheus import place
from cloud_carbon_exporter.http.vector import ANY_LABELS, Sample, read_in_pieces, read_series
from cloud_carbon_exporter.kubernetes.prometheus import Prometheus
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from tests.http.sites import Handler, Site, explodes, serving

SECRET = "planted-and-never-to-be-seen-elsewhere"
NOON = 1_790_078_400.0
VECTOR = {"resultType": "vector", "result": [{"metric": {"zone": "FR"}, "value": [NOON, "5"]}]}
WHOLE = {"status": "success", "data": VECTOR}


@dataclass(frozen=True)
class Reader:
    """A reader. values: what one query of it comes to. query: how its errors call that."""

    name: str
    values: Callable[[str, Path], Awaitable[Sequence[float]]]
    query: str


async def of_cluster(url: str, folder: Path) -> Sequence[float]:
    token = folder / "token"
    token.write_text(SECRET)
    settings = ClusterSettings(cluster="prod", url=url, token_file=str(token))
    asked = Prometheus(settings, lambda operation, outcome: None)
    try:
        return [value for _, value in (await asked.ask("nodes")).samples]
    finally:
        await asked.close()


async def of_history(url: str, folder: Path) -> Sequence[float]:
    read = PrometheusWeb(url, {"Authorization": f"Bearer {SECRET}"})
    try:
        return [sample.value for sample in await read.samples("up", NOON)]
    finally:
        await read.close()


async def of_grid(url: str, folder: Path) -> Sequence[float]:
    session = grid.open_session()
    with_user = url.replace("://", f"://carbon:{SECRET}@")
    source = grid.SourceWeb(session, "prometheus", "", argument=with_user)
    try:
        found = await grid_source.live(source, Ask("FR", NOON - 300, NOON))
    finally:
        await session.close()
    return [intensity.grams_per_kilowatt_hour for intensity in found]


READERS = (
    Reader("kubernetes", of_cluster, "nodes"),
    Reader("history", of_history, "up"),
    Reader("grid", of_grid, 'grid_intensity_carbon_average{location="FR"}'),
)

every = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


def answers(document: object, status: int = 200) -> Handler:
    body = document if isinstance(document, str) else json.dumps(document)

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=body, status=status)

    return handle


def vector(*values: str) -> dict[str, object]:
    result = [{"metric": {"n": str(n)}, "value": [NOON, value]} for n, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


async def error_of(
    reader: Reader, handler: Handler, folder: Path, path: str = ""
) -> tuple[Site, CollectError]:
    """What a reader says is wrong, and who was asked."""
    async with serving(handler) as site:
        with pytest.raises(CollectError) as raised:
            await reader.values(site.url + path, folder)
    return site, raised.value


@every
async def test_a_whole_answer_is_read(reader: Reader, tmp_path: Path) -> None:
    async with serving(answers(WHOLE)) as site:
        assert await reader.values(site.url, tmp_path) == [5.0]
        _, headers = site.asked[0]
    assert headers["Authorization"].startswith(("Bearer planted", "Basic "))


@every
async def test_what_is_no_number_is_not_there(reader: Reader, tmp_path: Path) -> None:
    async with serving(answers(vector("NaN", "+Inf", "-Inf", "7"))) as site:
        assert await reader.values(site.url, tmp_path) == [7.0]


@every
async def test_what_is_said_of_the_wording_of_a_query_is_no_warning(
    reader: Reader, tmp_path: Path
) -> None:
    """As Prometheus 2.48 to 2.53 told it, and as later ones do."""
    said = ["PromQL info: metric might not be a counter, name does not end in _total"]
    for where in ("warnings", "infos"):
        async with serving(answers({**WHOLE, where: said})) as site:
            assert await reader.values(site.url, tmp_path) == [5.0]


@every
async def test_a_scalar_is_one_sample(reader: Reader, tmp_path: Path) -> None:
    scalar = {"status": "success", "data": {"resultType": "scalar", "result": [NOON, "2"]}}
    async with serving(answers(scalar)) as site:
        assert await reader.values(site.url, tmp_path) == [2.0]


FAULTS = [
    ({**WHOLE, "warnings": ["store-2 is down"]}, 200, "incomplete", "partial: ['store-2 is down']"),
    ({"status": "error", "error": "too many samples"}, 422, "malformed", "422: too many samples"),
    ({"status": "error", "error": "too many samples"}, 200, "malformed", "too many samples"),
    ("<html>log in</html>", 200, "malformed", "the answer is HTML"),
    ("[[[", 200, "malformed", "no JSON"),
    ("[" * 100_000, 200, "malformed", "no JSON"),
    ("", 302, "malformed", "302"),
    ("", 401, "credentials_refused", "401"),
    ("", 403, "permission_missing", "403"),
    ("", 404, "not_there", "404"),
    ([], 200, "malformed", "no success"),
    ({"status": "success"}, 200, "malformed", "no vector"),
    ({"status": "success", "data": {"resultType": "matrix"}}, 200, "malformed", "no vector"),
    (
        {"status": "success", "data": {"resultType": "vector", "result": [{}]}},
        200,
        "malformed",
        "no vector",
    ),
    (vector("five"), 200, "malformed", "no vector"),
]


@every
@pytest.mark.parametrize(("document", "status", "reason", "words"), FAULTS)
async def test_what_is_no_whole_answer_is_said(
    reader: Reader, document: object, status: int, reason: str, words: str, tmp_path: Path
) -> None:
    _, error = await error_of(reader, answers(document, status), tmp_path)
    assert error.reason == reason
    assert words in str(error)


@every
async def test_an_error_names_query_and_server_and_no_secret(
    reader: Reader, tmp_path: Path
) -> None:
    key = "k" * 50

    async def echoes(request: web.Request) -> web.Response:
        said = f"{request.headers['Authorization']} may not"
        return web.json_response({"status": "error", "error": said}, status=403)

    site, error = await error_of(reader, echoes, tmp_path, f"/select/0/{key}/prometheus?token=abc")
    port = site.url.rpartition(":")[2]
    assert f"query {reader.query} of http://127.0.0.1:{port}/select/0/***/prometheus" in str(error)
    for secret in (SECRET, key, "abc", "carbon:"):
        assert secret not in str(error)


@every
async def test_no_answer_is_larger_than_its_bound(reader: Reader, tmp_path: Path) -> None:
    _, error = await error_of(reader, explodes, tmp_path)
    assert error.reason == "malformed"
    assert "MiB" in str(error)


@every
async def test_it_is_asked_again_when_told_to(reader: Reader, tmp_path: Path) -> None:
    said = [503]

    async def later(request: web.Request) -> web.Response:
        if said:
            return web.Response(status=said.pop(), headers={"Retry-After": "0"})
        return web.json_response(WHOLE)

    async with serving(later) as site:
        assert await reader.values(site.url, tmp_path) == [5.0]
        assert len(site.asked) == 2


def test_bounds_of_values_and_places() -> None:
    body = json.dumps(vector("-1", "0", "9")).encode()
    assert [value for _, value in read_series(body, 0.0, 9.0).samples] == [0.0]
    assert place(f"https://u:{SECRET}@prom.example:81/api/prom/?q={SECRET}#x") == (
        "https://prom.example:81/api/prom"
    )


@given(
    st.lists(st.tuples(st.text(max_size=8), st.floats() | st.just("x")), max_size=9),
    st.integers(1, 200),
    st.booleans(),
)
def test_in_pieces_an_answer_says_the_same(
    told: list[tuple[str, object]], piece: int, spaced: bool
) -> None:
    """Labels hold what looks like the end of a series; some values are none."""
    result = []
    for number, (text, value) in enumerate(told):
        labels = {"a": f'{text},{{"metric":', "n": str(number)}
        result.append({"metric": labels, "value": [NOON, str(value)]})
    document = {"status": "success", "data": {"resultType": "vector", "result": result}}
    body = json.dumps(document, separators=None if spaced else (",", ":")).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_PIECE_BYTES", piece)
        if any(value == "x" for _, value in told):
            with pytest.raises(Malformed):
                list(read_in_pieces(body, ANY_LABELS).samples)
            return
        pieces, whole = read_in_pieces(body, ANY_LABELS), read_series(body)
        assert pieces.at == whole.at
        found = list(pieces.samples)
    assert sorted(found, key=_number) == sorted(whole.samples, key=_number)


def _number(sample: Sample) -> int:
    return int(sample[0]["n"])


@pytest.mark.parametrize("extra", [{"warnings": ["a store is down"]}, {"status": "error"}])
def test_in_pieces_a_part_of_an_answer_is_none_before_anything_is_read(
    extra: dict[str, object],
) -> None:
    body = json.dumps({**vector("1", "2", "3"), **extra}, separators=(",", ":")).encode()
    with pytest.raises(CollectError):
        read_in_pieces(body, ANY_LABELS)


@pytest.mark.parametrize(
    "series",
    [
        b'{"metric":{"n":"\xff"},"value":[1,"5"]}',
        b'{"metric":{"n":"1"},"value":[1,NaN]}',
        b'{"metric":{"n":"1"},"value":[1,1e999]}',
        b'{"metric":{"n":"1"},"value":["now","5"]}',
        b'{"metric":{"n":1},"value":[1,"5"]}',
        b'{"metric":{"n":null},"value":[1,"5"]}',
        b'{"metric":{"n":"1"},"value":[1]}',
        b'{"metric":{"n":"1"},"histogram":[1,{}]}',
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_what_no_prometheus_writes_is_no_answer_wherever_it_stands(
    series: bytes, *, last: bool
) -> None:
    sound = b'{"metric":{"n":"2"},"value":[1,"5"]}'
    told = (sound, sound, series) if last else (sound, series, sound)
    body = b'{"status":"success","data":{"resultType":"vector","result":[%b]}}' % b",".join(told)
    with pytest.raises(Malformed):
        read_series(body)
    with pytest.raises(Malformed):
        list(read_in_pieces(body, ANY_LABELS).samples)
    assert len(read_series(body.replace(series, sound)).samples) == 3
