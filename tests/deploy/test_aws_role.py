"""The role of AWS: its template and its module allow what the exporter calls, and no more."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Collection, Mapping
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands import aws_policy
from cloud_carbon_exporter.config.flags import FEATURES
from cloud_carbon_exporter.service.loading import provider
from tests.deploy.files import DEPLOY
from tests.deploy.hcl import beside_python, evaluated

FOLDER = DEPLOY / "aws-role"
EXPORTER = "arn:aws:iam::111111111111:role/exporter"
REGIONS = ["eu-west-3", "us-east-1"]
# IAM and STS quotas: all inline policies of a role together, spaces apart; newest actions of AWS.
LONGEST_POLICY = 10240
LONGEST_MANAGED_POLICY = 6144
TOO_NEW_FOR_THE_LINTER = {"describedbcapacityreservations"}
Allowed = set[tuple[str, tuple[str, ...]]]
"""Actions, each with the regions it is limited to."""


class Cfn(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation, each as its name and its argument."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)
    return {suffix: loader.construct_scalar(node)}


Cfn.add_multi_constructor("!", _function)


def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((FOLDER / "role.yml").read_text(encoding="utf-8"), Cfn)
    return loaded


class Stack:
    """Values of a stack: its parameters and conditions, as CloudFormation would have them."""

    def __init__(self, **said: Any) -> None:
        self.template = template()
        declared = self.template["Parameters"]
        self.parameters = {name: each.get("Default", "") for name, each in declared.items()} | said

    def condition(self, name: str) -> bool:
        return bool(self.value(self.template["Conditions"][name]))

    def value(self, node: Any) -> Any:
        """What a node comes to; None for what is not there."""
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not None]
        if not isinstance(node, dict):
            return node
        ((name, argument), *others) = node.items()
        if others or name not in ("Ref", "If", "Equals", "Not", "Join", "GetAtt"):
            values = {key: self.value(each) for key, each in node.items()}
            return {key: each for key, each in values.items() if each is not None}
        return self._called(name, argument)

    def _called(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return None if argument == "AWS::NoValue" else self.parameters[argument]
        if name == "If":
            condition, yes, no = argument
            return self.value(yes if self.condition(condition) else no)
        values = self.value(argument)
        if name == "Equals":
            return values[0] == values[1]
        if name == "Not":
            return not values[0]
        return values[0].join(values[1])

    def role(self) -> dict[str, Any]:
        role: dict[str, Any] = self.value(self.template["Resources"]["Role"]["Properties"])
        return role


def allowed(document: Mapping[str, Any]) -> Allowed:
    found: Allowed = set()
    for statement in document["Statement"]:
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        conditions = statement.get("Condition", {}).get("StringEquals", {})
        regions = tuple(conditions.get("aws:RequestedRegion", ()))
        for action in statement["Action"]:
            assert all(action != known for known, _ in found), "allowed once"
            found.add((action, regions))
    return found


def asked(features: Collection[str]) -> dict[str, str]:
    return {_parameter(feature): "true" for feature in features}


def _parameter(feature: str) -> str:
    return "".join(word.capitalize() for word in feature.split("-"))


def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("aws_role_build", FOLDER / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def some_features() -> list[tuple[str, ...]]:
    return [chosen for size in (0, 1, len(FEATURES)) for chosen in combinations(FEATURES, size)]


def test_the_lists_are_what_the_code_calls_today() -> None:
    """scripts/renew writes them anew."""
    builder = build()
    text = (FOLDER / "role.yml").read_text(encoding="utf-8")
    assert builder.template(text) == text
    assert builder.module() == (FOLDER / "terraform" / "actions.json").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("regions", [[], REGIONS])
@pytest.mark.parametrize("features", some_features())
def test_the_template_allows_what_the_command_prints(
    regions: list[str], features: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack(ExporterArn=EXPORTER, Regions=regions, **asked(features))
    (inline,) = stack.role()["Policies"]
    words = ["-format=iam", f"-regions={','.join(regions)}", f"-optional={','.join(features)}"]
    assert main(["permissions", *words]) == 0
    assert allowed(inline["PolicyDocument"]) == allowed(json.loads(capsys.readouterr().out))


def test_what_is_optional_is_left_out_unless_it_is_asked_for() -> None:
    (inline,) = Stack(ExporterArn=EXPORTER).role()["Policies"]
    named = {action for action, _ in allowed(inline["PolicyDocument"])}
    assert named.isdisjoint(provider("aws").optional)
    assert set(FEATURES) == set(aws_policy.actions().optional)
    everything = Stack(ExporterArn=EXPORTER, **asked(FEATURES)).role()["Policies"][0]
    assert set(provider("aws").optional) <= {
        action for action, _ in allowed(everything["PolicyDocument"])
    }


def test_calls_of_global_services_and_of_cloudwatch_are_not_bound_to_regions() -> None:
    (inline,) = Stack(ExporterArn=EXPORTER, Regions=REGIONS).role()["Policies"]
    free = {action for action, regions in allowed(inline["PolicyDocument"]) if not regions}
    for service in provider("aws").services:
        if service.listing.scope == "global":
            assert free >= set(service.listing.permissions)
        if any(metric.region for metric in service.metrics):
            assert "cloudwatch:GetMetricData" in free
    bound = {action for action, regions in allowed(inline["PolicyDocument"]) if regions}
    assert "ec2:DescribeInstances" in bound


def test_the_template_trusts_whom_it_is_told_and_asks_for_the_external_id() -> None:
    plain = Stack(ExporterArn=EXPORTER).role()["AssumeRolePolicyDocument"]["Statement"]
    assert plain == [
        {"Effect": "Allow", "Principal": {"AWS": EXPORTER}, "Action": "sts:AssumeRole"}
    ]
    (bound,) = Stack(ExporterArn=EXPORTER, ExternalId="x7").role()["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert bound["Condition"] == {"StringEquals": {"sts:ExternalId": "x7"}}


def test_a_role_holds_the_whole_policy() -> None:
    document = aws_policy.policy(REGIONS)
    assert len(json.dumps(document, separators=(",", ":"))) < LONGEST_POLICY


@pytest.mark.slow
def test_the_linter_of_cloudformation_finds_nothing() -> None:
    linter = beside_python("cfn-lint")
    told = subprocess.run(
        [linter, "--format", "json", str(FOLDER / "role.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    findings: list[str] = []
    for finding in json.loads(told.stdout):
        # "'describedbcapacityreservations' is not one of [...]"
        name = finding["Message"].partition("'")[2].partition("'")[0]
        if finding["Rule"]["Id"] != "W3037" or name not in TOO_NEW_FOR_THE_LINTER:
            findings.append(finding["Message"][:200])
    assert findings == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("regions", "features"), [([], ()), (REGIONS, ("coverage", "own-figure")), (REGIONS, FEATURES)]
)
def test_the_module_allows_what_the_command_prints(
    tmp_path: Path, regions: list[str], features: tuple[str, ...]
) -> None:
    values = evaluated(
        FOLDER / "terraform",
        ("variables.tf", "policy.tf", "actions.json"),
        ("policy", "trust"),
        tmp_path,
        exporter_arn=EXPORTER,
        regions=regions,
        optional=features,
        external_id="x7",
    )
    assert allowed(values["policy"]) == allowed(aws_policy.policy(regions, features))
    (trusted,) = values["trust"]["Statement"]
    assert trusted["Principal"] == {"AWS": EXPORTER}
    assert trusted["Condition"] == {"StringEquals": {"sts:ExternalId": "x7"}}


def test_the_module_can_be_parsed_and_makes_the_role_of_its_policies() -> None:
    hcl2 = pytest.importorskip("hcl2", reason="python-hcl2 is not installed")
    text = (FOLDER / "terraform" / "main.tf").read_text(encoding="utf-8")
    made = {next(iter(each)) for each in hcl2.loads(text)["resource"]}
    assert {name.strip('"') for name in made} == {"aws_iam_role", "aws_iam_role_policy"}


@pytest.mark.parametrize("regions", [(), tuple(REGIONS)])
def test_the_printed_policy_fits_into_one_managed_policy(regions: tuple[str, ...]) -> None:
    written = json.dumps(aws_policy.policy(regions), separators=(",", ":"))
    assert len(written) <= LONGEST_MANAGED_POLICY
