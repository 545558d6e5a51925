"""Kinds of the flags that say what is exported."""

from __future__ import annotations

from cloud_carbon_exporter.config.values import Kind, quoted, several


def families() -> Kind:
    """Names of metric families, or patterns with * that each match one at least."""
    inner = several("FAMILIES")

    def accept(value: object) -> tuple[str, ...]:
        from cloud_carbon_exporter.exposition.families import matching  # not on the way to -help

        patterns: tuple[str, ...] = inner.accept(value)
        for pattern in patterns:
            if not matching((pattern,)):
                raise ValueError(f"holds {quoted(pattern)}, which matches no family")
        return patterns

    allowed = "names of metric families (docs/METRICS.md), * for any letters; several with commas"
    return Kind("FAMILIES", allowed, accept, accept, empty=())
