"""`report -by namespace`: rows that add up to the report, in every form."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands.report_by import labels_of, of_clusters, with_clusters
from cloud_carbon_exporter.model.cluster_sums import beyond
from cloud_carbon_exporter.model.clusters import ClusterNews, ClusterState
from cloud_carbon_exporter.model.sums import footprint_sum, together
from cloud_carbon_exporter.reporting.clusters import IN_NONE, groups, section
from tests.web.browsing import demo_snapshot

NAMESPACE, WORKLOAD = labels_of(["namespace"]), labels_of(["workload"])


@pytest.mark.parametrize("names", [labels_of(["cluster"]), NAMESPACE, WORKLOAD])
async def test_rows_add_up_to_the_report(names: tuple[str, ...]) -> None:
    snapshot = await demo_snapshot()
    total, found = snapshot.total(), groups(snapshot, names)
    assert found[-1].labels is None and len(found) > 1
    for measure in ("power_watts", "emissions_grams_per_second"):
        parts = [getattr(group.now, measure) for group in found]
        whole = getattr(total, measure)
        assert math.fsum(part.value for part in parts) == pytest.approx(whole.value, rel=1e-9)
        for part in parts:
            assert part.estimate.lower < part.value < part.estimate.upper


async def test_what_is_left_is_as_unsure_as_what_it_is_made_of() -> None:
    """A rest that is made of resources themselves has the interval of their sum."""
    rows = (await demo_snapshot()).rows
    half = len(rows) // 2
    first = footprint_sum([row.footprint for row in rows[:half]])
    second = footprint_sum([row.footprint for row in rows[half:]])
    rest = beyond(together([first, second]), first)
    for measure in ("power_watts", "embodied_grams_per_second"):
        found, made = getattr(rest, measure).estimate, getattr(second, measure).estimate
        assert found.value == pytest.approx(made.value)
        assert found.lower == pytest.approx(made.lower)
        assert found.upper == pytest.approx(made.upper)


async def test_each_form_has_the_same_groups() -> None:
    snapshot = await demo_snapshot()
    told = json.loads(with_clusters("{}", "json", snapshot, WORKLOAD, ()))
    rows = list(csv.DictReader(io.StringIO(with_clusters("", "csv", snapshot, WORKLOAD, ()))))
    assert told["by"] == list(WORKLOAD) and told["groups"][-1]["labels"] is None
    assert len(rows) == len(told["groups"]) == len(section(snapshot, WORKLOAD).rows)
    for row, group in zip(rows, told["groups"], strict=True):
        assert float(row["power_watts"]) == group["power_watts"]["value"]
        assert row["workload"] == (group["labels"] or {"workload": ""})["workload"]
    for form in ("text", "markdown", "html"):
        text = with_clusters("", form, snapshot, NAMESPACE, ())
        assert "By namespace" in text and "shop" in text and IN_NONE in text


async def test_a_cluster_that_is_missing_is_said() -> None:
    snapshot = await demo_snapshot()
    missing = ClusterState("staging", False, "status 503")
    alone = replace(snapshot, clusters=ClusterNews((), (missing,)))
    found = section(alone, NAMESPACE)
    assert "The split of staging is missing: status 503." in found.notes
    assert [row[0] for row in found.rows] == [IN_NONE]
    none = section(replace(snapshot, clusters=ClusterNews()), NAMESPACE)
    assert "No cluster is configured" in none.notes[0]


def test_short_names_are_labels_each_once() -> None:
    assert labels_of(["workload", "namespace", "team"]) == (*WORKLOAD, "team")
    assert of_clusters(NAMESPACE) and of_clusters(labels_of(["cluster", "workload"]))
    assert not of_clusters(()) and not of_clusters(labels_of(["namespace", "account"]))


@pytest.mark.usefixtures("process_kept")
def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "-demo.enabled", "-by=cluster,namespace"]) == 0
    assert re.search(r"^demo-shop +shop +\d", capsys.readouterr().out, re.M)
    assert main(["report", "-demo.enabled", "-since=7d", "-by=namespace"]) == 2
    assert "a demo is not split" in capsys.readouterr().err
    assert main(["report", "-demo.enabled", "-by=namespace,account"]) == 2
    assert "say -since as well" in capsys.readouterr().err
