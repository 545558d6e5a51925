"""The feed: a Prometheus that is slow, partial, refusing, broken, or of another time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cloud_carbon_exporter.http import round as rounds
from cloud_carbon_exporter.kubernetes import feed as feeding
from cloud_carbon_exporter.kubernetes.feed import ClusterFeed
from cloud_carbon_exporter.kubernetes.queries import QUERIES
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.model.clusters import Workload
from tests.fakes.prometheus import FakePrometheus
from tests.kubernetes.estate import GIB, NOON
from tests.patience import PATIENCE_SECONDS

WEB = {"namespace": "shop", "pod": "web-1"}
ANSWERS = {
    "nodes": [({"node": "n", "provider_id": "aws:///eu-west-3a/i-01"}, 1.0)],
    "pods": [
        ({**WEB, "node": "n", "created_by_kind": "StatefulSet", "created_by_name": "web"}, 1.0)
    ],
    "cores": [(WEB, 0.5)],
    "memory": [(WEB, 1.0 * GIB), ({"namespace": "gone", "pod": "x"}, 7.0)],
    "capacity": [({"node": "n", "resource": "cpu"}, 2.0)],
}


@dataclass
class Told:
    """What was counted and said."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    said: dict[object, str] = field(default_factory=dict)

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """A Meter."""
        self.calls[api, outcome] += 1

    def error(self, provider: str, operation: str, reason: str) -> None:
        """Where errors are counted."""
        self.errors[provider, operation, reason] += 1

    def failed(self, thing: object, error: object) -> None:
        """It fails."""
        self.said[thing] = str(error)

    def well(self, thing: object, text: str) -> None:
        """It works."""
        self.said[thing] = ""


@pytest.fixture
async def prometheus() -> AsyncIterator[FakePrometheus]:
    """A Prometheus of one node."""
    async with FakePrometheus(ANSWERS, NOON) as served:
        yield served


@pytest.fixture
def told() -> Told:
    """What was counted and said."""
    return Told()


def opened(
    url: str,
    told: Told,
    token: str = "",
    user: str = "",
    password: str = "",
    patience: float = 5,
) -> ClusterFeed:
    cluster = ClusterSettings(
        cluster="prod",
        url=url,
        token_file=token,
        username=user,
        password_file=password,
    )
    return ClusterFeed([cluster], 0, told, told.error, told, lambda: NOON, lambda: NOON, patience)


async def test_a_good_answer_is_kept_with_its_time(prometheus: FakePrometheus, told: Told) -> None:
    feed = opened(prometheus.url, told)
    await feed.refresh()
    await feed.close()
    (read,) = feed.reads()
    assert (read.error, read.read_at, read.tried) == ("", NOON, True)
    assert read.usage
    (node,) = read.usage.nodes
    assert node.workloads[Workload("shop", "StatefulSet", "web")].cores == 0.5
    assert node.node.cores_used is None
    assert prometheus.asked == list(QUERIES)
    assert told.calls == {("prometheus", "success"): len(QUERIES)}
    assert read.usable(NOON + 1800, 1800) is read.usage
    assert read.usable(NOON + 1801, 1800) is None
    assert read.usable(NOON - 1801, 1800) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [
        ({"status": 401}, "credentials_refused", "status 401"),
        ({"status": 403}, "permission_missing", "status 403"),
        (
            {"status": 422, "body": b'{"status":"error","error":"query too large"}'},
            "malformed",
            "status 422: query too large",
        ),
        ({"status": 302}, "malformed", "status 302"),
        ({"body": b"<html>log in</html>"}, "malformed", "the answer is HTML"),
        ({"body": b"[]"}, "malformed", "no success"),
        ({"body": b'{"status":"success","data":{"resultType":"matrix"}}'}, "malformed", "vector"),
        (
            {"body": b'{"status":"success","data":{"resultType":"vector","result":[{}]}}'},
            "malformed",
            "no vector of Prometheus",
        ),
        ({"warnings": ["store-3 is down"]}, "incomplete", "partial: ['store-3 is down']"),
        ({"ahead_seconds": 900.0}, "stale", "its clock is 900 s ahead of ours"),
        ({"ahead_seconds": -900.0}, "stale", "its clock is 900 s behind ours"),
        ({"answers": {}}, "not_there", "there is no kube_node_info"),
        (
            {
                "answers": {
                    "nodes": [
                        ({"node": "n", "provider_id": "aws:///a/i-01"}, 1.0),
                        ({"node": "n", "provider_id": "aws:///a/i-02"}, 1.0),
                    ]
                }
            },
            "malformed",
            "two machines are called n",
        ),
    ],
)
async def test_what_is_no_whole_answer_is_told_and_the_last_good_one_stays(
    prometheus: FakePrometheus, told: Told, fault: dict[str, object], reason: str, words: str
) -> None:
    feed = opened(prometheus.url, told)
    await feed.refresh()
    good = feed.reads()[0].usage
    for name, value in fault.items():
        setattr(prometheus, name, value)
    await feed.refresh()
    await feed.close()
    (read,) = feed.reads()
    assert words in read.error
    assert read.error.startswith("kubernetes prod")
    assert read.usage is good
    assert [key[2] for key in told.errors] == [reason]
    assert told.said["prod"] == read.error


