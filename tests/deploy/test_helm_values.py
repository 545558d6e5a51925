"""Chart under many values: what is secret, what is mounted, and Helm's own program."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from cloud_carbon_exporter.config import load as configured
from cloud_carbon_exporter.web.hosts import answers_for
from tests.deploy.chart import ALL_ON, CHART, SOME, TARGET, by_kind, container, manifests, pod

OPENSHIFT = "security.openshift.io/v1"
NAMED = ("runAsUser", "runAsGroup", "fsGroup")
SILENT: list[dict[str, Any]] = [
    {},
    {"config": {"log": {"format": "json"}}},
    {"config": {"targets": []}},
    {"config": {"demo": {"enabled": False}}},
    {"extraArgs": ["-metrics.upstream-names"]},
    {"env": [{"name": "AWS_REGION", "value": "eu-west-3"}]},
    {"shards": 3, "serviceMonitor": {"enabled": True}},
]


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Helm's own program; skips the test without it."""
    program = shutil.which("helm")
    if program is None:
        pytest.skip("helm is not installed (go install helm.sh/helm/v3/cmd/helm@latest)")
    version = ["--kube-version", "1.33.0"]  # go install leaves a very old one in it
    return subprocess.run(
        [program, *map(str, arguments), *version], capture_output=True, text=True, check=False
    )


def templated(values: Mapping[str, Any], folder: Path, *more: str) -> dict[str, list[Any]]:
    """Manifests that `helm template` prints for a file of values."""
    file = folder / "values.json"
    file.write_text(json.dumps(dict(values)), encoding="utf-8")
    done = helm("template", "carbon", CHART, "--namespace", "monitoring", "-f", file, *more)
    assert done.returncode == 0, done.stderr
    return by_kind(done.stdout)


