"""What a command line may look like, and what a bad one gets, on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.config.flag import COMMANDS
from cloud_carbon_exporter.config.flags import FLAGS, of_command
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import (
    AwsOptions,
)
from tests.config.reading import options, refusal, settings


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
        ("hlep", ["unknown command", "nearest known one is help"]),
        ("-help-al", ["unknown flag", "nearest known one is -help-all"]),
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


def test_a_value_cannot_break_the_line_of_its_error() -> None:
    with pytest.raises(ConfigError) as caught:
        load(["-demo.enabled", "-listen=a\nb" + "x" * 500], {})
    assert "a\\nb" in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.lists(st.text(max_size=12), max_size=5))
def test_no_command_line_does_more_than_be_refused(words: list[str]) -> None:
    try:
        load(words, {})
    except ConfigError as error:
        assert "\n" not in str(error)


def test_a_flags_name_says_one_thing_within_a_command() -> None:
    for command in COMMANDS:
        names: list[str] = []
        for flag in of_command(command):
            names += flag.names
        assert len(names) == len(set(names)), command
    for flag in FLAGS:
        assert set(flag.commands) <= set(COMMANDS)
        assert not flag.default or flag.kind.parse(flag.default) is not None
