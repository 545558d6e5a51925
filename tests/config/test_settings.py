"""Flags before environment before file before defaults, each to its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.config.flags import of_command
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from tests.config.reading import options, refusal, settings


def test_the_defaults_are_those_of_the_contract() -> None:
    configured = settings("-cloud.provider=demo")
    assert str(configured.listen) == "0.0.0.0:2922"
    assert (configured.log_level, configured.log_format, configured.mode) == (
        "info",
        "text",
        "background",
    )
    assert (
        configured.interval_seconds,
        configured.utilisation_interval_seconds,
        configured.stale_after_seconds,
    ) == (300, 900, 1800)
    assert (configured.tags, configured.upstream_names, configured.warnings) == ((), False, ())
    assert configured.targets[0].options == DemoOptions(resources=200, seed=0)
    assert options(AwsOptions, "-cloud.provider=aws").discovery == "regions"


def test_every_flag_reaches_its_place() -> None:
    configured = settings(
        "-cloud.provider=aws,gcp,scw,demo -cloud.aws.discovery=cost-explorer -gcp.projectid=p "
        "-cloud.scw.organizationid=o -cloud.scw.cockpit-token=t -demo.resources=7 -demo.seed=3 "
        "-listen=[::1]:0 -log.level=warn -log.format=json -collect.interval=1s "
        "-collect.utilisation-interval=1h30m -collect.mode=scrape -collect.stale-after=2000ms "
        "-metrics.tags=team,env -metrics.upstream-names"
    )
    aws, gcp, scw, demo = configured.targets
    assert aws.options == AwsOptions(discovery="cost-explorer")
    assert gcp.options == GcpOptions(project_id="p")
    assert scw.options == ScalewayOptions(organization_id="o", cockpit_token="t")
    assert demo.options == DemoOptions(resources=7, seed=3)
    assert (configured.listen, str(configured.listen)) == (Address("::1", 0), "[::1]:0")
    assert (configured.log_level, configured.log_format, configured.mode) == (
        "warn",
        "json",
        "scrape",
    )
    assert (
        configured.interval_seconds,
        configured.utilisation_interval_seconds,
        configured.stale_after_seconds,
    ) == (1, 5400, 2)
    assert {
        (target.interval_seconds, target.utilisation_interval_seconds)
        for target in configured.targets
    } == {(1, 5400)}
    assert configured.tags == aws.tags == ("team", "env")
    assert configured.upstream_names


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    file = "demo: {enabled: true}\ncollect: {interval: 4s}\n"
    variables = {"CLOUD_CARBON_COLLECT_INTERVAL": "3s"}
    assert settings("", file, tmp_path).interval_seconds == 4
    assert settings("", file, tmp_path, **variables).interval_seconds == 3
    assert settings("-collect.interval=2s", file, tmp_path, **variables).interval_seconds == 2
    assert settings("", "demo.enabled: true", tmp_path).interval_seconds == 300


def test_every_flag_is_also_a_variable() -> None:
    samples = {
        "DURATION": "7s",
        "BOOL": "true",
        "ADDRESS": ":1",
        "ARN": "arn:aws:iam::1:role/r",
        "COUNT": "1",
        "I/N": "0/3",
        "SOURCES": "facts",
        "URL": "http://receiver",
        "PAIRS": "job=x",
        "NAME=URL": "Grafana=https://grafana.example.org/{namespace}",
        "FAMILIES": "cloud_carbon_power_watts,cloud_carbon_account_*",
    }
    for flag in of_command("serve"):
        value = samples.get(flag.kind.name, flag.kind.choices[0] if flag.kind.choices else "1")
        value = "eu-west-1" if flag.kind.name == "REGION" else value
        if flag.name == "config.file":
            continue
        by_variable = load(
            ["-cloud.provider=aws,gcp,scw,demo"], {flag.variables[-1]: value}
        ).settings
        by_flag = load(["-cloud.provider=aws,gcp,scw,demo", f"-{flag.name}={value}"], {}).settings
        if flag.name != "cloud.provider":
            assert by_variable == by_flag, flag.name
    assert load([], {"CLOUD_CARBON_CLOUD_PROVIDER": "gcp"}).settings.targets[0].provider == "gcp"


def test_an_empty_variable_says_nothing() -> None:
    assert settings("-demo.enabled", CLOUD_CARBON_LISTEN="").listen.port == 2922


def test_cockpit_tokens_are_made_by_opt_in_alone(tmp_path: Path) -> None:
    assert not options(ScalewayOptions, "-cloud.provider=scw").cockpit_create_tokens
    assert options(
        ScalewayOptions, "-cloud.provider=scw -cloud.scw.cockpit-create-tokens"
    ).cockpit_create_tokens
    file = "targets: [{provider: scw, organization_id: o, cockpit_create_tokens: true}]"
    assert options(ScalewayOptions, "", file, tmp_path).cockpit_create_tokens


def test_the_cockpit_token_may_come_from_scaleways_variable() -> None:
    assert (
        options(ScalewayOptions, "-cloud.provider=scw", SCW_COCKPIT_TOKEN="t").cockpit_token == "t"
    )
    assert (
        options(
            ScalewayOptions, "-cloud.provider=scw -cloud.scw.cockpit-token=u", SCW_COCKPIT_TOKEN="t"
        ).cockpit_token
        == "u"
    )


def test_a_secret_does_not_show_in_the_settings() -> None:
    assert "s3cret" not in repr(
        load(["-cloud.provider=scw", "-cloud.scw.cockpit-token=s3cret"], {})
    )


def test_a_bad_variable_is_named() -> None:
    said = refusal("-demo.enabled", CLOUD_CARBON_COLLECT_STALE_AFTER="never")
    assert said.startswith('CLOUD_CARBON_COLLECT_STALE_AFTER: "never"')
    assert refusal("-cloud.provider=gcp", CLOUD_CARBON_GCP_PROJECTID="a\nb").startswith(
        "CLOUD_CARBON_GCP_PROJECTID: "
    )


def test_a_variable_that_only_looks_like_ours_is_warned_of() -> None:
    (warning,) = settings(
        "-demo.enabled",
        CLOUD_CARBON_LISTN=":1",
        CLOUD_CARBON_EXPORTER_SERVICE_HOST="10.0.0.1",
        HOME="/",
    ).warnings
    assert "CLOUD_CARBON_LISTN" in warning
    assert "CLOUD_CARBON_LISTEN" in warning


def test_a_flag_of_a_cloud_that_is_not_explored_is_warned_of() -> None:
    (warning,) = settings("-cloud.provider=aws -gcp.projectid=p").warnings
    assert "-cloud.gcp.projectid" in warning


def test_a_shard_counts_from_zero() -> None:
    assert settings("-demo.enabled -shard=2/3").shard == (2, 3)
    for wrong in ("3/3", "1", "-1/2", "a/b", "0/0"):
        with pytest.raises(ConfigError, match=r"-shard.*allowed: i/n with 0 <= i < n"):
            settings(f"-demo.enabled -shard={wrong}")
