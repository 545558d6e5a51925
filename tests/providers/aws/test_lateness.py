"""How late AWS' metrics may be, and that none is taken as 0 before."""

from __future__ import annotations

import pytest
from tests.fakes.aws import AwsFake
from tests.fakes.aws_replay import spec
from tests.over_all import over_all
from tests.providers.aws.conftest import MakeClient
from tests.providers.aws.test_cloudwatch import NOW, function

from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.describing.lateness import LATE, SETTLE_SECONDS
from cloud_carbon_exporter.providers.spec import Metric, Read

METRICS = {
    (metric.namespace, metric.name): metric
    for service in PROVIDER.services
    for metric in service.metrics
}
LONGEST_INVOCATION_SECONDS = 900.0
(DURATION,) = spec("lambda/function").metrics


def test_every_namespace_whose_silence_is_nothing_says_how_late_it_is() -> None:
    silent = {metric.namespace for metric in METRICS.values() if metric.absent is not None}
    assert silent == LATE.keys()
    assert all(late.source for late in LATE.values())
    assert PROVIDER.settle_seconds == SETTLE_SECONDS


@over_all("metric", METRICS.values(), ids=[" ".join(name) for name in METRICS])
def test_a_metric_is_waited_for_as_long_as_it_may_take(metric: Metric) -> None:
    late = LATE.get(metric.namespace)
    if late is not None and metric.absent is not None:
        assert SETTLE_SECONDS + metric.delay_seconds == late.seconds
    else:
        assert metric.delay_seconds == 0


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [60, 300, 600, 840, 900])
async def test_an_invocation_is_counted_however_long_it_takes(
    fake: AwsFake, make_client: MakeClient, seconds: int
) -> None:
    """Its datum bears the time it began, and comes with CloudWatch's usual delay once it ends."""
    begun = NOW
    told = {begun: seconds * 1000.0}
    client = make_client()
    counted: dict[float, float] = {}
    for passed in range(300, 3600, 60):
        moment = begun + passed
        if moment >= begun + seconds + 300:
            fake.cloudwatch.put("eu-west-3", "AWS/Lambda", "Duration", {"FunctionName": "f"}, told)
            told = {}
        until = moment - SETTLE_SECONDS
        reading = await client.series([Read(function("f"), DURATION, begun - 300)], until)
        for point in reading.points.get(("f", "executions"), ()):
            # what was taken for a time once stands
            counted.setdefault(point.start, point.value)
    assert counted[begun] == pytest.approx(seconds / DURATION.period_seconds)


def test_lambda_waits_for_its_longest_invocation() -> None:
    assert DURATION.delay_seconds >= LONGEST_INVOCATION_SECONDS
