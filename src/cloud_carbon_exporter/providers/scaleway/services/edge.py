"""Pipelines of Edge Services: caches and proxies before a bucket, a load balancer, a container."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# A warning is a pipeline that lacks a stage, and passes nothing yet.
STATES = states(running="ready error locked", gone="pending warning")

WHY = "the proxies and caches are not told"


def _pipeline(raw: Raw, scope: Scope) -> Description:
    share = Component("fixed", "scaleway/edge-pipeline", 1, assumed=WHY)
    return parse(raw, scope).described(running=[share])


SPEC = ServiceSpec(
    kind="edge_services/pipeline",
    listing=listing(
        "ListPipelines",
        "edge-services/v1beta1/pipelines",
        "pipelines",
        kind="edge_services/pipeline",
        permission="EdgeServicesReadOnly",
        lookup=projects,
    ),
    describe=_pipeline,
    states=STATES,
    searched_as="edg_pipeline",
    reason="A share of common proxies and caches; what they hold and pass the API does not tell.",
)