async def test_it_works_again_after_a_fault(prometheus: FakePrometheus, told: Told) -> None:
    feed = opened(prometheus.url, told)
    prometheus.status = 403
    await feed.refresh()
    assert feed.reads()[0].usage is None
    prometheus.status = 200
    await feed.refresh()
    await feed.close()
    assert feed.reads()[0].usage is not None
    assert told.said == {"prod": ""}


async def test_a_prometheus_that_hangs_holds_up_nothing(
    prometheus: FakePrometheus, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(feeding, "READ_SECONDS", 2)
    feed = opened(prometheus.url, told, patience=0.05)
    prometheus.hangs = True
    for _ in range(3):  # each comes back at once, and no second round is begun beside the first
        await feed.refresh()
    while not prometheus.asked:
        await asyncio.sleep(0.01)
    assert prometheus.asked == ["nodes"]
    monkeypatch.setattr(rounds, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    await feed.refresh()
    await feed.close()
    assert "took longer than 2 s" in feed.reads()[0].error
    assert list(told.errors) == [("kubernetes", "", "deadline")]


async def test_nobody_there_is_told_of(told: Told) -> None:
    feed = opened("http://127.0.0.1:1", told)
    assert not feed.reads()[0].tried
    await feed.refresh()
    await feed.close()
    assert "no connection" in feed.reads()[0].error


async def test_credentials_are_sent_and_read_anew(
    prometheus: FakePrometheus, told: Told, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    feed = opened(prometheus.url, told, str(token))
    await feed.refresh()
    assert prometheus.headers[-1]["Authorization"] == "Bearer first"
    token.write_text("second\n")
    await feed.refresh()
    assert prometheus.headers[-1]["Authorization"] == "Bearer second"
    token.unlink()
    await feed.refresh()
    await feed.close()
    assert f"cannot read {token}" in feed.reads()[0].error
    password = tmp_path / "password"
    password.write_text("secret\n")
    basic = opened(prometheus.url, told, user="carbon", password=str(password))
    await basic.refresh()
    await basic.close()
    assert prometheus.headers[-1]["Authorization"] == "Basic Y2FyYm9uOnNlY3JldA=="


async def test_cockpit_takes_its_token_under_a_name_of_its_own(
    prometheus: FakePrometheus, told: Told, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("cockpits")
    cluster = ClusterSettings(
        cluster="prod", source="cockpit", url=prometheus.url, token_file=str(token)
    )
    feed = ClusterFeed([cluster], 0, told, told.error, told, lambda: NOON, lambda: NOON)
    await feed.refresh()
    await feed.close()
    assert prometheus.headers[-1]["X-Token"] == "cockpits"
    assert "Authorization" not in prometheus.headers[-1]
    assert feed.reads()[0].usage is not None


async def test_numbers_that_cannot_be_meant_are_left_out(
    prometheus: FakePrometheus, told: Told
) -> None:
    prometheus.answers["cores"] = [(WEB, float("nan"))]
    prometheus.answers["memory"] = [(WEB, -5.0)]
    feed = opened(prometheus.url, told)
    await feed.refresh()
    await feed.close()
    usage = feed.reads()[0].usage
    assert usage
    held = usage.nodes[0].workloads[Workload("shop", "StatefulSet", "web")]
    assert (held.cores, held.memory_bytes_held) == (0, 0)
