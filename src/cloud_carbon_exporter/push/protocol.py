"""Protocol of a push: how samples are written, and what the answer to them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.http.session import Answer
from cloud_carbon_exporter.push.samples import Labels, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One way to say samples. encode: a batch, the common labels, the moment -> a body.

    understood: whether an answer comes of a receiver that knows this protocol.
    rejected: how many samples of a request an answer of success refuses all the same.
    """

    name: str
    headers: Mapping[str, str]
    encode: Callable[[Sequence[Sample], Labels, float], bytes]
    understood: Callable[[Answer], bool] = lambda answer: True
    rejected: Callable[[bytes], int] = lambda answer: 0
