"""Names nobody knows, as the commands tell them: a hint, or with -strict a refusal."""

from __future__ import annotations

import io
import json
import sys

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands.estimate import answers
from cloud_carbon_exporter.model import known_names

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("process_kept")
MISTYPED = ["estimate", "-cloud.provider=aws", "-machine-type=m5.large", "-region=eu-west-33"]
DOUBT = '-region: "eu-west-33" is no known region of aws; did you mean eu-west-3?'


def test_a_mistyped_region_is_told_and_the_guess_printed(capsys: Captured) -> None:
    assert main([*MISTYPED, "-format=json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["power_watts"]["basis"] == "assumed"
    assert err == f"cloud-carbon-exporter: {DOUBT} (a guess stands in; -strict refuses)\n"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["-cloud.provider=aws", "-machine-type=m5.large", "-region=eu-west-33"], "eu-west-3?"),
        (["-cloud.provider=aws", "-machine-type=m5.lrge"], "m5.large?"),
        (["-processor=EPIC 7763"], "EPYC 7763?"),
        (["-processor=EPYC 7763", "-microarchitecture=Milian"], "Milan (Zen 3)?"),
    ],
)
def test_the_strict_are_refused(words: list[str], meant: str, capsys: Captured) -> None:
    assert main(["estimate", *words, "-strict"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.rstrip().endswith(meant)
    assert err.count("\n") == 1


def test_the_strict_get_what_is_known(capsys: Captured) -> None:
    known = [word.replace("-33", "-3") for word in MISTYPED]
    assert main([*known, "-strict"]) == 0
    assert capsys.readouterr().err == ""


def test_a_batch_tells_each_doubt_once(capsys: Captured) -> None:
    line = {"cloud_provider": "aws", "machine_type": "m5.large", "region": "eu-west-33"}
    answered = list(answers([json.dumps(line).encode()] * 3))
    assert [failed for failed, _ in answered] == [False] * 3
    assert capsys.readouterr().err.count("eu-west-33") == 1


def test_a_batch_tells_a_few_doubts_of_many(capsys: Captured) -> None:
    lines = [
        json.dumps({"cloud_provider": "aws", "machine_type": f"column-{number}"}).encode()
        for number in range(50)
    ]
    assert len(list(answers(lines))) == 50
    assert 1 < capsys.readouterr().err.count("\n") < 50


def test_a_batch_looks_for_no_more_names_than_it_tells(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    asked: list[str] = []

    def doubt(provider: str, name: str) -> str:
        asked.append(name)
        return f"{name} is not known"

    monkeypatch.setattr(known_names, "doubt_of_machine", doubt)
    lines = [
        json.dumps({"cloud_provider": "aws", "machine_type": f"column-{number}"}).encode()
        for number in range(50)
    ]
    assert len(list(answers(lines))) == 50
    told = capsys.readouterr().err.count("\n")
    assert len(asked) == told < 50


def test_a_strict_batch_answers_with_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    line = json.dumps({"cloud_provider": "aws", "machine_type": "m5.lrge"}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line)))
    assert main(["estimate", "-batch=-", "-strict"]) == 1
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert (error["field"], err) == ("machine_type", "")
    assert error["message"].endswith("did you mean m5.large?")


@pytest.mark.parametrize("text", ["eu-west-33", "aws:eu-west-33", "region=eu-west-33"])
def test_what_if_names_the_region_that_was_meant(text: str, capsys: Captured) -> None:
    assert main(["report", "-demo.enabled", f"-what-if={text}"]) == 2
    assert capsys.readouterr().err.endswith("did you mean eu-west-3?\n")


def test_a_policy_for_a_region_nobody_knows_is_told(capsys: Captured) -> None:
    assert main(["permissions", "-format=iam", "-regions=eu-west-3,eu-west-33"]) == 0
    out, err = capsys.readouterr()
    assert "eu-west-33" in out
    assert err.count("\n") == 1
    assert "did you mean eu-west-3?" in err
