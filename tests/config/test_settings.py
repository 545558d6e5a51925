"""Flags before environment before file before defaults; and what bad input gets, on one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.config import Settings, load
from cloud_carbon_exporter.config.flag import COMMANDS
from cloud_carbon_exporter.config.flags import FLAGS, of_command
from cloud_carbon_exporter.config.quantities import duration
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from cloud_carbon_exporter.providers.spec import CloudOptions


def settings(
    line: str, file: str = "", tmp_path: Path | None = None, **environment: str
) -> Settings:
    words = line.split()
    if tmp_path is not None:
        path = tmp_path / "config.yaml"
        path.write_text(file)
        words.append(f"-config.file={path}")
    return load(words, environment).settings


def options(
    cloud: type[CloudOptions],
    line: str,
    file: str = "",
    tmp_path: Path | None = None,
    **environment: str,
) -> CloudOptions:
    """Options of the one target's cloud."""
    return settings(line, file, tmp_path, **environment).targets[0].options_of(cloud)


def refusal(line: str, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(line.split(), environment)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "-demo.enabled",
        "--demo.enabled",
        "-demo.enabled=true",
        "--demo.enabled=1",
        "-demo.enabled true",
        "-demo.enabled T",
        "serve -demo.enabled true -log.level=debug",
        "-demo.enabled serve",
        "-log.level debug -demo.enabled",
        "-demo.enabled=false -demo.enabled",
        "-cloud.provider=demo",
        "-cloud.provider demo -demo.enabled",
    ],
)
def test_every_spelling_of_the_demo_is_one_demo_target(line: str) -> None:
    invocation = load(line.split(), {})
    assert invocation.command == "serve"
    assert [target.provider for target in invocation.settings.targets] == ["demo"]


@pytest.mark.parametrize("spelling", ["-listen=:9", "--listen=:9", "-listen :9", "--listen :9"])
def test_a_value_follows_an_equals_sign_or_a_space(spelling: str) -> None:
    assert settings(f"-demo.enabled {spelling}").listen == Address("", 9)


def test_the_examples_of_the_original_work_verbatim() -> None:
    assert options(AwsOptions, "-cloud.provider=aws").default_region == "us-east-1"
    assert settings("-cloud.provider=aws -log.level=debug").log_level == "debug"
    assert settings("-demo.enabled=true").targets[0].provider == "demo"
    role = "arn:aws:iam::111111111111:role/carbon"
    assert options(AwsOptions, f"-cloud.provider=aws -cloud.aws.rolearn={role}").role_arn == role
    assert (
        options(AwsOptions, "-cloud.provider=aws -cloud.aws.defaultregion=eu-west-3").default_region
        == "eu-west-3"
    )


def test_the_defaults_are_those_of_the_contract() -> None:
    found = settings("-cloud.provider=demo")
    assert str(found.listen) == "0.0.0.0:2922"
    assert (found.log_level, found.log_format, found.mode) == ("info", "text", "background")
    assert (
        found.interval_seconds,
        found.utilisation_interval_seconds,
        found.stale_after_seconds,
    ) == (300, 900, 1800)
    assert (found.tags, found.upstream_names, found.warnings) == ((), False, ())
    assert found.targets[0].options == DemoOptions(resources=200, seed=0)
    assert options(AwsOptions, "-cloud.provider=aws").discovery == "regions"


