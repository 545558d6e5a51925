"""`check`: each call that fails is a finding, with what to do; the others are tried as well."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands import check
from cloud_carbon_exporter.errors import CredentialsRefused, PermissionMissing, Throttled
from tests.fakes.cloud import Cloud

Captured = pytest.CaptureFixture[str]
MACHINE = {"id": "i-1", "type": "machine", "state": "running"}
FORBIDDEN = PermissionMissing("forbidden", operation="ListThings", hint="grant vm:List")


@pytest.fixture
def checked(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> Iterator[Callable[[Cloud], tuple[int, list[Any]]]]:
    """Runs `check -format json` over a Cloud; the exit code and the findings."""
    monkeypatch.setattr(logs, "configure", lambda level, form: None)

    def run(cloud: Cloud) -> tuple[int, list[Any]]:
        monkeypatch.setattr(
            "cloud_carbon_exporter.service.opening.provider", lambda name: cloud.provider()
        )
        code = main(["check", "-cloud.provider=aws", "-format=json"])
        return code, json.loads(capsys.readouterr().out)

    yield run


def failures(findings: list[Any]) -> list[tuple[str, str, bool]]:
    return [
        (finding["call"], finding["error"], finding["missing"])
        for finding in findings
        if finding["error"]
    ]


def test_what_is_optional_and_refused_is_named_and_fails_nothing(
    checked: Callable[[Cloud], tuple[int, list[Any]]], capsys: Captured
) -> None:
    cloud = Cloud(estate={"eu-west-1": []})
    with pytest.raises(PermissionMissing), cloud.refusals.asking("1", "vm:History"):
        raise FORBIDDEN
    code, findings = checked(cloud)
    assert (code, failures(findings)) == (0, [])
    [refused] = [finding for finding in findings if finding["refused"]]
    assert refused["call"] == "when things ended"
    assert "grant vm:List" in refused["detail"]
    assert main(["check", "-cloud.provider=aws"]) == 0
    told = capsys.readouterr().out
    assert "none  aws: when things ended: optional, and refused: " in told
    assert "4 checked, 0 failed, 1 optional refused.\nWhat to grant: " in told


def test_a_kind_of_which_there_are_no_series_is_named_and_fails_nothing(
    checked: Callable[[Cloud], tuple[int, list[Any]]],
) -> None:
    cloud = Cloud(estate={"eu-west-1": [MACHINE]}, unpublished={"vm/machine": "cpu{}"})
    code, findings = checked(cloud)
    assert (code, failures(findings)) == (0, [])
    [told] = [finding for finding in findings if finding["call"] == "monitoring of vm/machine"]
    assert "cpu{}" in told["detail"]


def test_all_is_well(checked: Callable[[Cloud], tuple[int, list[Any]]]) -> None:
    cloud = Cloud(estate={"eu-west-1": [MACHINE], "eu-west-3": []})
    code, findings = checked(cloud)
    assert (code, failures(findings)) == (0, [])
    assert [(finding["call"], finding["detail"]) for finding in findings] == [
        ("credentials", "open 111111111111"),
        ("vm ListThings", "1 resources in 2 region scopes"),
        ("monitoring", "1 kinds asked, 0 answered with points"),
    ]
    (reads,) = cloud.reads
    assert [read.resource.id for read in reads] == ["i-1"]
    assert cloud.closed


def test_an_empty_account_has_nothing_to_measure(
    checked: Callable[[Cloud], tuple[int, list[Any]]],
) -> None:
    code, findings = checked(Cloud())
    assert code == 0
    assert findings[-1]["detail"] == "nothing is there to be measured"


@pytest.mark.parametrize(
    ("fail", "expected"),
    [
        ({"connect": CredentialsRefused("expired")}, [("credentials", "expired", False)]),
        ({"scopes": FORBIDDEN}, [("vm ListThings", "ListThings: forbidden (grant vm:List)", True)]),
        (
            {"eu-west-3": FORBIDDEN},
            [("vm ListThings", "ListThings: forbidden (grant vm:List)", True)],
        ),
        (
            {"eu-west-1": FORBIDDEN, "eu-west-3": FORBIDDEN},  # the same twice is said once
            [("vm ListThings", "ListThings: forbidden (grant vm:List)", True)],
        ),
        ({"series": Throttled("slow down")}, [("monitoring", "slow down", False)]),
    ],
)
def test_each_failure_is_a_finding(
    fail: dict[str, Any], expected: list[Any], checked: Callable[[Cloud], tuple[int, list[Any]]]
) -> None:
    cloud = Cloud(estate={"eu-west-1": [MACHINE], "eu-west-3": [MACHINE]}, fail=fail)
    code, findings = checked(cloud)
    assert (code, failures(findings)) == (1, expected)
    assert cloud.closed


def test_what_hangs_is_given_up(
    monkeypatch: pytest.MonkeyPatch, checked: Callable[[Cloud], tuple[int, list[Any]]]
) -> None:
    monkeypatch.setattr(check, "DEADLINE_SECONDS", 0.01)
    code, findings = checked(Cloud(hang={"connect"}))
    assert (code, failures(findings)) == (1, [("credentials", "no end after 0 s", False)])


def test_the_readable_form_says_what_to_grant(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(logs, "configure", lambda level, form: None)
    cloud = Cloud(fail={"eu-west-1": FORBIDDEN})
    monkeypatch.setattr(
        "cloud_carbon_exporter.service.opening.provider", lambda name: cloud.provider()
    )
    assert main(["check", "-cloud.provider=aws"]) == 1
    assert capsys.readouterr().out == (
        "ok    aws: credentials: open 111111111111\n"
        "FAIL  aws: vm ListThings: ListThings: forbidden (grant vm:List)\n"
        "ok    aws: monitoring: nothing is there to be measured\n"
        "3 checked, 1 failed.\n"
        "What to grant: cloud-carbon-exporter permissions -format iam\n"
    )
