"""Roles of a target of AWS in the file: what is read, what is refused, which partition."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import AwsOptions
from tests.config.reading import options, settings

HUB, CARBON = "arn:aws:iam::111111111111:role/hub", "arn:aws:iam::222222222222:role/carbon"
CHINA = "arn:aws-cn:iam::222222222222:role/carbon"


def read(tmp_path: Path, keys: str, line: str = "") -> AwsOptions:
    return options(AwsOptions, line, f"targets: [{{provider: aws, {keys}}}]", tmp_path)


def test_the_keys_of_a_role(tmp_path: Path) -> None:
    read_keys = (
        f"profile: prod, role_arn: [{HUB}, {CARBON}], external_id: our/tenant:7, "
        "role_session_name: carbon-prod, session_duration: 30m"
    )
    assert read(tmp_path, read_keys) == AwsOptions(
        profile="prod",
        role_chain=(HUB,),
        role_arn=CARBON,
        external_id="our/tenant:7",
        role_session_name="carbon-prod",
        session_seconds=1800,
    )
    one = read(tmp_path, f'role_arn: "{CARBON}"')
    assert (one.role_arn, one.role_chain) == (CARBON, ())
    assert read(tmp_path, "name: x", f"-cloud.aws.rolearn={HUB}").role_arn == HUB


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("mfa_serial: arn:aws:iam::1:mfa/me", ['"mfa_serial"', "MFA device", "Identity Center"]),
        ("mfa-serial: x", ["MFA device"]),
        ("external_id: x", ["external_id", "2 to 1224"]),
        ("role_session_name: a b", ["role_session_name", "2 to 64"]),
        ("session_duration: 10m", ["session_duration", "out of range", "900s to 43200s"]),
        ("session_duration: 13h", ["session_duration", "out of range"]),
        (f"role_arn: [{HUB}, x]", ["role_arn", "another shape"]),
        (
            f"role_arn: [{HUB}, {CARBON}], session_duration: 2h",
            ["session_duration", "an hour at most", "up to 1h"],
        ),
        (
            f'role_arn: "{HUB}", accounts: [333333333333], role_name: c, session_duration: 2h',
            ["an hour at most"],
        ),
        (
            f'role_arn: "{CHINA}", regions: [eu-west-3]',
            ["one partition", "aws-cn", "regions eu-west-3 in aws"],
        ),
        (f'role_arn: "{CHINA}", default_region: us-east-1', ["one partition", "default_region"]),
        ("regions: [cn-north-1, eu-west-3]", ["one partition"]),
    ],
)
def test_what_cannot_be_followed_is_refused_and_says_what_can(
    tmp_path: Path, keys: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, keys)
    for word in ("targets[0]", *words):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "line", "region"),
    [
        (f'role_arn: "{CHINA}"', "", "cn-north-1"),
        ("regions: [us-gov-east-1]", "", "us-gov-west-1"),
        ("regions: [eusc-de-east-1]", "", "eusc-de-east-1"),
        ("regions: [eu-west-3]", "", "us-east-1"),
        (f'role_arn: "{CARBON}"', "-cloud.aws.defaultregion=eu-west-1", "eu-west-1"),
        (f'role_arn: "{CARBON}"', "-cloud.aws.defaultregion=cn-north-1", "us-east-1"),
        (f'role_arn: "{CHINA}", default_region: cn-northwest-1', "", "cn-northwest-1"),
        ("name: x", "-cloud.aws.defaultregion=cn-north-1", "cn-north-1"),
    ],
)
def test_each_target_has_the_partition_of_its_roles_and_regions(
    tmp_path: Path, keys: str, line: str, region: str
) -> None:
    assert read(tmp_path, keys, line).default_region == region


def test_targets_that_differ_in_their_profile_are_not_the_same(tmp_path: Path) -> None:
    two = "targets: [{provider: aws, profile: a}, {provider: aws, profile: b}]"
    assert len(settings("", two, tmp_path).targets) == 2
    with pytest.raises(ConfigError, match="the same target"):
        settings(
            "",
            "targets: [{provider: aws, profile: a}, "
            "{provider: aws, profile: a, external_id: x7, role_session_name: other}]",
            tmp_path,
        )
