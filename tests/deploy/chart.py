"""Chart as Helm renders it: values of many users, and manifests read without mercy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import helm_python
import yaml

from tests.deploy.files import DEPLOY

CHART = DEPLOY / "helm" / "cloud-carbon-exporter"
TARGET: dict[str, Any] = {"targets": [{"provider": "aws", "name": "prod"}]}
KEY = {"name": "gcp", "secret": {"secretName": "gcp-key"}}
ALL_ON: dict[str, Any] = {
    "shards": 3,
    "config": {
        "targets": [
            {"provider": "aws", "name": "prod"},
            {"provider": "gcp", "project_id": "my-project"},
        ]
    },
    "image": {"digest": f"sha256:{'0f' * 32}"},
    "extraArgs": ["-metrics.upstream-names"],
    "env": [{"name": "AWS_REGION", "value": "eu-west-3"}],
    "envFrom": [{"configMapRef": {"name": "carbon"}}],
    "existingSecret": "carbon-keys",
    "webConfigSecret": "carbon-web",
    "imagePullSecrets": [{"name": "registry"}],
    "serviceAccount": {
        "annotations": {
            "eks.amazonaws.com/role-arn": "arn:aws:iam::111111111111:role/carbon",
            "iam.gke.io/gcp-service-account": "carbon@my-project.iam.gserviceaccount.com",
        }
    },
    "serviceAccountTokens": [
        {"audience": "sts.amazonaws.com", "path": "aws", "expirationSeconds": 3600}
    ],
    "extraVolumes": [KEY],
    "extraVolumeMounts": [{"name": "gcp", "mountPath": "/etc/gcp", "readOnly": True}],
    "initContainers": [{"name": "wait", "image": "busybox:1.37", "command": ["true"]}],
    "persistence": {"storageClass": "fast"},
    "serviceMonitor": {
        "enabled": True,
        "labels": {"release": "prometheus"},
        "relabelings": [{"targetLabel": "cluster", "replacement": "eu"}],
        "endpoint": {
            "scheme": "https",
            "basicAuth": {"username": {"name": "carbon-scrape", "key": "user"}},
            "relabelings": [{"targetLabel": "team", "replacement": "green"}],
        },
    },
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "dashboards": {"enabled": True, "annotations": {"grafana_folder": "Carbon"}},
    "kubernetes": [{"cluster": "prod", "url": "http://prometheus-operated.monitoring:9090"}],
    "networkPolicy": {"enabled": True, "fromPodLabels": {"app.kubernetes.io/name": "prometheus"}},
    "podLabels": {"team": "green", "app.kubernetes.io/version": "ours"},
    "podAnnotations": {"note": "yes", "checksum/config": "mine"},
    "nodeSelector": {"kubernetes.io/arch": "arm64"},
    "tolerations": [{"key": "spot", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
    ],
    "priorityClassName": "low",
    "terminationGracePeriodSeconds": 60,
}
SOME: dict[str, dict[str, Any]] = {
    "one target": {"config": TARGET},
    "made-up": {"config": {"demo": {"enabled": True}}},
    "all on": ALL_ON,
    "bare": {
        "config": TARGET,
        "persistence": {"enabled": False},
        "serviceAccount": {"create": False, "name": "mine"},
    },
    "key file": {
        "config": {"targets": [{"provider": "gcp", "project_id": "my-project"}]},
        "env": [{"name": "GOOGLE_APPLICATION_CREDENTIALS", "value": "/etc/gcp/key.json"}],
        "extraVolumes": [KEY],
        "extraVolumeMounts": [{"name": "gcp", "mountPath": "/etc/gcp"}],
    },
    "flags alone": {"extraArgs": ["-cloud.provider=aws"]},
    "variables alone": {"existingSecret": "carbon-keys"},
    "file of another": {"existingConfigSecret": "carbon-file"},
    "openshift": {
        "config": TARGET,
        "podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None},
    },
    "a user of its own": {
        "config": TARGET,
        "podSecurityContext": {"runAsUser": 1000700000, "fsGroup": 1000700000},
        "containerSecurityContext": {"readOnlyRootFilesystem": False},
    },
    "names like numbers": {
        "config": TARGET,
        "fullnameOverride": "true",
        "nameOverride": "1e3",
        "existingSecret": "5",
        "priorityClassName": "1",
        "podLabels": {"a": "1", "b": "true", "c": "null"},
        "podAnnotations": {"a": "1", "b": "true", "c": ""},
        "nodeSelector": {"gpu": "false"},
    },
}


class Strict(yaml.SafeLoader):
    """YAML in which a key of a mapping stands once; Kubernetes takes the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{twice} stands twice"
        return super().construct_mapping(node, deep)


def by_kind(text: str) -> dict[str, list[dict[str, Any]]]:
    """Manifests of a stream, by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for document in filter(None, yaml.load_all(text, Strict)):
        found.setdefault(document["kind"], []).append(document)
    return found


def manifests(values: Mapping[str, Any], name: str = "carbon") -> dict[str, list[dict[str, Any]]]:
    """What Helm makes of the values, by kind."""
    rendered = helm_python.Chart.load(str(CHART)).render(
        values=dict(values), name=name, namespace="monitoring"
    )
    return by_kind(
        "\n---\n".join(text for path, text in rendered.items() if path.endswith(".yaml"))
    )


def pod(values: Mapping[str, Any]) -> dict[str, Any]:
    """Specification of the pod."""
    found: dict[str, Any] = manifests(values)["StatefulSet"][0]["spec"]["template"]["spec"]
    return found


def container(values: Mapping[str, Any]) -> dict[str, Any]:
    """The one container of the pod."""
    (exporter,) = pod(values)["containers"]
    assert isinstance(exporter, dict)
    return exporter
