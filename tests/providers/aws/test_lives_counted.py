"""Lives of AWS, counted: what comes and goes between refreshes, on a virtual clock.

The fake answers as AWS would at that moment: what has ended is listed for an hour more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, ReplayClient, spec
from tests.fakes.cloud import Clock
from tests.providers.aws.parts import watts

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.collector import Collector
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.cache import Cache
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Scope

HOUR = 3600.0
REFRESH_SECONDS = 300.0
CPU_PERCENT = 50.0
KINDS = ("ec2/instance", "ecs/task", "glue/job", "sagemaker/processing_job")
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"

CONSTANT: Mapping[str, Mapping[str, Any]] = {
    "ListClusters": {"clusterArns": [CLUSTER]},
    "GetJobs": {"Jobs": [{"Name": "etl"}]},
    "ListMetrics": {"Metrics": []},
    "DescribeInstanceTypes": {"InstanceTypes": []},
}


@dataclass(frozen=True, slots=True)
class Life:
    number: int
    start: float
    end: float


class Churn(ReplayClient):
    """An account in which machines, tasks, runs and jobs of the same lives come and go."""

    def __init__(self, clock: Clock, lives: Sequence[Life]) -> None:
        super().__init__({})
        self.clock = clock
        self.cache = Cache(clock)
        self.lives = lives

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        return [Scope("aws", ACCOUNT, REGION)]

    async def extras(self, now: float) -> Extras:
        return Extras()

    def _listed(self, status: str = "") -> Iterator[tuple[Life, bool]]:
        """Lives that have begun, the newest first, and whether they are over; none for an hour."""
        now = self.clock()
        for life in sorted(self.lives, key=lambda life: -life.start):
            over = life.end <= now
            if life.start <= now < life.end + HOUR and (not status or over == (status == "over")):
                yield life, over

    async def call(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Mapping[str, Any]:
        if operation == "DescribeClusters":
            busy = len(list(self._listed("runs")))
            return {"clusters": [{"clusterArn": CLUSTER, "runningTasksCount": busy}]}
        if operation == "DescribeTasks":
            wanted = set(params["tasks"])
            tasks = [_task(life, over) for life, over in self._listed()]
            return {"tasks": [task for task in tasks if task["taskArn"] in wanted]}
        (job,) = (
            _job(life, over)
            for life, over in self._listed()
            if f"j{life.number}" == params["ProcessingJobName"]
        )
        return job

    async def answers(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Any:
        yield self._answer(operation, params)

    def _answer(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        listed = list(self._listed())
        if operation == "DescribeInstances":
            instances = [_instance(life, over) for life, over in listed]
            return {"Reservations": [{"OwnerId": ACCOUNT, "Instances": instances}]}
        if operation == "ListTasks":
            status = "runs" if params["desiredStatus"] == "RUNNING" else "over"
            return {"taskArns": [_task(*life)["taskArn"] for life in self._listed(status)]}
        if operation == "GetJobRuns":
            return {"JobRuns": [_run(life, over) for life, over in listed]}
        if operation == "ListProcessingJobs":
            status = "runs" if "StatusEquals" in params else ""
            return {"ProcessingJobSummaries": [_job(*life) for life in self._listed(status)]}
        if operation == "GetMetricData":
            return {"MetricDataResults": [_cpu(query, params) for query in _queries(params)]}
        return CONSTANT[operation]


def _instance(life: Life, over: bool) -> dict[str, Any]:
    ended = datetime.fromtimestamp(life.end, UTC).strftime("%Y-%m-%d %H:%M:%S GMT")
    return {
        "InstanceId": f"i-{life.number}",
        "InstanceType": "m5.large",
        "LaunchTime": datetime.fromtimestamp(life.start, UTC).isoformat(),
        "State": {"Name": "terminated" if over else "running"},
        "StateTransitionReason": f"Service initiated ({ended})" if over else "",
    }


def _task(life: Life, over: bool) -> dict[str, Any]:
    ended = {"stoppedAt": life.end} if over else {}
    return {
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/c/t{life.number}",
        "clusterArn": CLUSTER,
        "launchType": "FARGATE",
        "cpu": "1024",
        "memory": "2048",
        "lastStatus": "STOPPED" if over else "RUNNING",
        "startedAt": life.start,
        **ended,
    }


def _run(life: Life, over: bool) -> dict[str, Any]:
    ended = {"CompletedOn": life.end} if over else {}
    state = "SUCCEEDED" if over else "RUNNING"
    fleet = {"WorkerType": "G.1X", "NumberOfWorkers": 2}
    return {
        "Id": f"r{life.number}",
        "JobRunState": state,
        "StartedOn": life.start,
        **fleet,
        **ended,
    }


def _job(life: Life, over: bool) -> dict[str, Any]:
    ended = {"ProcessingEndTime": life.end} if over else {}
    config = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    return {
        "ProcessingJobName": f"j{life.number}",
        "ProcessingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:processing-job/j{life.number}",
        "ProcessingJobStatus": "Completed" if over else "InProgress",
        "LastModifiedTime": life.end if over else life.start,
        "ProcessingResources": {"ClusterConfig": config},
        "ProcessingStartTime": life.start,
        **ended,
    }


def _queries(params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    queries: Sequence[Mapping[str, Any]] = params["MetricDataQueries"]
    return queries


def _cpu(query: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Complete points of every period asked for: CloudWatch keeps those of the dead."""
    begun, until = int(params["StartTime"]), int(params["EndTime"])
    times = [float(at) for at in range(begun, until, 300)]
    values = [CPU_PERCENT] * len(times)
    return {"Id": query["Id"], "StatusCode": "Complete", "Timestamps": times, "Values": values}


