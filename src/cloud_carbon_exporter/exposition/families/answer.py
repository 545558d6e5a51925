"""Families of one answer to a scrape: whether the configuration is in force, series and size."""

from __future__ import annotations

from cloud_carbon_exporter.exposition.family import AnswerFigures, Family, FromAnswer


def _reload_successful(figures: AnswerFigures) -> float | None:
    return None if figures.reload is None else int(figures.reload.successful)


def _reload_success_at(figures: AnswerFigures) -> float | None:
    return None if figures.reload is None else figures.reload.successful_at


def _series(figures: AnswerFigures) -> int:
    return figures.series


def _size(figures: AnswerFigures) -> int:
    return figures.size


ANSWER: tuple[Family, ...] = (
    Family(
        "cloud_carbon_exporter_config_last_reload_successful",
        "gauge",
        "Whether the configuration in the files is the one in force.",
        FromAnswer(_reload_successful),
    ),
    Family(
        "cloud_carbon_exporter_config_last_reload_success_timestamp_seconds",
        "gauge",
        "When the configuration was last read and followed.",
        FromAnswer(_reload_success_at),
        (),
        "seconds",
    ),
    # Prometheus' own sample_limit and body_size_limit refuse a whole scrape: these say how near it
    # is.
    Family("cloud_carbon_exporter_series", "gauge", "Series in this answer.", FromAnswer(_series)),
    Family(
        "cloud_carbon_exporter_scrape_size_bytes",
        "gauge",
        "Size of this answer before compression.",
        FromAnswer(_size),
        (),
        "bytes",
    ),
)
