"""Readers of what others write: EC2's XML, monitoring APIs, the configuration file, batches.

Whatever it is given, a reader answers, or raises the one error it is meant to raise.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cloud_carbon_exporter.commands.estimate import answers
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.types import Location, Resource
from cloud_carbon_exporter.providers.aws import PROVIDER as AWS
from cloud_carbon_exporter.providers.aws.client import cloudwatch
from cloud_carbon_exporter.providers.aws.client.ec2_xml import UnreadableXmlError, parse
from cloud_carbon_exporter.providers.gcp import PROVIDER as GCP
from cloud_carbon_exporter.providers.gcp.client import monitoring
from cloud_carbon_exporter.providers.scaleway import PROVIDER as SCALEWAY
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.client.http import Success
from cloud_carbon_exporter.providers.spec import Metric, Provider, Read, Reading
from tests.fakes.ec2_xml import instance, reservations
from tests.fakes.gcp import Calls
from tests.fakes.scaleway import COCKPIT_TOKEN
from tests.fakes.target_settings import target_settings
from tests.fuzz.budget import FUZZ
from tests.fuzz.test_objects import HOSTILE, spoil, spots
from tests.providers.aws.test_ec2_xml import shape

UNTIL = 1_800_000_000.0
JUNK = st.recursive(
    HOSTILE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


def metric_of(provider: Provider, kind: str) -> Metric:
    return next(spec.metrics[0] for spec in provider.services if spec.kind == kind)


def spoiled(document: Any) -> st.SearchStrategy[Any]:
    """The document with up to three places changed."""
    places = list(spots(document))

    @st.composite
    def made(draw: st.DrawFn) -> Any:
        copy = json.loads(json.dumps(document))
        for _ in range(draw(st.integers(1, 3))):
            spoil(
                copy,
                draw(st.sampled_from(places)),
                draw(HOSTILE),
                draw(st.sampled_from(["put", "put", "remove"])),
            )
        return copy

    return made()


def sane(reading: Reading) -> None:
    """Only series that were asked for, and nothing that collect would not sort out.

    It drops what is not finite.
    """
    for (resource_id, _), points in reading.points.items():
        assert resource_id == "r"
        for point in points:
            assert isinstance(point.value, float | int) and isinstance(point.start, float | int)
    assert all(kind == "k" for kind in reading.failures)


def resource(provider: str, **monitor: str) -> Resource:
    return Resource("r", "k", "r", Location(provider, "p", "eu-west-3"), (), monitor=monitor)


BODY = reservations([instance(1), instance(2)]).encode()
PIECE = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            b"<",
            b"</item>",
            b"<item>",
            b"&",
            b"&x;",
            b"]]>",
            b"<!--",
            b"<![CDATA[",
            b"\0",
            b"\xff",
            b"",
        ]
    ),
)


@FUZZ
@given(st.integers(0, len(BODY)), st.integers(0, 40), PIECE)
@example(0, 0, b'<!DOCTYPE a [<!ENTITY x "boom">]>')
@example(0, len(BODY), b"<a>" * 100_000)
def test_ec2_xml_is_read_or_unreadable(at: int, length: int, piece: bytes) -> None:
    """EC2's XML with any piece cut out and any other put in."""
    try:
        parsed = parse(
            "DescribeInstances", BODY[:at] + piece + BODY[at + length :], shape("DescribeInstances")
        )
    except (
        UnreadableXmlError,
        TypeError,
        ValueError,
    ):  # what the caller takes for an unreadable answer
        return
    assert isinstance(parsed.get("Reservations", []), list)


TIMES = [UNTIL - 1200 + 300 * number for number in range(3)]
CLOUDWATCH = {
    "MetricDataResults": [
        {"Id": "m0", "StatusCode": "Complete", "Timestamps": TIMES, "Values": [1.0, 2.0, 3.0]}
    ]
}


class CloudWatchAnswers:
    """As much of an AwsClient as reading needs."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def answers(self, *args: Any, **more: Any) -> AsyncIterator[Any]:
        yield self._answer


def of_cloudwatch(answer: Any) -> Reading:
    read = Read(resource("aws", InstanceId="i-1"), metric_of(AWS, "ec2/instance"), UNTIL - 1200)
    client: Any = CloudWatchAnswers(answer)
    return asyncio.run(cloudwatch.read(client, [read], UNTIL))


@pytest.mark.slow
@FUZZ
@given(spoiled(CLOUDWATCH) | JUNK.map(lambda junk: {"MetricDataResults": junk}))
def test_cloudwatch_is_read_or_fails_its_kind(answer: Any) -> None:
    """GetMetricData's results with NaN, 1e308, other types, and series nobody asked for."""
    sane(of_cloudwatch(answer))


INSTANCE_METRIC = metric_of(GCP, "compute/instance")
SERIES = {
    "metric": {"type": INSTANCE_METRIC.name, "labels": {}},
    "resource": {
        "type": "gce_instance",
        "labels": {"instance_id": "1", "project_id": "p", "zone": "z"},
    },
    "unit": "10^2.%",
    "points": [
        {
            "interval": {"startTime": "2027-01-15T07:45:00Z", "endTime": end},
            "value": {"doubleValue": 0.5},
        }
        for end in ("2027-01-15T07:55:00Z", "2027-01-15T07:50:00Z")
    ],
}