def test_every_flag_reaches_its_place() -> None:
    found = settings(
        "-cloud.provider=aws,gcp,scw,demo -cloud.aws.discovery=cost-explorer -gcp.projectid=p "
        "-cloud.scw.organizationid=o -cloud.scw.cockpit-token=t -demo.resources=7 -demo.seed=3 -listen=[::1]:0 "
        "-log.level=warn -log.format=json -collect.interval=1s -collect.utilisation-interval=1h30m "
        "-collect.mode=scrape -collect.stale-after=2000ms -metrics.tags=team,env -metrics.upstream-names"
    )
    aws, gcp, scw, demo = found.targets
    assert aws.options == AwsOptions(discovery="cost-explorer")
    assert gcp.options == GcpOptions(project_id="p")
    assert scw.options == ScalewayOptions(organization_id="o", cockpit_token="t")
    assert demo.options == DemoOptions(resources=7, seed=3)
    assert (found.listen, str(found.listen)) == (Address("::1", 0), "[::1]:0")
    assert (found.log_level, found.log_format, found.mode) == ("warn", "json", "scrape")
    assert (
        found.interval_seconds,
        found.utilisation_interval_seconds,
        found.stale_after_seconds,
    ) == (1, 5400, 2)
    assert {
        (target.interval_seconds, target.utilisation_interval_seconds) for target in found.targets
    } == {(1, 5400)}
    assert found.tags == aws.tags == ("team", "env")
    assert found.upstream_names


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


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("demo.enabled: yes")
    assert load([], {"CLOUD_CARBON_CONFIG_FILE": str(path)}).settings.targets[0].provider == "demo"


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


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ["-cloud.provider is missing", "aws, gcp, scw or demo", "-demo.enabled"]),
        ("-cloud.provder=aws", ["-cloud.provder", "-cloud.provider"]),
        ("-cloud.prov=aws", ["unknown flag", "-cloud.prov"]),
        ("--provider aws", ["unknown flag", "-cloud.provider"]),
        ("-lis=:1", ["unknown flag", "-listen"]),
        ("-LISTEN=:1", ["unknown flag", "-listen"]),
        ("-cloud.provider=azure", ["-cloud.provider", '"azure"', "aws, gcp, scw or demo"]),
        ("-cloud.provider=aws,azure", ["-cloud.provider", '"azure"', "aws, gcp, scw or demo"]),
        ("-cloud.provider -listen=:1", ["-cloud.provider needs a value"]),
        ("-demo.enabled -listen", ["-listen needs a value", "HOST:PORT"]),
        ("-demo.enabled=maybe", ["-demo.enabled", '"maybe"', "true or false"]),
        ("-demo.enabled banana", ["-demo.enabled", '"banana"', "true or false"]),
        ("-demo.enabled -log.level=loud", ["-log.level", '"loud"', "debug, info, warn or error"]),
        ("-demo.enabled -log.format=xml", ["-log.format", '"xml"', "text or json"]),
        ("-demo.enabled -collect.mode=often", ["-collect.mode", '"often"', "background or scrape"]),
        ("-demo.enabled -collect.interval=soon", ["-collect.interval", '"soon"', "5m"]),
        ("-demo.enabled -collect.interval=999ms", ["-collect.interval", '"999ms"', "1s or more"]),
        ("-demo.enabled -collect.interval=-5m", ["-collect.interval", '"-5m"', "1s or more"]),
        ("-demo.enabled -collect.interval=" + "9" * 400, ["-collect.interval", "out of range"]),
        ("-demo.enabled -listen=2922", ["-listen", '"2922"', "HOST:PORT"]),
        ("-demo.enabled -listen=h:70000", ["-listen", '"h:70000"', "65535"]),
        ("-demo.enabled -listen=::1:80", ["-listen", "HOST:PORT"]),
        ("-demo.enabled -demo.resources=many", ["-demo.resources", '"many"', "whole number"]),
        ("-demo.enabled -demo.resources=-1", ["-demo.resources", '"-1"', "0 to 1000000"]),
        ("-demo.enabled -demo.resources=1.5", ["-demo.resources", '"1.5"', "whole number"]),
        (
            "-cloud.provider=aws -cloud.aws.rolearn=carbon",
            ["-cloud.aws.rolearn", '"carbon"', "arn:aws:iam::"],
        ),
        (
            "-cloud.provider=aws -cloud.aws.defaultregion=E!",
            ["-cloud.aws.defaultregion", '"E!"', "eu-west-3"],
        ),
        ("repot", ["unknown command", '"repot"', "report"]),
        ("report extra", ["unexpected argument", '"extra"']),
        ("report -listen=:1 -demo.enabled", ["-listen is not a flag of report", "serve"]),
        (
            "-demo.enabled -config.file=/nowhere/at/all.yaml",
            ["-config.file", "/nowhere/at/all.yaml", "No such file"],
        ),
        ("-demo.enabled -- -listen", ['"-listen"']),
    ],
)
def test_what_bad_input_on_the_command_line_gets(line: str, words: list[str]) -> None:
    said = refusal(line)
    for word in words:
        assert word in said


def test_a_bad_variable_is_named() -> None:
    said = refusal("-demo.enabled", CLOUD_CARBON_COLLECT_STALE_AFTER="never")
    assert said.startswith('CLOUD_CARBON_COLLECT_STALE_AFTER: "never"')
    assert refusal("-cloud.provider=gcp", CLOUD_CARBON_GCP_PROJECTID="a\nb").startswith(
        "CLOUD_CARBON_GCP_PROJECTID: "
    )


