"""Laws of the split, whatever a Prometheus answers: parts come to the nodes, none is below 0."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.kubernetes.queries import QUERIES
from cloud_carbon_exporter.kubernetes.shares import Counted
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.model.clusters import ClusterNews
from tests.examples import examples
from tests.kubernetes.estate import NOON, StillFeed, clusters, disk, row, settings, usage_of

ROWS = (row("i-01"), row("i-02", "g4dn.xlarge"), row("i-03"), disk("vol-01"))

WORDS = {
    "node": ("n1", "n2", "n3", ""),
    "exported_node": ("n1", "n9"),
    "provider_id": ("aws:///a/i-01", "aws:///a/i-02", "aws:///a/i-99", "aws:////i-01", "kind://x"),
    "internal_ip": ("10.0.0.1", "fd00::1"),
    "instance": ("10.0.0.1:10250", "[fd00::1]:10250", "n2", "n2:9100", ":"),
    "namespace": ("shop", "data", "__idle__", "__unknown__", ""),
    "exported_namespace": ("shop", ""),
    "pod": ("p1", "p2", "p3", "n1", ""),
    "exported_pod": ("p1", ""),
    "created_by_kind": ("ReplicaSet", "Job", "Node", "<none>", ""),
    "created_by_name": ("r1", "<none>", ""),
    "owner_kind": ("Deployment", "<none>"),
    "owner_name": ("web", ""),
    "replicaset": ("r1",),
    "job_name": ("r1",),
    "resource": ("cpu", "memory", "ephemeral_storage", "nvidia_com_gpu", "nvidia_com_mig_1g_5gb"),
    "Hostname": ("n2", "dcgm-exporter-x"),
    "UUID": ("GPU-a", "GPU-b"),
    "GPU_I_ID": ("1", "2"),
    "persistentvolume": ("v1",),
    "csi_volume_handle": ("vol-01", "vol-02", "x"),
    "persistentvolumeclaim": ("c1",),
    "volumename": ("v1",),
}
"""Labels, and some of what a Prometheus may say of each: sound, strange, empty."""

VALUES = (0.0, 5e-324, 1e-9, 0.5, 1.0, 3.0, 100.0, 2.0**33, 2.0**62)

Answers = dict[str, list[Sample]]


def answers(seed: int) -> Answers:
    """Answers to all queries, by chance: most have a few series, each of most labels."""
    chance = random.Random(seed)
    told: Answers = {name: [] for name in QUERIES}
    for samples in told.values():
        for _ in range(chance.choice((0, 2, 6, 12))):
            names = [name for name in WORDS if chance.random() < 0.7]
            labels = {name: chance.choice(WORDS[name]) for name in names}
            samples.append((labels, chance.choice(VALUES)))
    return told


def read(told: Answers) -> Usage | None:
    """Usage by these answers; None where they are said to be no good."""
    try:
        return usage_of(told)
    except CollectError:
        return None


def news_of(*usages: Usage, idle_by_request: bool = False) -> ClusterNews:
    """What is shown once all are read, five minutes apart."""
    feed = StillFeed(settings(idle="by-request" if idle_by_request else "apart", top_workloads=2))
    split = clusters(feed)
    for number, usage in enumerate(usages):
        now = NOON + 300 * number
        feed.tell(usage, now)
        split.news(ROWS, [], now, advance=True)
    end = NOON + 300 * len(usages)
    counted = [Counted(each.resource.id, NOON - 300, end, 1e6, 10.0, 1.0) for each in ROWS]
    return split.news(ROWS, counted, end, advance=True)


def usages_of(seed: int) -> list[Usage]:
    """Two answers one after another, as far as they are good for anything."""
    told = (read(answers(2 * seed)), read(answers(2 * seed + 1)))
    return [usage for usage in told if usage is not None]


seeds = st.integers(0, 2**32)


@hypothesis_settings(max_examples=examples(300))
@given(seeds, st.booleans())
def test_parts_come_to_the_nodes_whatever_is_answered(seed: int, by_request: bool) -> None:
    usages = usages_of(seed)
    if not usages:
        return
    news = news_of(*usages, idle_by_request=by_request)
    shown = [each.now.power_watts.value for each in news.rows]
    assert min(shown, default=0.0) >= 0
    split = news.states[0].nodes.get("split", 0)
    # which of the machines and disks they are is another matter: those of some of them add up
    sums = {0.0}
    for each in ROWS:
        sums |= {whole + each.footprint.power_watts.value for whole in sums}
    assert any(math.isclose(math.fsum(shown), whole, rel_tol=1e-9) for whole in sums)
    assert bool(split) <= bool(math.fsum(shown))


@hypothesis_settings(max_examples=examples(300))
@given(seeds)
def test_counters_come_to_what_was_counted_of_the_nodes(seed: int) -> None:
    usages = usages_of(seed)
    if not usages:
        return
    totals = [each.totals for each in news_of(*usages).rows if each.totals is not None]
    for each in totals:
        assert min(each.energy_joules, each.operational_grams, each.embodied_grams) >= 0
    joules = math.fsum(each.energy_joules for each in totals)
    assert joules == pytest.approx(1e6 * round(joules / 1e6), rel=1e-9)
