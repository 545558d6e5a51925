"""Kind of the flag that says which families are exported."""

from __future__ import annotations

from cloud_carbon_exporter.config.kinds import several
from cloud_carbon_exporter.config.values import Kind, quoted


def families() -> Kind[tuple[str, ...]]:
    """Names of metric families, or patterns with * that match one at least; "all" is no choice."""
    inner = several("FAMILIES")

    def accept(value: object) -> tuple[str, ...]:
        patterns = inner.accept(value)
        if patterns == ("all",):
            return ()
        from cloud_carbon_exporter.exposition.families import matching

        for pattern in patterns:
            if not matching((pattern,)):
                raise ValueError(f"holds {quoted(pattern)}, which matches no family")
        return patterns

    allowed = (
        "all, or names of metric families (docs/METRICS.md), * for any letters; several with commas"
    )
    return Kind("FAMILIES", allowed, accept, accept, ())