class MonitoringPages:
    """As much of Rest as reading needs."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def pages(self, call: Any) -> AsyncIterator[Any]:
        yield self._page


def of_monitoring(page: Any) -> Reading:
    read = Read(resource("gcp", instance_id="1", project_id="p"), INSTANCE_METRIC, UNTIL - 1200)
    rest: Any = MonitoringPages(page)
    return asyncio.run(monitoring.read(rest, [read], UNTIL))


@pytest.mark.slow
@FUZZ
@given(
    spoiled({"timeSeries": [SERIES]})
    | st.dictionaries(st.sampled_from(["timeSeries", "executionErrors"]), JUNK)
)
def test_time_series_are_read_or_fail_their_kind(page: Any) -> None:
    """timeSeries.list with NaN, 1e308, other types, and labels that are not there."""
    sane(of_monitoring(page))


COCKPIT_METRIC = metric_of(SCALEWAY, "instance/server")
MATRIX = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {"metric": {"resource_id": "1"}, "values": [[UNTIL - 600, "0.5"], [UNTIL - 300, "NaN"]]}
        ],
    },
}


class CockpitAnswers:
    """As much of Http as reading needs: every name exists, and one answer to every query."""

    def __init__(self, document: Any) -> None:
        self._document = document

    async def send(self, call: Any) -> Success:
        if call.operation == "query_range":
            return Success(b"", {}, self._document)
        names = ["instance_server_cpu_seconds_total", "instance_server_vcpu_count"]
        return Success(b"", {}, {"data": names})


def cockpit(document: Any) -> Reading:
    async def read() -> Reading:
        client = ScalewayClient(
            target_settings("scw", cockpit_token=COCKPIT_TOKEN),
            Calls(),
            search_types=frozenset(),
            environ={},
        )
        http: Any = CockpitAnswers(document)
        client.http = http
        await client.memory.get(
            ("cockpit", "p", "eu-west-3"), 60, lambda: asyncio.sleep(0, "http://cockpit")
        )
        asked = Read(
            resource("scaleway", resource_id="1", project_id="p"), COCKPIT_METRIC, UNTIL - 1200
        )
        return await client.series([asked], UNTIL)

    return asyncio.run(read())


@pytest.mark.slow
@FUZZ
@given(spoiled(MATRIX) | JUNK)
def test_cockpit_is_read_or_fails_its_kind(document: Any) -> None:
    """query_range with NaN, other types, and rows without labels."""
    sane(cockpit(document))


def test_the_answers_fuzzing_starts_from_are_sound() -> None:
    """Unspoiled, each monitoring API's answer brings points and no failure."""
    for reading in (
        of_cloudwatch(CLOUDWATCH),
        of_monitoring({"timeSeries": [SERIES]}),
        cockpit(MATRIX),
    ):
        assert reading.points.keys() == {("r", "cpu_ratio")}
        assert all(reading.points.values()) and not reading.failures


FILE = {
    "listen": "0.0.0.0:2922",
    "metrics": {"tags": ["team", "env"], "labels": "slim"},
    "collect": {"interval": "5m", "stale-after": 60},
    "push": {"remote-write": {"url": "http://a/b"}, "labels": "job=x"},
    "targets": [
        {"provider": "aws", "name": "prod", "regions": ["eu-west-3"]},
        {"provider": "demo", "resources": 3},
    ],
}


@pytest.mark.slow
@FUZZ
@given(
    st.one_of(
        spoiled(FILE).map(lambda tree: json.dumps(tree, default=str).encode()),
        JUNK.map(lambda tree: json.dumps(tree, default=str).encode()),
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"a: &a [*a]",
                b"!!python/object:os.system x",
                b"? {a: b}\n: c",
                b"a: 1\na: 2",
                b"- - -",
                b"%",
            ]
        ),
    )
)
def test_a_file_is_followed_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """The configuration file, whatever it holds: settings, or an error on one line."""
    file = tmp_path_factory.getbasetemp() / "fuzzed.yml"
    Path(file).write_bytes(content)
    try:
        load(["-demo.enabled", f"-config.file={file}"], {})
    except ConfigError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 2000


LINE = {
    "cloud_provider": "aws",
    "machine_type": "m5.large",
    "region": "eu-west-3",
    "cpu_ratio": 0.5,
}


@pytest.mark.slow
@FUZZ
@given(
    st.one_of(
        spoiled(LINE).map(lambda tree: json.dumps(tree, default=str).encode()),
        JUNK.map(lambda tree: json.dumps(tree, default=str).encode()),
        st.binary(max_size=60),
        st.just(b"[" * 100_000),
    )
)
def test_a_line_of_a_batch_is_answered(line: bytes) -> None:
    """Any line of `estimate -batch` gives a footprint or an error, and the next goes on."""
    (failed, said), (failed_next, _) = answers([line, json.dumps(LINE).encode()])
    answer = json.loads(said, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert failed == ("error" in answer)
    assert not failed_next
    if not failed:
        assert math.isfinite(answer["power_watts"]["value"])