@pytest.mark.parametrize("values", SILENT)
def test_values_that_name_nothing_to_explore_fail_with_an_example_that_works(
    values: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(helm_python.HelmError, match="Nothing says what to explore") as told:
        manifests(values)
    example = str(told.value).split("\n\n")[1]
    assert len(example.splitlines()) == 3
    rendered = manifests(yaml.safe_load(example))["Secret"][0]["stringData"]["config.yml"]
    file = tmp_path / "config.yml"
    file.write_text(rendered, encoding="utf-8")
    (target,) = configured([f"-config.file={file}"], {}).settings.targets
    assert target.provider == "aws"


@pytest.mark.parametrize(
    "values",
    [
        {"config": {"cloud": {"provider": "aws"}}},
        {"config": {"cloud.provider": "aws"}},
        {"extraArgs": ["--cloud.provider=aws"]},
        {"extraArgs": ["-demo.enabled"]},
        {"env": [{"name": "CLOUD_CARBON_CLOUD_PROVIDER", "value": "aws"}]},
        {"envFrom": [{"secretRef": {"name": "x"}}]},
    ],
)
def test_every_other_way_to_name_what_to_explore_is_taken(values: dict[str, Any]) -> None:
    assert manifests(values)["StatefulSet"]


def test_the_configuration_is_a_secret_and_long_numbers_stay_whole() -> None:
    token = "11111111-1111-4111-8111-111111111111"
    config = {"targets": [{"provider": "scw", "cockpit_token": token, "organization_id": 10**12}]}
    found = manifests({"config": config})
    assert "ConfigMap" not in found
    (secret,) = found.pop("Secret")
    assert yaml.safe_load(secret["stringData"]["config.yml"]) == config
    assert token not in yaml.safe_dump(found)
    name = secret["metadata"]["name"]
    assert {"name": "config", "secret": {"secretName": name}} in pod({"config": config})["volumes"]


def test_a_file_of_another_secret_takes_its_place() -> None:
    values = SOME["file of another"]
    assert "Secret" not in manifests(values)
    assert {"name": "config", "secret": {"secretName": "carbon-file"}} in pod(values)["volumes"]


def test_another_configuration_starts_the_pods_anew() -> None:
    def annotations(config: dict[str, Any]) -> dict[str, str]:
        (made,) = manifests({"config": config})["StatefulSet"]
        told: dict[str, str] = made["spec"]["template"]["metadata"]["annotations"]
        return told

    assert annotations(TARGET) == annotations(TARGET)
    assert annotations(TARGET) != annotations({"demo": {"enabled": True}})


@pytest.mark.slow
@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_every_volume_is_mounted_once_and_every_mount_has_its_volume(
    values: dict[str, Any],
) -> None:
    claims = manifests(values)["StatefulSet"][0]["spec"].get("volumeClaimTemplates", [])
    volumes = [volume["name"] for volume in pod(values)["volumes"]]
    volumes += [claim["metadata"]["name"] for claim in claims]
    mounts = [mount["name"] for mount in container(values)["volumeMounts"]]
    assert sorted(mounts) == sorted(volumes)
    places = [mount["mountPath"] for mount in container(values)["volumeMounts"]]
    assert len(set(places)) == len(places)


def test_a_token_for_a_cloud_is_a_file_of_its_audience() -> None:
    projected = {volume["name"]: volume for volume in pod(ALL_ON)["volumes"]}["tokens"]["projected"]
    assert projected["sources"] == [{"serviceAccountToken": ALL_ON["serviceAccountTokens"][0]}]
    assert {
        "name": "tokens",
        "mountPath": "/var/run/secrets/cloud-carbon",
        "readOnly": True,
    } in container(ALL_ON)["volumeMounts"]


def test_labels_of_the_values_never_hide_what_selects() -> None:
    (made,) = manifests(ALL_ON)["StatefulSet"]
    template = made["spec"]["template"]["metadata"]
    assert made["spec"]["selector"]["matchLabels"].items() <= template["labels"].items()
    assert ALL_ON["podLabels"].items() <= template["labels"].items()
    assert template["annotations"]["checksum/config"] != "mine"


@pytest.mark.slow
@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_metadata_is_of_strings(values: dict[str, Any]) -> None:
    for several in manifests(values).values():
        for manifest in several:
            metadata = manifest["metadata"]
            told = {**metadata.get("labels", {}), **metadata.get("annotations", {})}
            assert isinstance(metadata["name"], str)
            assert all(isinstance(value, str) for value in told.values())


@pytest.mark.parametrize("name", ["carbon", "123", "true", "a.b", "cloud-carbon-exporter"])
def test_names_of_releases_make_names_of_services(name: str) -> None:
    (service,) = manifests({"config": TARGET}, name)["Service"]
    assert isinstance(service["metadata"]["name"], str)
    assert "." not in service["metadata"]["name"]
    assert service["spec"]["selector"]["app.kubernetes.io/instance"] == name


def test_it_is_asked_by_the_names_of_its_service() -> None:
    (service,) = manifests(SOME["one target"])["Service"]
    name = f"{service['metadata']['name']}.monitoring"
    given = [word for word in container(SOME["one target"])["args"] if "allowed-hosts" in word]
    allowed = configured([*given, "-demo.enabled"], {}).settings.allowed_hosts
    for asked in (name, f"{service['metadata']['name']}-0.{name}:2922"):
        assert answers_for([asked], (), allowed)
    assert not answers_for([f"evil{name}", "evil.monitoring"], (), allowed)


@pytest.mark.parametrize(
    "values",
    [
        {"config": TARGET | {"web": {"allowed-hosts": ["carbon.example.org"]}}},
        {"config": TARGET | {"web": {"allowed_hosts": ["carbon.example.org"]}}},
        {"config": TARGET | {"web.allowed-hosts": "carbon.example.org"}},
        {"config": TARGET, "extraArgs": ["-web.allowed-hosts=carbon.example.org"]},
        {
            "config": TARGET,
            "env": [{"name": "CLOUD_CARBON_WEB_ALLOWED_HOSTS", "value": "carbon.example.org"}],
        },
        {"existingConfigSecret": "mine"},
        {"config": TARGET, "envFrom": [{"secretRef": {"name": "x"}}]},
    ],
)
def test_names_that_are_given_are_not_replaced(values: dict[str, Any]) -> None:
    ours = [word for word in container(values)["args"] if word.startswith("-web.allowed-hosts")]
    assert ours == values.get("extraArgs", [])


def test_what_is_null_is_left_to_the_cluster() -> None:
    assert set(pod(SOME["openshift"])["securityContext"]) == {"runAsNonRoot", "seccompProfile"}
    assert pod(SOME["a user of its own"])["securityContext"]["runAsUser"] == 1000700000


@pytest.mark.slow
def test_openshift_is_known_by_its_api(tmp_path: Path) -> None:
    def context(*more: str) -> dict[str, Any]:
        (made,) = templated({"config": TARGET}, tmp_path, *more)["StatefulSet"]
        told: dict[str, Any] = made["spec"]["template"]["spec"]["securityContext"]
        return told

    assert set(NAMED) <= set(context())
    assert not set(NAMED) & set(context("--api-versions", OPENSHIFT))


@pytest.mark.slow
@pytest.mark.parametrize("values", SOME.values(), ids=SOME)
def test_helm_itself_renders_the_same(values: dict[str, Any], tmp_path: Path) -> None:
    theirs, ours = templated(values, tmp_path), manifests(values)
    assert {kind: len(several) for kind, several in theirs.items()} == {
        kind: len(several) for kind, several in ours.items()
    }
    assert theirs == ours
    done = helm("lint", CHART, "--strict", "-f", tmp_path / "values.json")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_helm_itself_says_what_is_missing() -> None:
    done = helm("template", "carbon", CHART)
    assert done.returncode != 0
    assert "Nothing says what to explore" in done.stderr
    assert "--set config.demo.enabled=true" in done.stderr
    assert helm("template", "x", CHART, "--set", "config.demo.enabled=true").returncode == 0
