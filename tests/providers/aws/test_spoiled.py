"""Whatever AWS leaves out or spoils costs that object alone, and what is still described draws a
finite, sane power.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import pytest
from tests.fakes.aws_replay import REGION, ReplayClient, recording, recordings
from tests.providers.aws.parts import PARIS, footprint
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.spec import Scope

MISSING = object()
HOSTILE = '🙈\n"\\{}'


def spoils(value: Any) -> tuple[Any, ...]:
    """What may stand in a value's place. botocore leaves out what is null, and lets no other type
    through.
    """
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
    """The path of everything in a recording below the objects' own level, with each of its spoils."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in inner:
        if len(path) > 2:
            yield from (((*path, key), spoil) for spoil in spoils(each))
        yield from places(each, (*path, key))


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
    found = []
    for listing in {id(each.listing): each.listing for each in module_specs(module)}.values():
        specs = [each for each in PROVIDER.services if each.listing is listing]
        scope = Scope("aws", PARIS.account_id, "global" if listing.scope == "global" else REGION)
        found.append(await sweep(ReplayClient(pages), listing, specs, scope))
    return found


@pytest.mark.parametrize("module", recordings())
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
