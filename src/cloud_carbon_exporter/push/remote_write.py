"""Remote write 1.0 of Prometheus: a WriteRequest in Protocol Buffers, compressed with snappy.

Source: prometheus.io/docs/specs/prw/remote_write_spec. Labels are sorted by name, times are in
milliseconds, and snappy's format is that of blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.push.protobuf import double, fixed64, nested, text, whole
from cloud_carbon_exporter.push.samples import Labels, Sample

HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


# The one NaN that means "ended" (section "Stale Markers"). As bits, since a NaN that a processor
# has touched may be another afterwards.
_STALE = 0x7FF0000000000002


def check() -> None:
    """Raises ConfigError when the library for snappy is not installed."""
    try:
        import cramjam  # noqa: F401
    except ImportError:
        raise ConfigError(
            "-push.remote-write.url needs snappy: pip install 'cloud-carbon-exporter[remote-write]'"
        ) from None


def request(batch: Sequence[Sample], common: Labels, now: float) -> bytes:
    """Body of one request. common: labels every series bears, unless it has them of its own."""
    import cramjam

    moment = whole(2, round(now * 1000))
    # Most labels come again and again.
    encoded: dict[tuple[str, str], bytes] = {}
    series = []
    for sample in batch:
        labels = {**dict(common), **dict(sample.labels), "__name__": sample.family.name}
        parts = []
        for name, value in sorted(labels.items()):
            label = encoded.get((name, value))
            if label is None:
                label = encoded[name, value] = nested(1, text(1, name) + text(2, value))
            parts.append(label)
        series.append(nested(1, b"".join(parts) + nested(2, sent(sample) + moment)))
    return bytes(cramjam.snappy.compress_raw(b"".join(series)))


def sent(sample: Sample) -> bytes:
    """Value of a sample as its first field, or the marker that its series has ended."""
    # A double and a fixed64 are the same eight bytes on the wire, and of the same wire type.
    return fixed64(1, _STALE) if sample.value is None else double(1, sample.value)
