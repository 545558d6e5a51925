"""Recorded answers of AWS behind the client's own surface: what a service's tests stand on.

A recording is tests/replay/aws/<module>.json: "api" of its listing, and for each operation the
pages it answered.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec
from tests.fakes.aws import ACCOUNT

FOLDER = Path(__file__).parent.parent / "replay" / "aws"
REGION = "eu-west-3"


class CountingMeter:
    """A Meter that remembers calls by (api, operation, outcome), billed units by the first two."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str, str]] = Counter()
        self.units: Counter[tuple[str, str]] = Counter()

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        self.calls[api, operation, outcome] += 1
        self.units[api, operation] += units


class Asked(NamedTuple):
    """A call as a service makes it: what it names where it is refused, the units it is billed."""

    api: str
    operation: str
    params: Mapping[str, Any]
    permissions: str = ""
    units: int = 0


def recording(module: str) -> dict[str, Any]:
    """One recording, by the module of its service."""
    pages: dict[str, Any] = json.loads((FOLDER / f"{module}.json").read_text(encoding="utf-8"))
    return pages


def recordings() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def asked_for(answers: Sequence[Mapping[str, Any]], params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer about what is asked for by name; the first, where none is."""
    for answer in answers:
        named = [answer[key] == value for key, value in params.items() if key in answer]
        if named and all(named):
            return answer
    return answers[0]


class ReplayClient(AwsClient):
    """Answers every call from one recording; an operation that is not in it fails the test.

    refused: operations that fail, and how. asked: every call, in its order.
    """

    def __init__(
        self,
        answers: Mapping[str, Any],
        settings: TargetSettings | None = None,
        refused: Mapping[str, CollectError] | None = None,
    ) -> None:
        super().__init__(settings or TargetSettings(provider="aws"), CountingMeter())
        self._recorded = answers
        self._refused = refused or {}
        self.asked: list[Asked] = []

    async def connect(self) -> Sequence[str]:
        return [ACCOUNT]

    def operations(self) -> Counter[str]:
        """How often each operation was asked."""
        return Counter(asked.operation for asked in self.asked)

    def params_of(self, operation: str) -> list[Mapping[str, Any]]:
        """With what an operation was asked, each time."""
        return [asked.params for asked in self.asked if asked.operation == operation]

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
        self._note(Asked(api, operation, params, permissions, units))
        return asked_for(self._recorded[operation], params)

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
        self._note(Asked(api, operation, params, permissions, units))
        for answer in self._recorded[operation]:
            yield answer

    def _note(self, asked: Asked) -> None:
        self.asked.append(asked)
        if asked.operation in self._refused:
            raise self._refused[asked.operation]


def spec(kind: str) -> ServiceSpec:
    return next(spec for spec in PROVIDER.services if spec.kind == kind)


async def described(
    kind: str, module: str, settings: TargetSettings | None = None
) -> dict[str, Resource]:
    """Resources of a kind in a recording by name; fails when any object is skipped."""
    from cloud_carbon_exporter.collect.sweep import sweep

    listing = spec(kind).listing
    scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
    specs = [service for service in PROVIDER.services if service.listing is listing]
    swept = await sweep(ReplayClient(recording(module), settings), listing, specs, scope)
    assert not swept.skipped
    assert not swept.warnings
    return {resource.name: resource for resource in swept.resources if resource.kind == kind}


def amounts(resource: Resource) -> dict[str, float]:
    """What a resource holds: kind of component (of block storage: and its class) -> amount."""
    return {
        f"{held.kind} {held.part}" if held.kind == "block" else held.kind: held.amount
        for held in resource.components
    }
