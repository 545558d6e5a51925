"""What the file says, what its targets become, and what a bad one gets, on one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.config import Settings, load
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from tests.config.reading import refusal, settings

TARGETS = """
listen: 127.0.0.1:1
metrics: {tags: [team, env], upstream-names: true}
collect: {interval: 60, utilisation_interval: 10m}
cloud.aws: {defaultregion: eu-west-1}
demo:
targets:
  - {provider: aws, name: prod, role_arn: "arn:aws:iam::111111111111:role/carbon",
     regions: [eu-west-3, us-east-1], exclude: [ec2/snapshot], interval: 90s, tags: team}
  - {provider: gcp, folder_id: 123456789012, utilisation_interval: 1h}
  - {provider: scw, organization_id: "o", cockpit-token: t, cockpit_tokens: {p1: t1, p2/fr-par: t2}}
  - {provider: demo, resources: 5, seed: 2, name: null}
"""


def test_a_file_with_several_targets(tmp_path: Path) -> None:
    configured = settings("", TARGETS, tmp_path)
    aws, gcp, scw, demo = configured.targets
    assert (str(configured.listen), configured.tags, configured.upstream_names) == (
        "127.0.0.1:1",
        ("team", "env"),
        True,
    )
    assert (aws.name, aws.regions, aws.exclude) == (
        "prod",
        ("eu-west-3", "us-east-1"),
        ("ec2/snapshot",),
    )
    role = "arn:aws:iam::111111111111:role/carbon"
    assert aws.options == AwsOptions(role_arn=role, default_region="eu-west-1")
    assert (aws.interval_seconds, aws.utilisation_interval_seconds, aws.tags) == (
        90,
        600,
        ("team",),
    )
    assert gcp.options == GcpOptions(folder_id="123456789012")
    assert (gcp.interval_seconds, gcp.utilisation_interval_seconds) == (60, 3600)
    assert gcp.tags == ("team", "env")
    assert scw.options == ScalewayOptions(
        organization_id="o", cockpit_token="t", cockpit_tokens=("p1=t1", "p2/fr-par=t2")
    )
    assert (demo.options, demo.name) == (DemoOptions(resources=5, seed=2), "")


def test_what_is_exported_is_the_tags_of_all_targets(tmp_path: Path) -> None:
    file = (
        "metrics: {tags: [team]}\ntargets: [{provider: aws, tags: [env, team]}, {provider: demo}]"
    )
    configured = settings("", file, tmp_path)
    assert configured.tags == ("team", "env")
    assert [target.tags for target in configured.targets] == [("env", "team"), ("team",)]


def test_flags_add_to_the_targets_of_the_file(tmp_path: Path) -> None:
    configured = settings(
        "-cloud.provider=scw -demo.enabled", "targets: [{provider: aws}]", tmp_path
    )
    assert [target.provider for target in configured.targets] == ["aws", "scw", "demo"]
    configured = settings("-demo.enabled", "targets: [{provider: demo, seed: 4}]", tmp_path)
    assert [target.options_of(DemoOptions).seed for target in configured.targets] == [4]


def test_an_organisation_in_the_file_is_not_narrowed_by_a_project_of_the_flags(
    tmp_path: Path,
) -> None:
    (target,) = settings(
        "-gcp.projectid=p", "targets: [{provider: gcp, organization_id: 1}]", tmp_path
    ).targets
    assert target.options == GcpOptions(organization_id="1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("listn: :1", ["unknown key", '"listn"', "listen"]),
        ("collect: {intervall: 5m}", ["unknown key", '"collect.intervall"', "collect.interval"]),
        ("format: json", ["unknown key", '"format"']),
        ("target: []", ["unknown key", "targets"]),
        ("listen: 2922", ["listen", "2922", "HOST:PORT"]),
        ("listen: [a]", ["listen", "['a']", "HOST:PORT"]),
        ("log: loud", ["log", '"loud"', "is not a mapping", "log.level"]),
        ("log: {level: true}", ["log.level", "True", "debug, info, warn or error"]),
        ("collect: {interval: true}", ["collect.interval", "True", "duration"]),
        ("collect: {interval: 0}", ["collect.interval", "0", "1s or more"]),
        ("collect: {interval: .inf}", ["collect.interval", "1s or more"]),
        ("demo: {enabled: 2}", ["demo.enabled", "2", "true or false"]),
        ("demo: {resources: '5'}", ["demo.resources", '"5"', "whole number"]),
        ("demo: {resources: .nan}", ["demo.resources", "whole number"]),
        ("demo: {resources: 1.5}", ["demo.resources", "1.5", "whole number"]),
        ("demo: {seed: 1" + "0" * 400 + "}", ["demo.seed", "whole number"]),
        ("metrics: {tags: {a: b}}", ["metrics.tags", "words"]),
        ("metrics: {tags: [1]}", ["metrics.tags", "words"]),
        ("cloud: {aws: {rolearn: 5}}", ["cloud.aws.rolearn", "5", "arn:aws:iam::"]),
        ("[a, b]", ["is not a mapping"]),
        ("listen: 2001-99-99", ["not YAML"]),
        ("[" * 5000, ["not YAML"]),
        ("a: [", ["not YAML", "line"]),
        ("targets: {provider: aws}", ["targets", "a list of mappings"]),
        ("targets: [aws]", ["targets", "a list of mappings"]),
        ("targets: [{name: x}]", ["targets[0]: provider", "aws, gcp, scw or demo"]),
        (
            "targets: [{provider: azure}]",
            ["targets[0]: provider", '"azure"', "aws, gcp, scw or demo"],
        ),
        ("targets: [{provider: aws, rolearn: x}]", ["targets[0]", '"rolearn"', "role_arn"]),
        (
            "targets: [{provider: gcp, role_arn: x}]",
            ["targets[0]", '"role_arn"', "of gcp: provider, name"],
        ),
        (
            "targets: [{provider: aws}, {provider: aws, interval: x}]",
            ["targets[1]: interval", '"x"', "5m"],
        ),
        (
            "targets: [{provider: gcp, project_id: a, folder_id: b}]",
            ["project_id and folder_id", "one of them"],
        ),
        (
            "targets: [{provider: aws}, {provider: aws, tags: a}]",
            ["targets[1]", "the same target as", "targets[0]"],
        ),
        (
            "targets: [{provider: aws, name: a}, {provider: demo, name: a}]",
            ["targets[1]", "name", "targets[0]"],
        ),
        ("", ["-cloud.provider is missing"]),
    ],
)
def test_what_a_bad_file_gets(file: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(file)
    said = refusal(f"-config.file={path}")
    for word in words:
        assert word in said


def test_a_refused_secret_is_not_shown(tmp_path: Path) -> None:
    for keys in ("cockpit_tokens: [s3cret]", "cockpit_token: {a: s3cret}"):
        path = tmp_path / "config.yaml"
        path.write_text(f"targets: [{{provider: scw, {keys}}}]")
        assert "s3cret" not in refusal(f"-config.file={path}")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff\xfe\xff")
    assert "UTF-8" in refusal(f"-config.file={path}")


def test_the_same_cloud_by_flag_and_by_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("targets: [{provider: aws}]")
    assert "-cloud.provider=aws: the same target" in refusal(
        f"-cloud.provider=aws -config.file={path}"
    )


def test_the_targets_of_aws_share_what_a_payer_has_free(tmp_path: Path) -> None:
    role = "arn:aws:iam::111111111111:role/carbon"
    other = f'{{provider: aws, name: b, role_arn: "{role}"}}'
    file = f"targets: [{{provider: aws}}, {{provider: gcp, project_id: p}}, {other}]"
    targets = settings("-api.free-requests=1000001", file, tmp_path).targets
    assert [target.free_requests for target in targets] == [500_000, 0, 500_000]
    with pytest.raises(ConfigError, match=r"-api.free-requests.*whole number from 0 up"):
        settings("-cloud.provider=aws -api.free-requests=-1")
    assert "no aws target" in settings("-demo.enabled -api.free-requests=5").warnings[0]


def aws_target(keys: str, tmp_path: Path) -> Settings:
    return settings("", f"targets: [{{provider: aws, {keys}}}]", tmp_path)


def test_a_target_may_be_an_organisation_of_accounts_or_a_list_of_them(tmp_path: Path) -> None:
    chosen = 'accounts: [111111111111, "012345678901"], exclude_accounts: 222222222222'
    keys = f"organization: true, role_name: team/carbon, {chosen}"
    (target,) = aws_target(keys, tmp_path).targets
    assert target.options == AwsOptions(
        organization=True,
        role_name="team/carbon",
        accounts=("111111111111", "012345678901"),
        exclude_accounts=("222222222222",),
    )


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("organization: true", "role_name is missing"),
        ("accounts: 111111111111", "role_name is missing"),
        ("role_name: carbon", "role_name needs organization"),
        ("role_name: carbon, accounts: [4711]", '"4711"'),
        ("role_name: 'arn:aws:iam::1:role/x', accounts: 111111111111", "role_name"),
    ],
)
def test_half_an_organisation_is_refused(keys: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        aws_target(keys, tmp_path)


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("demo.enabled: yes")
    assert load([], {"CLOUD_CARBON_CONFIG_FILE": str(path)}).settings.targets[0].provider == "demo"
