"""docs/grid.md says of each source what its module says."""

from __future__ import annotations

from pathlib import Path

from cloud_carbon_exporter.config.grid_flags import TOKENS
from cloud_carbon_exporter.grid import SOURCES
from cloud_carbon_exporter.grid.spec import Source

DOCUMENT = (Path(__file__).parents[2] / "docs" / "grid.md").read_text(encoding="utf-8")


def duration(seconds: float) -> str:
    if not seconds:
        return "none"
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"


def row(source: Source) -> str:
    """A source's line of the table."""
    needs = ", ".join(f"`{TOKENS[name].ecosystem}`" for name in source.secrets) or "nothing"
    times = ", ".join(
        map(duration, (source.period_seconds, source.delay_seconds, source.hold_seconds))
    )
    cells = (
        f"[`{source.name}`]({source.home})" if source.home else f"`{source.name}`",
        source.zones,
        source.counts,
        source.measured,
        times,
        "next day" if source.forecast else "none",
        needs,
        source.price,
        source.licence,
    )
    return f"| {' | '.join(cells)} |"


def test_the_table_is_that_of_the_sources() -> None:
    told = [line for line in DOCUMENT.splitlines() if line.startswith(("| [`", "| `file`"))]
    assert told == [row(source) for source in SOURCES.values()]
