"""Rules of advice, by their laws: two weeks, carried by the interval, reasons and a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.advice.known import KnownOf
from cloud_carbon_exporter.advice.rules import advise, of_row, without
from cloud_carbon_exporter.advice.saving import Look, around, carried
from cloud_carbon_exporter.model.advice import Advice, Evidence, Spread
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import Sum
from cloud_carbon_exporter.model.types import Component, ComponentKind
from tests.advice.estates import DAY, NOW, WEEKS_2, machine_row, row_of, seen

DISK = (Component("block", "aws/gp3", 500.0),)
NAT = (Component("fixed", "aws/nat-gateway", 1.0), Component("network", "intra", 1.0, per="bytes"))
LOGS = (Component("object", "aws/cloudwatch-logs", 900.0),)
INCREMENTAL = (Component("snapshot", "aws/ebs-snapshot/incremental", 300.0),)
FULL = (Component("snapshot", "aws/ebs-snapshot", 300.0),)

no_bytes = seen(signal="bytes", p95=0, mean=0)


def snapshot(identity: str, volume: str, days: float, parts: tuple[Component, ...]) -> Row:
    info, started = {"volume": volume}, NOW - days * DAY
    return row_of(parts, kind="ec2/snapshot", info=info, identity=identity, started=started)


CASES: Mapping[str, tuple[list[Row], Evidence]] = {
    "idle": ([machine_row(cpu=0.01)], seen(p95=0.02, mean=0.01)),
    "unattached": ([row_of(DISK, info={"attached": "false"})], Evidence(NOW - WEEKS_2, NOW)),
    "oversized": ([machine_row()], seen()),
    "older_generation": ([machine_row("c4.2xlarge")], seen(p95=0.9)),
    "arm": ([machine_row("c4.2xlarge")], seen(p95=0.9)),
    "region": ([machine_row(region="eu-central-1")], seen(p95=0.9)),
    "old_snapshots": (
        [snapshot("a", "v", 200, INCREMENTAL), snapshot("b", "v", 1, INCREMENTAL)],
        Evidence(NOW - WEEKS_2, NOW),
    ),
    "log_retention": (
        [row_of(LOGS, kind="logs/log_group", info={"retention": "never"})],
        seen(signal="bytes", p95=1, mean=10_000),
    ),
    "no_traffic": ([row_of(NAT, kind="ec2/nat_gateway", loads={"bytes": 0})], no_bytes),
    "unused_reservation": (
        [replace(machine_row(), resource=replace(machine_row().resource, info={"unused": "2"}))],
        Evidence(NOW - WEEKS_2, NOW),
    ),
}


def known(evidence: Evidence) -> KnownOf:
    return lambda _: evidence


def advice_on(rows: list[Row], evidence: Evidence, kind: str) -> list[Advice]:
    found = advise(rows, known(evidence), Look("location"), NOW)
    return [each for each in found if each.kind == kind]


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_is_given_on_two_weeks(kind: str) -> None:
    rows, evidence = CASES[kind]
    (found,) = advice_on(rows, evidence, kind)
    saved = found.saved_grams_per_second
    assert 0 < saved.lower <= saved.value <= saved.upper
    assert found.action and found.decided_on and found.way_back
    assert found.id == f"{kind}:{found.subject}"


BY_AGE_ALONE = ("old_snapshots",)
"""Kinds that hang on when a thing was made, which its cloud tells."""


@pytest.mark.parametrize("kind", sorted(CASES.keys() - set(BY_AGE_ALONE)))
def test_none_is_given_on_less(kind: str) -> None:
    rows, evidence = CASES[kind]
    short = replace(evidence, since=NOW - WEEKS_2 + 1)
    assert not advice_on(rows, short, kind)


BY_LOADS = ("idle", "oversized", "older_generation", "arm", "log_retention", "no_traffic")


@pytest.mark.parametrize("kind", BY_LOADS)
def test_none_is_given_where_too_little_was_read(kind: str) -> None:
    rows, evidence = CASES[kind]
    for read, unread in ((400.0, 100.0), (29.0, 0.0)):
        spreads: dict[str, Spread] = {}
        for signal, spread in evidence.spreads.items():
            spreads[signal] = spread._replace(read_hours=read, unread_hours=unread)
        assert not advice_on(rows, replace(evidence, spreads=spreads), kind)


@given(
    st.sampled_from(["m5.2xlarge", "t3.large", "c4.xlarge", "db.r6i.2xlarge", "m3.xlarge"]),
    st.sampled_from(["eu-west-1", "eu-north-1", "us-east-1"]),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_whatever_is_told_its_own_interval_carries(
    host_type: str, region: str, mean: float, above: float
) -> None:
    row = machine_row(host_type, region=region, cpu=mean)
    evidence = seen(mean=mean, p95=mean + (1 - mean) * above)
    for found in of_row(row, evidence, Look("location")):
        assert found.saved_grams_per_second.lower > 0


def test_what_is_busier_than_the_threshold_is_not_idle() -> None:
    threshold = figure("advice.idle.cpu_ratio").value
    at, above = seen(p95=threshold, mean=0.01), seen(p95=threshold + 0.01, mean=0.01)
    assert advice_on([machine_row()], at, "idle")
    assert not advice_on([machine_row()], above, "idle")


def test_what_is_idle_is_not_told_to_be_smaller() -> None:
    found = advise([machine_row()], known(seen(p95=0.01, mean=0.01)), Look("location"), NOW)
    assert {each.kind for each in found} <= {"idle", "region"}


def test_a_disk_in_use_and_a_gateway_in_use_are_left_alone() -> None:
    assert not advice_on([row_of(DISK, info={"attached": "true"})], seen(), "unattached")
    used = seen(signal="bytes", p95=1, mean=5)
    rows = [row_of(NAT, kind="ec2/nat_gateway", loads={"bytes": 5})]
    assert not advice_on(rows, used, "no_traffic")
    # Without a byte, and with requests: what is read of both must be nothing.
    both = replace(no_bytes, spreads={**no_bytes.spreads, **seen(signal="requests").spreads})
    assert not advice_on(rows, both, "no_traffic")


def test_a_queue_without_messages_saves_nothing_and_is_not_told() -> None:
    requests = (Component("requests", "message", 1, per="requests"),)
    rows = [row_of(requests, kind="sqs/queue", loads={"requests": 0})]
    assert not advise(rows, known(seen(signal="requests", p95=0, mean=0)), Look("location"), NOW)


def test_logs_that_young_events_alone_may_fill_are_kept() -> None:
    """900 GiB are what 90 days bring at 124 kB a second."""
    rows, _ = CASES["log_retention"]
    assert not advice_on(rows, seen(signal="bytes", p95=1, mean=130_000), "log_retention")


def test_the_newest_of_a_volume_is_never_old_enough() -> None:
    rows = [snapshot("a", "v", 400, FULL), snapshot("b", "v", 300, INCREMENTAL)]
    evidence = Evidence(NOW - WEEKS_2, NOW)
    assert not advice_on(rows, evidence, "old_snapshots")
    rows.append(snapshot("c", "v", 200, INCREMENTAL))
    (found,) = advice_on(rows, evidence, "old_snapshots")
    assert found.resources == 1


def test_a_stopped_machine_is_told_nothing() -> None:
    row = row_of((), kind="ec2/instance", info={"host_type": "m5.large"})
    assert not advise([row], known(seen(p95=0, mean=0)), Look("location"), NOW)


def test_the_largest_saving_comes_first() -> None:
    rows = [machine_row(), replace(machine_row("m5.4xlarge"))]
    found = advise(rows, known(seen()), Look("location"), NOW)
    saved = [each.saved_grams_per_second.value for each in found]
    assert len(saved) > 2
    assert saved == sorted(saved, reverse=True)


def test_advice_is_dismissed_by_id_by_kind_and_by_subject() -> None:
    found = advise([machine_row("c4.2xlarge")], known(seen()), Look("location"), NOW)
    kinds = {each.kind for each in found}
    assert {"oversized", "older_generation", "region"} <= kinds
    assert {each.kind for each in without(found, {"oversized:r"})} == kinds - {"oversized"}
    assert {each.kind for each in without(found, {"region"})} == kinds - {"region"}
    assert {each.kind for each in without(found, {"r"})} == {"region"}
    assert without(found, ()) == found


@pytest.mark.parametrize(
    ("kind", "now", "then"),
    [
        ("object", "aws/s3/StandardStorage", "aws/s3/StandardIAStorage"),
        ("object", "aws/s3/StandardStorage", "aws/s3/OneZoneIAStorage"),
        ("object", "aws/s3/StandardStorage", "aws/s3/GlacierInstantRetrievalStorage"),
        ("object", "aws/s3/StandardStorage", "aws/s3/GlacierStorage"),
        ("object", "aws/s3/StandardStorage", "aws/s3/DeepArchiveStorage"),
        ("object", "gcp/gcs/STANDARD", "gcp/gcs/COLDLINE"),
        ("object", "gcp/gcs/STANDARD", "gcp/gcs/ARCHIVE"),
        ("block", "aws/gp2", "aws/gp3"),
        ("block", "aws/gp3", "aws/sc1"),
        ("snapshot", "aws/ebs-snapshot/full", "aws/ebs-snapshot/archive"),
    ],
)
def test_no_other_class_of_storage_is_known_to_save_anything(
    kind: ComponentKind, now: str, then: str
) -> None:
    """Why no rule speaks of storage classes. Once a row is surer of them, one may."""
    where = around("aws", "eu-west-1", "location")
    terms: list[dict[str, Sum]] = []
    for part in (now, then):
        resource = row_of((Component(kind, part, 1000),)).resource
        terms.append({"a": Look("location").emissions(resource, {}, where)})
    assert terms[0]["a"].value >= terms[1]["a"].value > 0
    assert carried(*terms) is None
