"""OTLP over HTTP: an ExportMetricsServiceRequest in Protocol Buffers, compressed with gzip.

Made by hand: the SDK keeps an aggregation a series, drops what is beyond 2,000 without a word, and
wants to be asked for each value. Source: opentelemetry.io/docs/specs/otlp and
opentelemetry/proto/metrics/v1/metrics.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from isal import isal_zlib

from cloud_carbon_exporter.exposition import Family
from cloud_carbon_exporter.push import otlp_hardware
from cloud_carbon_exporter.push.otlp_resources import by_resource, of_exporter
from cloud_carbon_exporter.push.protobuf import double, fields, fixed64, nested, text, whole
from cloud_carbon_exporter.push.samples import Labels, Sample
from cloud_carbon_exporter.push.settings import ResourceOf

HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
PATH = "/v1/metrics"

# AggregationTemporality of the proto: the sum since a start, as Prometheus' counters are.
_CUMULATIVE = 2
# DataPointFlags of the proto: the point has no value, as its series has ended.
_NO_RECORDED_VALUE = 1
# Window bits of zlib that mean a gzip frame around the largest window.
_GZIP = 31

# In UCUM, as OpenTelemetry wants units. A receiver that translates appends those words of a unit
# that the name lacks, and looks for "per_second" as one word, which no name is split into: "g/s"
# arrived as "..._grams_per_second_per_second". An annotation, in braces, is appended nowhere; there
# is one on either side of the stroke, as VictoriaMetrics looks for "{" in each by itself.
# Source: unit_namer.go and metric_namer.go of the Go module prometheus/otlptranslator 1.0.0, and
# sanitize.go of VictoriaMetrics 1.150, which knows the same words.
_UNITS = {
    "watts": "W",
    "joules": "J",
    "grams": "g",
    "grams_per_second": "{g}/{s}",
    "grams_per_kilowatt_hour": "{g}/{kW.h}",
    "liters": "{L}",
    "liters_per_kilowatt_hour": "{L}/{kW.h}",
    "seconds": "s",
    "bytes": "By",
    "ratio": "1",
    "dollars": "{USD}",
    "dollars_per_month": "{USD}/{mo}",
}


def url(endpoint: str) -> str:
    """URL metrics go to, of an endpoint as OTEL_EXPORTER_OTLP_ENDPOINT has it, or of the whole."""
    return endpoint if endpoint.rstrip("/").endswith(PATH) else endpoint.rstrip("/") + PATH


def unit(family: Family) -> str:
    """Unit of a family as OTLP says it; empty where it has none."""
    return _UNITS.get(family.unit, "")


Encoded = dict[tuple[str, str], bytes]
"""Attributes of data points as they are written: most come again and again."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """Conventions to write by. since: when counting began; None where nobody knows.

    hardware_names: OpenTelemetry's names of power and energy, beside ours.
    """

    since: float | None = None
    resource_of: ResourceOf = "place"
    hardware_names: bool = False


def request(batch: Sequence[Sample], common: Labels, now: float, conventions: Conventions) -> bytes:
    """Body of one request. common: attributes of every resource."""
    sender = of_exporter(common)
    # Without a version: the collector makes labels of a scope, and each release would begin every
    # series anew.
    scope = nested(1, text(1, "cloud_carbon_exporter"))
    encoded: Encoded = {}
    body = b""
    for place, samples in by_resource(batch, conventions.resource_of).items():
        resource = b"".join([_attribute(1, *pair) for pair in (*sender, *place)])
        metrics = b"".join(_metrics(samples, now, conventions, encoded))
        body += nested(1, nested(1, resource) + nested(2, scope + metrics))
    compressor = isal_zlib.compressobj(1, isal_zlib.DEFLATED, _GZIP)
    return bytes(compressor.compress(body) + compressor.flush())


def rejected(answer: bytes) -> int:
    """Data points a receiver that said 200 refused. Raises ValueError for what is no answer."""
    # ExportMetricsServiceResponse.partial_success, and in it rejected_data_points: field 1 each.
    for number, partial in fields(answer):
        if number == 1 and isinstance(partial, bytes):
            return sum(
                count for field, count in fields(partial) if field == 1 and isinstance(count, int)
            )
    return 0


def _metrics(
    samples: Sequence[Sample], now: float, conventions: Conventions, encoded: Encoded
) -> Iterator[bytes]:
    for _, members in groupby(samples, lambda sample: sample.family.name):
        of_family = tuple(members)
        family = of_family[0].family
        head = text(1, family.name) + text(2, family.help)
        if said := unit(family):
            head += text(3, said)
        start = None if family.type == "gauge" else conventions.since
        yield _metric(head, of_family, _times(now, start), encoded)
        if conventions.hardware_names and (name := otlp_hardware.NAMES.get(family.name)):
            head = text(1, name) + text(2, family.help) + text(3, unit(family))
            named = otlp_hardware.named(of_family)
            yield _metric(head, named, _times(now, start), encoded)


def _times(now: float, since: float | None) -> bytes:
    """Moment of a data point, and since when it counts where that is known."""
    moment = fixed64(3, round(now * 1e9))
    if since is None:
        return moment
    # A start after the end would be refused; the clock may have been set back since.
    return fixed64(2, round(min(since, now) * 1e9)) + moment


def _metric(head: bytes, samples: Sequence[Sample], times: bytes, encoded: Encoded) -> bytes:
    """Metric of the samples of one family. head: its name, description and unit."""
    points = []
    for sample in samples:
        parts = [times, _value(sample)]
        for pair in sample.labels:
            attribute = encoded.get(pair)
            if attribute is None:
                attribute = encoded[pair] = _attribute(7, *pair)
            parts.append(attribute)
        points.append(nested(1, b"".join(parts)))
    if samples[0].family.type == "counter":
        told = b"".join(points) + whole(2, _CUMULATIVE) + whole(3, 1)
        return nested(2, head + nested(7, told))
    return nested(2, head + nested(5, b"".join(points)))


def _value(sample: Sample) -> bytes:
    return whole(8, _NO_RECORDED_VALUE) if sample.value is None else double(4, sample.value)


def _attribute(field: int, name: str, value: str) -> bytes:
    return nested(field, text(1, name) + nested(2, text(1, value)))
