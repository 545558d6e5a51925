"""Kinds of the flags that say what is exported."""

from __future__ import annotations

from cloud_carbon_exporter.config.values import Kind, quoted, several


def families() -> Kind:
    """Names of metric families, or patterns with * that each match one at least; "all" is no choice
    at all.
    """
    inner = several("FAMILIES")

    def accept(value: object) -> tuple[str, ...]:
        patterns: tuple[str, ...] = inner.accept(value)
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
    return Kind("FAMILIES", allowed, accept, accept, empty=())
