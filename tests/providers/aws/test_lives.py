"""Lives of what comes and goes: what AWS tells of instances, tasks, jobs and runs at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import Asked, ReplayClient, spec
from tests.fakes.ec2_xml import instance, reservations
from tests.providers.aws.conftest import INSTANCES, MakeClient
from tests.providers.aws.parts import PARIS, parts

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.cache import Cache
from cloud_carbon_exporter.providers.aws.describing.moments import moment, of_transition
from cloud_carbon_exporter.providers.aws.services import ecs_task, glue_job, sagemaker_job
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec

NOW = 1_796_023_083.0  # 2026-11-30 07:18:03
SPOKEN = "2026-11-30 07:18:03 GMT"
LAUNCHED = 1_796_018_400.0
CLUSTER = f"arn:aws:ecs:eu-west-3:{ACCOUNT}:cluster/shop"


async def instances(fake: AwsFake, make_client: MakeClient, state: str, reason: str) -> Swept:
    """One sweep of an instance in a state, launched two hours and more ago."""
    xml = instance(1, state=state).replace("<reason/>", f"<reason>{reason}</reason>")
    head, _, rest = xml.partition("<launchTime>")
    tail = rest.partition("</launchTime>")[2]
    told = f"{head}<launchTime>2026-11-30T06:00:00.000Z</launchTime>{tail}"
    fake.handlers["DescribeInstances"] = reservations([told])
    return await sweep(
        make_client(), INSTANCES, [spec("ec2/instance")], Scope("aws", ACCOUNT, "eu-west-3")
    )


@pytest.mark.slow
@pytest.mark.parametrize("who", ["User", "Service"])
async def test_a_terminated_instance_tells_its_life(
    fake: AwsFake, make_client: MakeClient, who: str
) -> None:
    swept = await instances(fake, make_client, "terminated", f"{who} initiated ({SPOKEN})")
    (ended,) = swept.endings
    assert swept.resources == ()
    assert (ended.resource.started, ended.at, ended.left) == (LAUNCHED, NOW, None)
    assert parts(ended.resource), "with all it held"


async def test_a_stopped_instance_tells_its_last_run_and_holds_nothing(
    fake: AwsFake, make_client: MakeClient
) -> None:
    swept = await instances(fake, make_client, "stopped", f"User initiated ({SPOKEN})")
    (ended,) = swept.endings
    (left,) = swept.resources
    assert (ended.resource.started, ended.at) == (LAUNCHED, NOW)
    assert (left.components, left.started) == ((), NOW)


@pytest.mark.parametrize("reason", ["", "User initiated", "Server.SpotInstanceTermination", "(x)"])
async def test_a_reason_without_a_time_ends_nothing(
    fake: AwsFake, make_client: MakeClient, reason: str
) -> None:
    swept = await instances(fake, make_client, "terminated", reason)
    assert (swept.endings, swept.resources, swept.skipped) == ((), (), {})


async def test_a_running_instance_counts_from_its_last_launch(
    fake: AwsFake, make_client: MakeClient
) -> None:
    swept = await instances(fake, make_client, "running", "")
    assert [resource.started for resource in swept.resources] == [LAUNCHED]
    assert swept.endings == ()


def test_moments_in_every_spelling() -> None:
    assert moment("2026-11-30T07:18:03Z") == moment("2026-11-30 07:18:03+00:00") == NOW
    assert moment("2026-11-30T07:18:03") == moment("2026-11-30T08:18:03+01:00") == NOW
    assert moment(NOW) == moment(int(NOW)) == NOW
    for nothing in (None, "", "soon", True, -1, 0, float("nan"), 10**17, [NOW], {"at": NOW}):
        assert moment(nothing) is None
    assert of_transition(f"User initiated ({SPOKEN})") == NOW
    assert of_transition("User initiated (2026-13-45 07:18:03 GMT)") is None


def task(number: int, status: str, **times: float) -> dict[str, Any]:
    return {
        "taskArn": f"arn:aws:ecs:eu-west-3:{ACCOUNT}:task/shop/t{number}",
        "clusterArn": CLUSTER,
        "launchType": "FARGATE",
        "cpu": "1024",
        "memory": "2048",
        "lastStatus": status,
        **times,
    }


class Ecs(ReplayClient):
    """ECS of one cluster that lists tasks by what they are to be."""

    def __init__(self, running: Sequence[Any], stopped: Sequence[Any]) -> None:
        super().__init__({})
        self.running, self.stopped = running, stopped
        self.time = NOW
        self.clock = lambda: self.time
        self.cache = Cache(self.clock)

    async def call(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Mapping[str, Any]:
        self.asked.append(Asked(api, operation, params))
        if operation == "DescribeClusters":
            busy = {"clusterArn": CLUSTER, "runningTasksCount": len(self.running)}
            return {"clusters": [busy]}
        known = {raw["taskArn"]: raw for raw in (*self.running, *self.stopped)}
        return {"tasks": [known[arn] for arn in params["tasks"]]}

    async def answers(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Any:
        self.asked.append(Asked(api, operation, params))
        if operation == "ListClusters":
            yield {"clusterArns": [CLUSTER]}
            return
        listed = self.running if params["desiredStatus"] == "RUNNING" else self.stopped
        yield {"taskArns": [raw["taskArn"] for raw in listed]}

    def described(self) -> list[str]:
        """ARNs asked for, each as often as it was."""
        arns: list[str] = []
        for params in self.params_of("DescribeTasks"):
            arns += params["tasks"]
        return arns


async def swept(client: ReplayClient, service: ServiceSpec) -> Swept:
    return await sweep(client, service.listing, [service], PARIS)


async def test_a_task_that_came_and_went_in_an_idle_cluster_tells_its_life() -> None:
    gone = task(1, "STOPPED", createdAt=NOW - 300, startedAt=NOW - 240, stoppedAt=NOW - 60)
    client = Ecs([], [gone])
    for _ in range(3):
        result = await swept(client, ecs_task.SPEC)
        (ended,) = result.endings
        assert (ended.resource.started, ended.at) == (NOW - 240, NOW - 60)
        assert result.resources == ()
    assert client.described() == [gone["taskArn"]], "nothing of it changes any more"


async def test_a_task_is_billed_from_the_download_of_its_image() -> None:
    runs = task(2, "RUNNING", pullStartedAt=NOW - 30, startedAt=NOW - 10)
    stopping = task(3, "STOPPING", startedAt=NOW - 90, stoppingAt=NOW - 5)
    client = Ecs([runs, stopping], [stopping])
    result = await swept(client, ecs_task.SPEC)
    starts = {resource.name: resource.started for resource in result.resources}
    assert starts == {"t2": NOW - 30, "t3": NOW - 90}
    client.running, client.stopped = [runs], [{**stopping, "lastStatus": "DEPROVISIONING"}]
    client.stopped[0]["executionStoppedAt"] = NOW
    (ended,) = (await swept(client, ecs_task.SPEC)).endings
    assert ended.at == NOW


@pytest.mark.parametrize("silent", ["DescribeClusters", "DescribeTasks"])
async def test_an_answer_without_what_was_asked_for_by_name_takes_nothing_away(
    silent: str,
) -> None:
    class Empty(Ecs):
        async def call(
            self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
        ) -> Mapping[str, Any]:
            if operation == silent:
                return {}
            return await super().call(scope, api, operation, params)

    with pytest.raises(Malformed):
        await swept(Empty([task(1, "RUNNING", startedAt=NOW)], []), ecs_task.SPEC)


async def test_a_task_is_forgotten_some_time_after_ecs_forgets_it() -> None:
    client = Ecs([], [task(1, "STOPPED", startedAt=NOW - 240, stoppedAt=NOW - 60)])
    await swept(client, ecs_task.SPEC)
    client.stopped = []
    held = len(client.cache._values)
    client.time += 8 * 3600
    client.cache.last("anything else")
    assert len(client.cache._values) < held


class Jobs(ReplayClient):
    """SageMaker with jobs under way and jobs that have ended, described as they are listed."""

    def __init__(self, under_way: Sequence[Any], changed: Sequence[Any]) -> None:
        super().__init__({})
        self.under_way, self.changed = under_way, changed
        self.described: list[str] = []
        self.clock = lambda: NOW
        self.cache = Cache(self.clock)

    async def call(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Mapping[str, Any]:
        name = params["TrainingJobName"]
        self.described.append(name)
        known = {raw["TrainingJobName"]: raw for raw in (*self.under_way, *self.changed)}
        config = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50}
        return {**known[name], "ResourceConfig": config}

    async def answers(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Any:
        told = self.under_way if "StatusEquals" in params else self.changed
        if "StatusEquals" not in params:
            assert NOW - 3 * 3600 < params["LastModifiedTimeAfter"] < NOW - 1800
        keys = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "LastModifiedTime")
        yield {"TrainingJobSummaries": [_only(keys, raw) for raw in told]}


def _only(keys: Sequence[str], raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: raw[key] for key in keys}


def job(name: str, status: str, secondary: str, **times: float) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:eu-west-3:{ACCOUNT}:training-job/{name}",
        "TrainingJobStatus": status,
        "SecondaryStatus": secondary,
        "LastModifiedTime": NOW - len(times),
        **times,
    }


async def test_a_job_tells_its_life_though_it_was_never_seen_to_run() -> None:
    training = sagemaker_job.SPECS[0]
    begun, ended = {"TrainingStartTime": NOW - 500}, {"TrainingEndTime": NOW - 100}
    client = Jobs(
        [job("runs", "InProgress", "Training", **begun)],
        [
            job("runs", "InProgress", "Training", **begun),
            job("over", "Completed", "Completed", **begun, **ended),
        ],
    )
    result = await swept(client, training)
    (ending,) = result.endings
    (runs,) = result.resources
    assert (ending.resource.name, ending.resource.started, ending.at) == (
        "over",
        NOW - 500,
        NOW - 100,
    )
    assert parts(ending.resource) == {"vcpu": 8, "memory": 32, "block aws/gp2": 100}
    assert (runs.name, runs.started) == ("runs", NOW - 500)


async def test_a_job_is_described_anew_for_each_change_of_its_status() -> None:
    client = Jobs([job("j", "InProgress", "Starting")], [])
    training = sagemaker_job.SPECS[0]
    for _ in range(2):
        (waits,) = (await swept(client, training)).resources
        assert (waits.components, waits.started) == ((), None), "it waits for its machines"
    client.under_way = [job("j", "InProgress", "Training", TrainingStartTime=NOW - 5)]
    (runs,) = (await swept(client, training)).resources
    assert runs.started == NOW - 5
    assert client.described == ["j", "j"]


def run(number: int, state: str, start: float, end: float | None = None) -> dict[str, Any]:
    raw = {"Id": f"jr{number}", "JobRunState": state, "StartedOn": start, "CompletedOn": end}
    told = {key: value for key, value in raw.items() if value is not None}
    return {**told, "WorkerType": "G.1X", "NumberOfWorkers": 10}


class Glue(ReplayClient):
    """Glue with one job and its runs, the newest first, in pages as large as asked for."""

    def __init__(self, runs: Sequence[Any]) -> None:
        super().__init__({})
        self.runs = runs
        self.pages_read = 0
        self.time = NOW
        self.clock = lambda: self.time
        self.cache = Cache(self.clock)

    async def answers(
        self, scope: Scope, api: str, operation: str, params: Mapping[str, Any], **_: Any
    ) -> Any:
        if operation == "GetJobs":
            yield {"Jobs": [{"Name": "etl"}]}
            return
        for first in range(0, max(1, len(self.runs)), params["MaxResults"]):
            self.pages_read += 1
            yield {"JobRuns": self.runs[first : first + params["MaxResults"]]}


def held(result: Swept) -> float:
    every: list[Resource] = [*result.resources]
    return sum(parts(resource).get("vcpu", 0.0) for resource in every)


async def test_every_run_that_is_under_way_is_read_however_many_are_newer() -> None:
    many = [run(number, "RUNNING", NOW - number) for number in range(100)]
    assert held(await swept(Glue(many), glue_job.SPECS[0])) == 100 * 40
    failed = [run(n, "FAILED", NOW - 60 * n, NOW - 60 * n + 9) for n in range(450)]
    stream = [*failed, run(999, "RUNNING", NOW - 6 * 86400)]
    client = Glue(stream)
    result = await swept(client, glue_job.SPECS[0])
    assert held(result) == 40
    assert client.pages_read == 3
    assert len(result.endings) == 121, "those of the last two hours"
    client.time += 300
    assert held(await swept(client, glue_job.SPECS[0])) == 40
    assert client.pages_read == 6, "what is under way may have ended since: it is asked for again"


async def test_a_job_that_sleeps_is_asked_for_its_newest_runs_every_ten_minutes() -> None:
    days = [run(n, "SUCCEEDED", NOW - 3600 * n, NOW - 3600 * n + 60) for n in range(1, 500)]
    client = Glue(days)
    for minute in range(0, 60, 5):
        client.time = NOW + 60 * minute
        await swept(client, glue_job.SPECS[0])
    assert client.pages_read == 1 + 5, (
        "seven days back at first, in a page; then a page each ten minutes"
    )
    client.runs = [run(0, "SUCCEEDED", client.time + 100, client.time + 400), *days]
    client.time += 700
    (ended, *_) = (await swept(client, glue_job.SPECS[0])).endings
    assert (ended.resource.name, ended.at - (ended.resource.started or 0)) == ("etl/jr0", 300)


async def test_runs_that_wait_or_never_began_have_no_life() -> None:
    result = await swept(Glue([run(1, "WAITING", NOW), run(2, "STARTING", NOW)]), glue_job.SPECS[0])
    assert [resource.name for resource in result.resources] == ["etl"]
    assert result.endings == ()


async def test_a_session_of_glue_tells_its_end() -> None:
    session = glue_job.SPECS[1]
    raw = {"Id": "s", "WorkerType": "G.1X", "NumberOfWorkers": 2, "CreatedOn": NOW - 900}
    ended = session.read({**raw, "Status": "TIMEOUT", "CompletedOn": NOW}, PARIS)
    assert isinstance(ended, Ended)
    assert (ended.resource.started, ended.at) == (NOW - 900, NOW)
