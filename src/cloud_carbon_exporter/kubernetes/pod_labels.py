"""Labels of pods' series: read by their names, as a large cluster has hundreds of thousands."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cloud_carbon_exporter.http.vector import Decoder, Told
from cloud_carbon_exporter.kubernetes.owners import PodKey, exported_else


class PodLabels(msgspec.Struct, gc=False):
    """Labels of a series that is of a pod; those it has not are empty."""

    namespace: str = ""
    exported_namespace: str = ""
    pod: str = ""
    exported_pod: str = ""
    node: str = ""
    exported_node: str = ""
    resource: str = ""
    created_by_kind: str = ""
    created_by_name: str = ""

    def key(self) -> PodKey:
        """Pod that it is of, as owners.pod_key has it."""
        told = self.namespace, self.pod
        return exported_else(self.exported_namespace, self.exported_pod, told)


PodSample = tuple[PodLabels, float]

POD_LABELS: Decoder[PodLabels] = msgspec.json.Decoder(list[Told[PodLabels]])


def pod_labels(labels: Mapping[str, str]) -> PodLabels:
    """The same of labels that are read already."""
    return msgspec.convert(labels, PodLabels)
