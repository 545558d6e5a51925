"""What is priced by the request: an assumed energy each, and nothing where nothing passed."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import described, recording, recordings, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.model.facts import figure, place
from cloud_carbon_exporter.providers.aws.services import stepfunctions_state_machine
from cloud_carbon_exporter.providers.settings import TargetSettings

TEAM = TargetSettings(provider="aws", tags=("team",))
SERVICES = {  # module -> kind, a resource, the signal that drives it
    "apigateway_rest_api": ("apigateway/rest_api", "orders", "requests"),
    "apigatewayv2_api": ("apigatewayv2/api", "catalogue", "requests"),
    "sqs_queue": ("sqs/queue", "jobs", "requests"),
    "sns_topic": ("sns/topic", "alarms", "requests"),
    "events_event_bus": ("events/event_bus", "orders", "requests"),
    "stepfunctions_state_machine": ("stepfunctions/state_machine", "ship", "requests"),
    "athena_work_group": ("athena/work_group", "primary", "bytes"),
}


@pytest.mark.parametrize("module", SERVICES)
async def test_no_traffic_no_draw_and_an_interval_that_admits_ignorance(module: str) -> None:
    kind, name, signal = SERVICES[module]
    resource = (await described(kind, module, TEAM))[name]
    assert watts(resource, **{signal: 0.0}) == 0
    assert watts(resource, **{signal: 200.0}) == pytest.approx(
        2 * watts(resource, **{signal: 100.0})
    )
    busy = footprint(resource, **{signal: 1000.0})
    assert busy.basis == "assumed"
    assert busy.power_watts.upper > 5 * busy.power_watts.value
    assert footprint(resource).basis == "assumed", (
        "nothing read: no draw is claimed, and it is not called measured"
    )
    assert resource.tags.get("team"), "tagged in its recording"


@pytest.mark.parametrize("module", sorted(set(SERVICES) - {"athena_work_group"}))
async def test_reads_are_hourly_as_there_are_many_and_they_draw_little(module: str) -> None:
    kind, name, _ = SERVICES[module]
    resource = (await described(kind, module))[name]
    series = read(spec(kind), resource)
    assert series
    for metric, _ in series.values():
        assert (metric.every_seconds, metric.period_seconds, metric.statistic) == (
            3600,
            3600,
            "Sum",
        )
        assert 3600 * metric.scale == pytest.approx(1)
        assert metric.absent == 0


async def test_apis_of_one_name_share_what_is_counted_under_it() -> None:
    resources = await described("apigateway/rest_api", "apigateway_rest_api")
    assert parts(resources["orders"]) == {"requests http per requests": 1}
    assert parts(resources["hooks"]) == {"requests http per requests": 0.5}, "two APIs of that name"
    assert resources["orders"].id == "arn:aws:apigateway:eu-west-3::/restapis/a1"


async def test_a_websocket_counts_messages() -> None:
    resources = await described("apigatewayv2/api", "apigatewayv2_api")
    assert set(read(spec("apigatewayv2/api"), resources["catalogue"])) == {"Count"}
    assert set(read(spec("apigatewayv2/api"), resources["chat"])) == {"MessageCount"}


async def test_a_message_of_a_queue_is_three_requests() -> None:
    jobs = (await described("sqs/queue", "sqs_queue"))["jobs"]
    assert jobs.id == f"arn:aws:sqs:eu-west-3:{ACCOUNT}:jobs"
    assert parts(jobs) == {"requests message per requests": 3}
    assert spec("sqs/queue").listing.params == {"MaxResults": 1000}, (
        "without it there is no second page"
    )
    _, dimensions = read(spec("sqs/queue"), jobs)["NumberOfMessagesSent"]
    assert dimensions == {"QueueName": "jobs"}


async def test_topics_and_buses() -> None:
    alarms = (await described("sns/topic", "sns_topic"))["alarms"]
    assert set(read(spec("sns/topic"), alarms)) == {
        "NumberOfMessagesPublished",
        "NumberOfNotificationsDelivered",
    }
    buses = await described("events/event_bus", "events_event_bus")
    assert set(buses) == {"default", "orders"}
    _, dimensions = read(spec("events/event_bus"), buses["orders"])["InvocationAttempts"]
    assert dimensions == {"EventBusName": "orders"}


async def test_a_disabled_work_group_runs_no_query() -> None:
    resources = await described("athena/work_group", "athena_work_group")
    assert parts(resources["parked"]) == {}
    joules = figure("requests.scanned-gib.joules_per_request").value
    overhead = place("aws", "eu-west-3").pue_ratio.value
    assert watts(resources["primary"], bytes=float(2**30)) == pytest.approx(joules * overhead), (
        "a GiB a second"
    )


def test_an_object_without_its_name_costs_itself_alone() -> None:
    with pytest.raises(KeyError):
        stepfunctions_state_machine.SPEC.resource({"type": "STANDARD"}, PARIS)


def test_each_of_them_is_recorded() -> None:
    assert set(SERVICES) <= set(recordings())
    assert all(recording(module)["api"] for module in SERVICES)