def test_a_value_cannot_break_the_line_of_its_error() -> None:
    with pytest.raises(ConfigError) as caught:
        load(["-demo.enabled", "-listen=a\nb" + "x" * 500], {})
    assert "a\\nb" in str(caught.value)
    assert len(str(caught.value)) < 200


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


TARGETS = """
listen: 127.0.0.1:1
metrics: {tags: [team, env], upstream-names: true}
collect: {interval: 60, utilisation_interval: 10m}
cloud.aws: {defaultregion: eu-west-1}
demo:
targets:
  - {provider: aws, name: prod, role_arn: "arn:aws:iam::111111111111:role/carbon", regions: [eu-west-3, us-east-1],
     exclude: [ec2/snapshot], interval: 90s, tags: team}
  - {provider: gcp, folder_id: 123456789012, utilisation_interval: 1h}
  - {provider: scw, organization_id: "o", cockpit-token: t, cockpit_tokens: {p1: t1, p2/fr-par: t2}}
  - {provider: demo, resources: 5, seed: 2, name: null}
"""


def test_a_file_with_several_targets(tmp_path: Path) -> None:
    found = settings("", TARGETS, tmp_path)
    aws, gcp, scw, demo = found.targets
    assert (str(found.listen), found.tags, found.upstream_names) == (
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
    found = settings("", file, tmp_path)
    assert found.tags == ("team", "env")
    assert [target.tags for target in found.targets] == [("env", "team"), ("team",)]


def test_flags_add_to_the_targets_of_the_file(tmp_path: Path) -> None:
    found = settings("-cloud.provider=scw -demo.enabled", "targets: [{provider: aws}]", tmp_path)
    assert [target.provider for target in found.targets] == ["aws", "scw", "demo"]
    found = settings("-demo.enabled", "targets: [{provider: demo, seed: 4}]", tmp_path)
    assert [target.options_of(DemoOptions).seed for target in found.targets] == [4]


def test_an_organisation_in_the_file_is_not_narrowed_by_a_project_of_the_flags(
    tmp_path: Path,
) -> None:
    (target,) = settings(
        "-gcp.projectid=p", "targets: [{provider: gcp, organization_id: 1}]", tmp_path
    ).targets
    assert target.options == GcpOptions(organization_id="1")


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


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300),
        ("30s", 30),
        ("1h30m", 5400),
        ("2500ms", 2.5),
        ("90", 90),
        ("1.5h", 5400),
        ("1h0m1s", 3601),
        ("1d", 86400),
    ],
)
def test_durations_are_gos(text: str, seconds: float) -> None:
    assert duration().parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "m", "5 m", "5mm", "5x", "1h-5m", "1e3", "٣s", "inf", "nan"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        duration().parse(text)


@given(st.integers(1, 10**9), st.sampled_from([("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)]))
def test_durations_add_up(count: int, unit: tuple[str, float]) -> None:
    name, seconds = unit
    assert duration().parse(f"1s{count}{name}") == pytest.approx(1 + count * seconds)


@given(st.lists(st.text(max_size=12), max_size=5))
def test_no_command_line_does_more_than_be_refused(words: list[str]) -> None:
    try:
        load(words, {})
    except ConfigError as error:
        assert "\n" not in str(error)


def test_a_flags_name_says_one_thing_within_a_command() -> None:
    for command in COMMANDS:
        names = [name for flag in of_command(command) for name in flag.names]
        assert len(names) == len(set(names)), command
    for flag in FLAGS:
        assert set(flag.commands) <= set(COMMANDS)
        assert not flag.default or flag.kind.parse(flag.default) is not None


def test_a_shard_counts_from_zero() -> None:
    assert settings("-demo.enabled -shard=2/3").shard == (2, 3)
    for wrong in ("3/3", "1", "-1/2", "a/b", "0/0"):
        with pytest.raises(ConfigError, match=r"-shard.*allowed: i/n with 0 <= i < n"):
            settings(f"-demo.enabled -shard={wrong}")


def test_the_targets_of_aws_share_what_a_payer_has_free(tmp_path: Path) -> None:
    file = "targets: [{provider: aws}, {provider: gcp, project_id: p}, {provider: aws, name: b, role_arn: ARN}]"
    file = file.replace("ARN", '"arn:aws:iam::111111111111:role/carbon"')
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
