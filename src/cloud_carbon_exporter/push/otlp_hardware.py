"""Hardware metrics of OpenTelemetry, beside ours: hw.power and hw.energy of every resource.

Source: opentelemetry.io/docs/specs/semconv/hardware/common, of status "development": names may yet
change, so they come by a flag. Of Software Carbon Intensity no names stand there (proposed in
open-telemetry/community, issue 3539), so none are sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloud_carbon_exporter.push.samples import Sample

NAMES = {
    "cloud_carbon_power_watts": "hw.power",
    "cloud_carbon_energy_joules_total": "hw.energy",
}
"""Name by the family it says the same of: watts as a gauge, joules as a counter."""

# hw.id and hw.type are required, hw.name is recommended.
_ATTRIBUTES = {"cloud_resource_id": "hw.id", "kind": "hw.type", "cloud_resource_name": "hw.name"}
# With slim labels a series knows no kind; values other than the well-known may be one's own.
_UNKNOWN_TYPE = ("hw.type", "cloud_resource")


def named(samples: Sequence[Sample]) -> list[Sample]:
    """Samples with the attributes of the convention beside their own."""
    return [replace(sample, labels=(*sample.labels, *_attributes(sample))) for sample in samples]


def _attributes(sample: Sample) -> list[tuple[str, str]]:
    said = dict(sample.labels)
    pairs = [(_ATTRIBUTES[name], said[name]) for name in _ATTRIBUTES if name in said]
    return pairs if "kind" in said else [*pairs, _UNKNOWN_TYPE]
