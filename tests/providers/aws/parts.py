"""What a described resource holds, in a form tests can compare; and what it draws."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.types import Footprint, Resource
from cloud_carbon_exporter.providers.spec import Metric, Scope, ServiceSpec

PARIS = Scope("aws", ACCOUNT, "eu-west-3")


def parts(resource: Resource) -> dict[str, float]:
    """Amount by kind, and by part but for processors and memory; with "per" and the signal that
    says how much.
    """
    found: dict[str, float] = {}
    for held in resource.components:
        name = held.kind if held.kind in ("vcpu", "memory") else f"{held.kind} {held.part}"
        key = f"{name} per {held.per}" if held.per else name
        found[key] = found.get(key, 0) + held.amount
    return found


def footprint(resource: Resource, **loads: float) -> Footprint:
    """Its footprint in Paris at these loads."""
    return estimate(resource, loads, place("aws", "eu-west-3"), None)


def watts(resource: Resource, **loads: float) -> float:
    """Its central power in Paris at these loads."""
    return footprint(resource, **loads).power_watts.value


def read(spec: ServiceSpec, resource: Resource) -> dict[str, tuple[Metric, Mapping[str, str]]]:
    """The series that would be asked for: name -> (metric, dimensions)."""
    return {
        metric.name: (
            metric,
            {
                **metric.fixed,
                **{name: resource.monitor[key] for name, key in metric.dimensions.items()},
            },
        )
        for metric in spec.metrics
        if all(
            key in resource.monitor
            for key in (*metric.dimensions.values(), *filter(None, (metric.over,)))
        )
    }


class Asked(ReplayClient):
    """Answers from a recording, remembers what it was asked, and fails details with `error` where
    there is one.
    """

    def __init__(self, answers: Mapping[str, Any], error: CollectError | None = None) -> None:
        super().__init__(answers)
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._error = error

    async def call(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> Mapping[str, Any]:
        self.asked.append((operation, params))
        if self._error:
            raise self._error
        return await super().call(scope, api, operation, params)

    async def answers(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> AsyncIterator[Mapping[str, Any]]:
        self.asked.append((operation, params))
        if self._error and len(self.asked) > 1:
            raise self._error
        async for answer in super().answers(scope, api, operation, params):
            yield answer