def collector(client: Churn, clock: Clock) -> Collector[int]:
    services = tuple(service for service in PROVIDER.services if service.kind in KINDS)
    provider = replace(PROVIDER, services=services, client=lambda settings, meter: client)
    target = Target("t", provider, TargetSettings(provider="aws"))
    return Collector([target], CollectSettings(), Budget(clock), lambda snapshot: 0, clock)


def joules(exporter: Collector[int]) -> dict[str, float]:
    """What was counted, by kind."""
    counted = dict.fromkeys(KINDS, 0.0)
    for (*_, kind), account in exporter.counters.accounts().items():
        counted[kind] += account.energy_joules
    return counted


def draws() -> dict[str, float]:
    """Watts of one of each kind, as it runs."""
    life, scope = Life(0, 1.0, 2.0), Scope("aws", ACCOUNT, REGION)
    job = {**_run(life, False), "Job": {"Name": "etl"}}
    raws = (_instance(life, False), _task(life, False), job, _job(life, False))
    drawn: dict[str, float] = {}
    for kind, raw in zip(KINDS, raws, strict=True):
        resource = spec(kind).resource(raw, scope)
        assert isinstance(resource, Resource)
        load = {"cpu_ratio": CPU_PERCENT / 100} if kind == "ec2/instance" else {}
        drawn[kind] = watts(resource, **load)
    return drawn


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [60.0, 240.0, 420.0, 600.0, 900.0, 1800.0, 3600.0])
async def test_law_a_life_on_aws_is_counted_whole_at_every_phase(seconds: float) -> None:
    clock = Clock(1_800_000_000.0)
    since = clock.now
    lives = [
        Life(number, since + 900 + phase, since + 900 + phase + seconds)
        for number, phase in enumerate(range(0, 300, 37))
    ]
    exporter = collector(Churn(clock, lives), clock)
    passed = 0.0
    drawn = draws()
    while clock.now < since + 900 + seconds + 2 * HOUR:
        await exporter.refresh()
        clock.now += REFRESH_SECONDS
        passed = sum(max(0.0, min(life.end, clock.now) - life.start) for life in lives)
        for kind, counted in joules(exporter).items():
            assert counted <= drawn[kind] * passed * (1 + 1e-6), f"{kind} runs ahead"
    await exporter.close()
    shares = {kind: count / (drawn[kind] * passed) for kind, count in joules(exporter).items()}
    assert shares == {kind: pytest.approx(1, abs=0.01) for kind in KINDS}
