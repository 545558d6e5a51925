"""Figures of every kind, as recorded: none is 0 by accident, none is wide without a word.

The golden lines show what the figures are; here stands what must hold of any.
"""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import described
from tests.over_all import over_all
from tests.providers.aws.parts import footprint
from tests.providers.aws.test_golden_services import KINDS, LOADS

from cloud_carbon_exporter.model.types import Resource

pytestmark = pytest.mark.slow

WITHOUT_MANUFACTURE = {"network", "requests"}
"""Kinds of component that pass on, and hold nothing (docs/model.md)."""
WIDE = 30
"""A bound so many times the value stands for something nobody knows, and that is to be said."""


def holds(resource: Resource) -> bool:
    """Whether anything of a resource is hardware, held as long as it is there."""
    return any(part.amount and part.kind not in WITHOUT_MANUFACTURE for part in resource.components)


@over_all(("kind", "module"), KINDS, ids=[kind for kind, _ in KINDS])
@over_all("loads", [{}, LOADS], ids=["nothing read", "all read"])
async def test_figures_of_a_kind(kind: str, module: str, loads: dict[str, float]) -> None:
    for resource in (await described(kind, module)).values():
        known = footprint(resource, **loads)
        watts, grams = known.power_watts, known.embodied_grams_per_second
        anything = any(part.amount for part in resource.components)
        assert (watts.value > 0) == anything, "what holds or does something draws"
        assert (grams.value > 0) >= holds(resource), "what is held was made"
        if watts.upper > WIDE * watts.value or grams.upper > WIDE * grams.value:
            assert known.reason, "a wide interval says why"
            assert known.basis != "measured"
