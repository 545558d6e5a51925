"""`report -by`: labels by their short names, and clusters of the moment by them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.model.cluster_sums import CLUSTER_LABELS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.reporting import clusters, html, tables
from cloud_carbon_exporter.reporting.sections import sections
from cloud_carbon_exporter.reporting.tables import Section

NAMES = {
    "provider": ("cloud_provider",),
    "account": ("cloud_account_id",),
    "region": ("cloud_region",),
    "kind": ("kind",),
    "basis": ("basis",),
    "cluster": ("cluster",),
    "namespace": ("namespace",),
    # a name alone is no workload's: each namespace may have one of it
    "workload": ("namespace", "workload_kind", "workload"),
}
"""Labels by the short names -by takes."""


def labels_of(words: Sequence[str]) -> tuple[str, ...]:
    """Labels of these words, each once, in their order; what is no short name stays."""
    labels: dict[str, None] = {}
    for word in words:
        labels.update(dict.fromkeys(NAMES.get(word, (word,))))
    return tuple(labels)


def of_clusters(labels: Sequence[str]) -> bool:
    """Whether there are labels, and all of them are of clusters."""
    return bool(labels) and set(CLUSTER_LABELS).issuperset(labels)


def with_clusters(
    text: str,
    form: str,
    snapshot: Snapshot,
    names: Sequence[str],
    tags: tuple[str, ...],
    told: Sequence[Section] = (),
) -> str:
    """Report, and clusters by these labels; as CSV these alone, a row a group.

    told: sections that are in the text beside those of a Snapshot.
    """
    if form == "json":
        return clusters.as_json(text, snapshot, names)
    if form == "csv":
        return clusters.as_csv(snapshot, names)
    section = clusters.section(snapshot, names)
    if form == "html":
        return html.as_html([*sections(snapshot, tags), *told, section])
    if form == "markdown":
        return f"{text}\n{tables.as_markdown([section])}"
    return f"{text}\n{tables.as_text([section], terminal.width(sys.stdout))}"
