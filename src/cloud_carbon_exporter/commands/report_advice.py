"""`report -advice`: what could be done, by the loads that a running exporter keeps."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from cloud_carbon_exporter.advice.prices import priced
from cloud_carbon_exporter.advice.rules import advise, without
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.advising import of_clusters
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.model.advice import Advice, ranked, standing
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.reporting import advice as advice_report
from cloud_carbon_exporter.reporting import tables
from cloud_carbon_exporter.service.advice_prices import prices_of
from cloud_carbon_exporter.service.demo_loads import past_loads_of
from cloud_carbon_exporter.storage.reading import rows_of_section
from cloud_carbon_exporter.web.api.advice import advice_object, followed_object


def with_advice(text: str, form: str, snapshot: Snapshot, settings: Settings) -> str:
    """Report, and what could be done.

    A CSV has no room for it: there it goes to stderr. Raises ConfigError for a state file that
    cannot be read.
    """
    statistics, book = _statistics(snapshot, settings), AdviceBook()
    if settings.state_file:
        book.load(rows_of_section(Path(settings.state_file), "advice"))
    look = Look(snapshot.grid.method)
    found = _advice(snapshot, statistics, settings.dismissed, look)
    deque(book.follow(found, snapshot, statistics, look), maxlen=0)
    told = standing(book.marked(found))
    told = priced(told, prices_of(settings.advice_bill, told))
    if form == "json":
        advice = {"advice": advice_object(told), "followed": followed_object(book.followed)}
        return json.dumps({**json.loads(text), **advice})
    sections = [advice_report.section(told, kept=len(statistics) > 0)]
    if book.followed:
        sections.append(advice_report.followed_section(book.followed))
    if form == "markdown":
        return f"{text}\n{tables.as_markdown(sections)}"
    if form == "text":
        return f"{text}\n{tables.as_text(sections, terminal.width(sys.stdout))}"
    sys.stderr.write(tables.as_text(sections, terminal.width(sys.stderr)))
    return text


def _statistics(snapshot: Snapshot, settings: Settings) -> LoadStatistics:
    """Loads of the state file; those of a demo are made up as far as none are kept."""
    statistics = LoadStatistics()
    if settings.state_file:
        statistics.load(rows_of_section(Path(settings.state_file), "loads"))
        statistics.workloads.load(rows_of_section(Path(settings.state_file), "workloads"))
    past = past_loads_of(settings)
    if past is not None:
        deque(past(snapshot, statistics), maxlen=0)
    return statistics


def _advice(
    snapshot: Snapshot, statistics: LoadStatistics, dismissed: Sequence[str], look: Look
) -> tuple[Advice, ...]:
    now = snapshot.taken_at
    found = advise(
        snapshot.rows,
        lambda resource_id: statistics.evidence(resource_id, now),
        look,
        now,
    )
    found = ranked([*found, *of_clusters(snapshot, statistics, look)])
    return without(found, dismissed)
