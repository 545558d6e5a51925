"""Generative APIs: the tokens a project sends through each model; what serves them is not told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cloud_carbon_exporter.model.language_models import components
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

KIND = "generative_apis/model"
# "All models are currently hosted in a secure data center located in Paris" (Generative APIs FAQ).
REGION = "fr-par"
MODEL = "resource_name"
# The FAQ's own query names the series, its labels `resource_name` and `type`, and both types.
SERIES = "generative_apis_tokens_total"
USED = f"group by ({MODEL}) (last_over_time({SERIES}{{}}[14d]))"
HOUR_SECONDS = 3600.0

# Graphs "can take up to 1 hour to update token consumption" (the same page).
TOKENS_TOLD = ("input_tokens", "output_tokens")


async def _models_in_use(api: Api, scope: Scope, raws: Sequence[Raw]) -> Sequence[Raw]:
    """Models that the projects of a page have sent tokens through in the last two weeks."""
    asked = (api.label_values(str(raw["id"]), REGION, USED, MODEL) for raw in raws)
    models: list[Raw] = []
    for project, names in zip(raws, await asyncio.gather(*asked), strict=True):
        shared = {"project_id": project["id"], "region": REGION}
        models += [{**shared, "id": name, "name": name} for name in names]
    return models


def _model(raw: Raw, scope: Scope) -> Description:
    """One model as a project uses it. Names of models are no ids, so ours says whose use it is."""
    name = str(raw.get("name") or raw["id"])
    model = parse(raw, scope, identity=f"generative_apis/{raw.get('project_id')}/{name}")
    return model.described(
        running=components(name, TOKENS_TOLD), info={"host_type": name, "model": name}
    )


def _tokens(signal: str) -> Metric:
    return Metric(
        into=signal,
        name=f'sum by ({MODEL}) (rate({SERIES}{{type="{signal}"}}[1h]))',
        statistic="rate",
        dimensions={MODEL: "resource_id"},
        period_seconds=HOUR_SECONDS,
        delay_seconds=HOUR_SECONDS,
        valid_seconds=3 * HOUR_SECONDS,
        absent=0,
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=listing(
        "ListProjects",
        "account/v3/projects",
        "projects",
        kind=KIND,
        permission="ProjectReadOnly",
        lookup=projects,
        expand=_models_in_use,
    ),
    describe=_model,
    metrics=tuple(_tokens(signal) for signal in TOKENS_TOLD),
    reason="An energy for each token it writes or reads, by the size of the model, from "
    "measurements of open ones. Models are those that Cockpit has tokens of.",
)
