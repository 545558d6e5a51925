"""Chart: linted and rendered by Helm itself, manifests held to Kubernetes' schemas."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from cloud_carbon_exporter.config import load as configured
from tests.deploy.boards import GRAFANA
from tests.deploy.chart import ALL_ON, CHART, SOME, TARGET, container, manifests
from tests.deploy.files import KUBERNETES_RULES, RULES, load

KUBERNETES = ("1.25", "1.33")
OPERATED = {"ServiceMonitor", "PrometheusRule"}  # the operator's, whose schemas are not Kubernetes'
ONE = SOME["one target"]


@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_helm_has_nothing_to_object(values: dict[str, Any]) -> None:
    report = helm_python.lint(str(CHART), values)
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] > 1] == []


@pytest.mark.slow
@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_every_manifest_is_as_kubernetes_says(values: dict[str, Any], version: str) -> None:
    of_kubernetes = [
        manifest
        for kind, several in manifests(values).items()
        if kind not in OPERATED
        for manifest in several
    ]
    assert len(of_kubernetes) >= 3
    for manifest in of_kubernetes:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shards": 0},
        {"shard": 3},
        {"image": {"tga": "1"}},
        {"persistence": {"size": "big"}},
        {"config": "x"},
        {"podAnnotations": {"prometheus.io/scrape": True}},
        {"podAnnotations": {"weight": 5}},
        {"serviceAccount": {"annotations": {"weight": 5}}},
        {"podLabels": {"app.kubernetes.io/name": "mine"}},
        {"podLabels": {"app.kubernetes.io/instance": "mine"}},
        {"podLabels": {"a b": "c"}},
        {"podLabels": {"a": "b c"}},
        {"serviceMonitor": {"labels": {"app.kubernetes.io/name": "mine"}}},
        {"serviceMonitor": {"endpoint": {"port": "other"}}},
        {"serviceMonitor": {"relabelings": {}}},
        {"nodeSelector": {"gpu": True}},
        {"env": [{"name": "A", "value": 5}]},
        {"env": [{"name": "POD_NAME", "value": "x-7"}]},
        {"extraVolumes": [{"name": "state", "emptyDir": {}}]},
        {"extraVolumeMounts": [{"name": "x"}]},
        {"serviceAccountTokens": [{"audience": "x"}]},
        {"serviceAccountTokens": [{"path": "../x"}]},
        {"image": {"digest": "latest"}},
        {"fullnameOverride": "Carbon"},
    ],
)
def test_values_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(helm_python.HelmError, match="schema"):
        manifests(ONE | wrong)


def test_replicas_cover_the_estate_once(tmp_path: Path) -> None:
    """The command runs in a real shell, beside a stand-in that prints the flags it is given."""
    program = tmp_path / "cloud-carbon-exporter"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    exporter = container(ALL_ON)
    name = manifests(ALL_ON)["StatefulSet"][0]["metadata"]["name"]
    shards = []
    for replica in range(3):
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "POD_NAME": f"{name}-{replica}"}
        done = subprocess.run(
            [*exporter["command"], *exporter["args"]],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        arguments = done.stdout.splitlines()
        assert arguments[1:] == exporter["args"]
        shards.append(configured([arguments[0], "-demo.enabled"], {}).settings.shard)
    assert shards == [(0, 3), (1, 3), (2, 3)]
    assert "command" not in container(ONE), "one replica needs no shell"


@pytest.mark.slow
@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_the_exporter_takes_the_file_and_the_flags(values: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    secrets = manifests(values).get("Secret", [])
    written = [secret["stringData"]["config.yml"] for secret in secrets]
    file.write_text(written[0] if written else yaml.safe_dump(TARGET), encoding="utf-8")
    arguments = [
        argument
        for argument in container(values)["args"]
        if not argument.startswith("-config.file")
    ]
    elsewhere = {"CLOUD_CARBON_CLOUD_PROVIDER": "aws"} if set(values) == {"existingSecret"} else {}
    settings = configured([f"-config.file={file}", *arguments], elsewhere).settings
    assert settings.listen.port == container(values)["ports"][0]["containerPort"]
    said = values.get("config", TARGET)
    targets = [target["provider"] for target in said.get("targets", [{"provider": "demo"}])]
    assert {target.provider for target in settings.targets} == set(targets)
    mounts = [mount["mountPath"] for mount in container(values)["volumeMounts"]]
    for kept in filter(None, (settings.state_file, settings.history_file)):
        assert str(Path(kept).parent) in mounts
    assert bool(settings.history_file) == bool(settings.state_file)


@pytest.mark.parametrize(
    ("persistence", "kept"),
    [
        ({}, ["-history.file", "-state.file"]),
        ({"history": False}, ["-state.file"]),
        ({"enabled": False}, []),
        ({"enabled": False, "history": True}, []),
    ],
)
def test_history_is_kept_on_the_volume_of_the_state(
    persistence: dict[str, Any], kept: list[str]
) -> None:
    values = ONE | {"persistence": persistence}
    files = dict(argument.split("=") for argument in container(values)["args"])
    there = {flag: path for flag, path in files.items() if flag in ("-state.file", "-history.file")}
    assert sorted(there) == kept
    mounts = {mount["mountPath"]: mount["name"] for mount in container(values)["volumeMounts"]}
    claims = manifests(values)["StatefulSet"][0]["spec"].get("volumeClaimTemplates", [])
    claimed = {claim["metadata"]["name"] for claim in claims}
    assert {mounts[str(Path(path).parent)] for path in there.values()} == claimed


@pytest.mark.slow
@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_a_password_stops_no_probe_and_its_file_is_mounted(values: dict[str, Any]) -> None:
    exporter = container(values)
    probes = {name: probe for name, probe in exporter.items() if name.endswith("Probe")}
    assert set(probes) == {"startupProbe", "livenessProbe", "readinessProbe"}
    assert all(
        probe["tcpSocket"] == {"port": "metrics"} and "httpGet" not in probe
        for probe in probes.values()
    )
    named = [
        argument.partition("=")[2]
        for argument in exporter["args"]
        if argument.startswith("-web.config.file=")
    ]
    mounts = {mount["mountPath"]: mount["name"] for mount in exporter["volumeMounts"]}
    volumes = {
        volume["name"]: volume
        for volume in manifests(values)["StatefulSet"][0]["spec"]["template"]["spec"]["volumes"]
    }
    if "webConfigSecret" not in values:
        assert named == [] and "web" not in volumes
        return
    (file,) = named
    assert (
        volumes[mounts[str(Path(file).parent)]]["secret"]["secretName"] == values["webConfigSecret"]
    )
    (endpoint,) = manifests(values)["ServiceMonitor"][0]["spec"]["endpoints"]
    assert endpoint["scheme"] == "https" and endpoint["interval"] == "1m"


def test_a_pod_may_do_next_to_nothing() -> None:
    pod = manifests(ONE)["StatefulSet"][0]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container(ONE)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_identities_of_the_clouds_stand_on_the_service_account() -> None:
    (account,) = manifests(ALL_ON)["ServiceAccount"]
    assert account["metadata"]["annotations"] == ALL_ON["serviceAccount"]["annotations"]
    assert "ServiceAccount" not in manifests(SOME["bare"])


def test_monitor_and_network_policy_find_the_pods() -> None:
    found = manifests(ALL_ON)
    labels = found["StatefulSet"][0]["spec"]["template"]["metadata"]["labels"]
    service, monitor = found["Service"][0], found["ServiceMonitor"][0]
    assert service["spec"]["selector"].items() <= labels.items()
    assert found["NetworkPolicy"][0]["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert (
        monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    )
    assert monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    told = [rule["targetLabel"] for rule in monitor["spec"]["endpoints"][0]["relabelings"]]
    assert told == ["job", "team", "cluster"]


def test_the_rules_of_the_chart_are_prometheus_own() -> None:
    assert {path.name: load(path) for path in sorted((CHART / "rules").glob("*.yml"))} == {
        path.name: load(path) for path in RULES
    }
    rendered = [rule["spec"] for rule in manifests(ALL_ON)["PrometheusRule"]]
    assert rendered == [load(path) for path in RULES]


def test_the_rules_of_kubernetes_are_an_option() -> None:
    rules = load(KUBERNETES_RULES)
    assert load(CHART / "kubernetes" / "recording.yml") == rules
    values = {**SOME["bare"], "prometheusRule": {"enabled": False, "kubernetes": True}}
    (rendered,) = manifests(values)["PrometheusRule"]
    assert rendered["spec"] == rules
    assert rendered["metadata"]["name"].endswith("-kubernetes")


def test_the_rules_of_cost_are_another() -> None:
    rules = load(KUBERNETES_RULES.with_name("cost.yml"))
    assert load(CHART / "kubernetes" / "cost.yml") == rules
    both = {"enabled": False, "kubernetes": True, "kubernetesCost": True}
    rendered = manifests({**SOME["bare"], "prometheusRule": both})["PrometheusRule"]
    assert [rule["spec"] for rule in rendered] == [load(KUBERNETES_RULES), rules]
    assert len({rule["metadata"]["name"] for rule in rendered}) == 2


def test_each_dashboard_is_a_config_map_the_sidecar_of_grafana_takes() -> None:
    written = {path.name: path.read_text("utf-8") for path in (GRAFANA / "dashboards").iterdir()}
    maps = manifests(ALL_ON)["ConfigMap"]
    assert {key: value for one in maps for key, value in one["data"].items()} == written
    assert len({one["metadata"]["name"] for one in maps}) == len(written)
    for one in maps:
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert one["metadata"]["annotations"] == {"grafana_folder": "Carbon"}
    assert "ConfigMap" not in manifests(SOME["bare"])


def test_clusters_of_the_values_stand_in_the_file(tmp_path: Path) -> None:
    (secret,) = manifests(ALL_ON)["Secret"]
    file = tmp_path / "config.yml"
    file.write_text(secret["stringData"]["config.yml"], encoding="utf-8")
    (cluster,) = configured([f"-config.file={file}"], {}).settings.clusters
    assert (cluster.cluster, cluster.url) == (
        "prod",
        "http://prometheus-operated.monitoring:9090",
    )
    twice = {**ALL_ON, "config": {**TARGET, "kubernetes": ALL_ON["kubernetes"]}}
    with pytest.raises(helm_python.HelmError, match="in one place"):
        manifests(twice)


def test_every_value_is_explained_or_plain_and_known_to_the_schema() -> None:
    values = load(CHART / "values.yaml")
    schema = load(CHART / "values.schema.json")["properties"]
    assert set(values) == set(schema) - {"global"}
    for name, value in values.items():
        if isinstance(value, dict) and "properties" in schema[name]:
            assert set(value) == set(schema[name]["properties"])
