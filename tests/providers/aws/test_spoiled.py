"""Spoiled answers: each costs that object alone, and what is described draws a sane power."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from tests.fakes.aws_replay import REGION, ReplayClient, recording, recordings
from tests.over_all import over_all
from tests.providers.aws.parts import PARIS, footprint
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.spec import Scope

MISSING = object()
HOSTILE = '🙈\n"\\{}'


def spoils(value: Any) -> tuple[Any, ...]:
    """Values that may stand in a value's place: botocore drops nulls, and checks types."""
    if isinstance(value, bool):
        return MISSING, not value
    if isinstance(value, str):
        return MISSING, "", HOSTILE
    if isinstance(value, (int, float)):
        return MISSING, 0, -1, 10**17
    return MISSING, [] if isinstance(value, list) else {}


MOST = 400
"""Spoiled copies of a recording that are tried: each place with each spoil, evenly thinned out
where there are more.
"""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Paths of all that is in a recording below the objects' own level, each with its spoils."""
    for key, inner in _inner(value):
        if len(path) > 2:
            yield from (((*path, key), spoil) for spoil in spoils(inner))
        yield from places(inner, (*path, key))


def _inner(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def spoiled(pages: dict[str, Any], path: tuple[Any, ...], spoil: Any) -> dict[str, Any]:
    """The recording with one value replaced, or left out."""
    copied = copy.deepcopy(pages)
    holder: Any = copied
    for key in path[:-1]:
        holder = holder[key]
    if spoil is MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = spoil
    return copied


async def swept(module: str, pages: dict[str, Any]) -> list[Swept]:
    """All listings of a module over these answers."""
    sweeps = []
    for listing in {
        id(service.listing): service.listing for service in module_specs(module)
    }.values():
        specs = [service for service in PROVIDER.services if service.listing is listing]
        scope = Scope("aws", PARIS.account_id, "global" if listing.scope == "global" else REGION)
        sweeps.append(await sweep(ReplayClient(pages), listing, specs, scope))
    return sweeps


@pytest.mark.slow
@over_all("module", recordings())
async def test_spoiled_objects_cost_themselves_alone(module: str) -> None:
    pages = recording(module)
    tries = list(places(pages))
    described = 0
    for path, spoil in tries[:: max(1, len(tries) // MOST)]:
        for result in await swept(module, spoiled(pages, path, spoil)):
            for resource in result.resources:
                power = footprint(resource).power_watts
                assert 0 <= power.lower <= power.value <= power.upper < math.inf
                assert isinstance(resource.id, str)
                described += 1
    assert described > 0
