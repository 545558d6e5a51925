"""Remote write 2.0 of Prometheus: an io.prometheus.write.v2.Request, compressed with snappy.

Every text stands once in a table of symbols; a series brings its type, HELP and unit, and a counter
when it began. Source: prometheus.io/docs/specs/prw/remote_write_spec_2_0 (2.0-rc.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.exposition import Family
from cloud_carbon_exporter.http.session import Answer
from cloud_carbon_exporter.push.protobuf import nested, text, varint, whole
from cloud_carbon_exporter.push.remote_write import sent
from cloud_carbon_exporter.push.samples import Labels, Sample

HEADERS = {
    "Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "2.0.0",
}

_TYPES = {"counter": 1, "gauge": 2}
_WRITTEN = "X-Prometheus-Remote-Write-Samples-Written"


def understood(answer: Answer) -> bool:
    """Whether a receiver of 2.0 answers: each says how much it has written, an older one never.

    A receiver of 1.0 that looks at the type says 415, or 400; one that does not reads an empty
    request, as the fields of 1.0 are reserved in 2.0, and says that all is well.
    """
    if answer.status == 415:
        return False
    unclear = answer.status == 400 or 200 <= answer.status < 300
    return _WRITTEN in answer.headers or not unclear


@dataclass(slots=True)
class _Symbols:
    """Table of the texts of one request; the first is empty, as the specification wants it."""

    places: dict[str, int] = field(default_factory=lambda: {"": 0})
    _pairs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _metadata: dict[str, bytes] = field(default_factory=dict)

    def place(self, word: str) -> int:
        return self.places.setdefault(word, len(self.places))

    def label(self, name: str, word: str) -> bytes:
        """References of a label. Most come again and again."""
        pair = self._pairs.get((name, word))
        if pair is None:
            pair = varint(self.place(name)) + varint(self.place(word))
            self._pairs[name, word] = pair
        return pair

    def metadata(self, family: Family) -> bytes:
        """Metadata of a series, a field of its own."""
        said = self._metadata.get(family.name)
        if said is None:
            said = whole(1, _TYPES[family.type]) + whole(3, self.place(family.help))
            if family.unit:
                said += whole(4, self.place(family.unit))
            said = self._metadata[family.name] = nested(5, said)
        return said


def request(batch: Sequence[Sample], common: Labels, now: float, since: float | None) -> bytes:
    """Body of one request. common: labels every series bears, unless it has them of its own.

    since: when counting began; None where nobody knows.
    """
    import cramjam

    symbols = _Symbols()
    moment = whole(2, round(now * 1000))
    start = b"" if since is None else whole(3, round(min(since, now) * 1000))
    series = []
    for sample in batch:
        labels = {**dict(common), **dict(sample.labels), "__name__": sample.family.name}
        pairs = b"".join([symbols.label(*label) for label in sorted(labels.items())])
        counts = sample.family.type == "counter" and sample.value is not None
        point = sent(sample) + moment + (start if counts else b"")
        series.append(
            nested(5, nested(1, pairs) + nested(2, point) + symbols.metadata(sample.family))
        )
    table = b"".join([text(4, word) for word in symbols.places])
    return bytes(cramjam.snappy.compress_raw(table + b"".join(series)))
