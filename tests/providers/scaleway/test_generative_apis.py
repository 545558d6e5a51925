"""Tokens of Generative APIs: models that a project uses, by Cockpit's own series."""

from __future__ import annotations

from tests.fakes.scaleway import COCKPIT_TOKEN, PROJECT, FakeScaleway
from tests.providers.scaleway.support import by_name, connected

from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.promql import values_of
from cloud_carbon_exporter.providers.spec import Read

KIND = "generative_apis/model"
SERIES = "generative_apis_tokens_total"
MODEL = "llama-3.3-70b-instruct"
NOW = 1_800_000_000.0 + 5 * 3600
[SPEC] = [spec for spec in PROVIDER.services if spec.kind == KIND]


async def test_a_model_is_listed_where_cockpit_has_tokens_of_it() -> None:
    async with FakeScaleway() as fake, connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        fake.cockpits = {(PROJECT, "fr-par")}
        fake.series[SERIES] = [({"resource_name": MODEL, "type": "input_tokens"}, 2.0)]
        models = await by_name(client, KIND)
        model = models[MODEL]
        reads = [Read(model, metric, NOW - 4 * 3600) for metric in SPEC.metrics]
        reading = await client.series(reads, NOW)
    assert (model.id, model.location.region) == (f"generative_apis/{PROJECT}/{MODEL}", "fr-par")
    assert {part.per for part in model.components} == {"input_tokens", "output_tokens"}
    assert model.info["model"] == MODEL
    points = reading.points[model.id, "input_tokens"]
    assert [point.value for point in points] == [2.0] * 3
    assert {point.end - point.start for point in points} == {3600}


async def test_without_a_token_no_model_is_known() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.series[SERIES] = [({"resource_name": MODEL}, 2.0)]
        assert await by_name(client, KIND) == {}


def test_odd_rows_name_nothing() -> None:
    assert values_of([None, {}, {"metric": 3}, {"metric": {"a": "b"}}], "resource_name") == ()
