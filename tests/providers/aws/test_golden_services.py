"""A line for each kind of AWS: the resource of its recording that draws most.

Any changed figure is a visible diff.

Written anew by `python -m tests.providers.aws.test_golden_services`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes.aws_replay import described, recordings
from tests.over_all import over_all
from tests.providers.aws.parts import footprint
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.model.types import Footprint

GOLDEN = Path(__file__).parents[2] / "golden" / "aws_services.txt"
HEAD = "kind resource lower value upper(W) embodied(g/h) basis"
LOADS = {
    "cpu_ratio": 0.5,
    "gpu_ratio": 0.5,
    "memory_gib": 10.0,
    "stored_gib": 100.0,
    "capacity_units": 2.0,
    "bytes": 1e6,
    "requests": 100.0,
    "input_tokens": 500.0,
    "output_tokens": 100.0,
    "cache_read_tokens": 2000.0,
    "cache_write_tokens": 200.0,
    "images": 0.1,
    "gib_seconds": 6.0,
    "executions": 2.0,
}
SECONDS_PER_HOUR = 3600


async def line(kind: str, module: str) -> str:
    """The golden line of a kind."""
    resources = (await described(kind, module)).values()
    priced, name = max(
        ((footprint(resource, **LOADS), resource.name) for resource in resources),
        key=lambda named: _watts(*named),
    )
    watts, made = priced.power_watts, priced.embodied_grams_per_second.value * SECONDS_PER_HOUR
    numbers = " ".join(f"{cell:.4g}" for cell in (watts.lower, watts.value, watts.upper, made))
    return f"{kind} {name.replace(' ', '_')} {numbers} {priced.basis}"


def _watts(priced: Footprint, name: str) -> tuple[float, str]:
    return priced.power_watts.value, name


KINDS = [(spec.kind, module) for module in recordings() for spec in module_specs(module)]


def golden() -> dict[str, str]:
    """Kind -> its line."""
    return {
        text.partition(" ")[0]: text for text in GOLDEN.read_text(encoding="utf-8").splitlines()[1:]
    }


@over_all(("kind", "module"), KINDS, ids=[kind for kind, _ in KINDS])
async def test_golden_service(kind: str, module: str) -> None:
    assert await line(kind, module) == golden().get(kind), (
        "write the lines anew, and look at the difference"
    )


def test_no_line_is_left_of_a_kind_that_is_gone() -> None:
    assert set(golden()) == {kind for kind, _ in KINDS}


async def _lines() -> list[str]:
    return [HEAD, *sorted([await line(kind, module) for kind, module in KINDS])]


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(asyncio.run(_lines())) + "\n", encoding="utf-8")
