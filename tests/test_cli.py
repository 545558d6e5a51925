"""Program as a person meets it: exit codes, stdout, and one line on stderr when it fails."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import cloud_carbon_exporter
from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands import help as help_text
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.config.flag import COMMANDS, EXIT_CODES
from cloud_carbon_exporter.config.flags import of_command
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.clouds import CLOUDS
from cloud_carbon_exporter.service.loading import provider
from cloud_carbon_exporter.service.opening import open_targets
from tests.over_all import over_all

Captured = pytest.CaptureFixture[str]


pytestmark = pytest.mark.usefixtures("process_kept")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine's."""
    for name in list(os.environ):
        if name.startswith(("CLOUD_CARBON_", "AWS_", "SCW_", "GOOGLE_")):
            monkeypatch.delenv(name)


def test_a_bad_flag_exits_2_with_one_line_on_stderr(capsys: Captured) -> None:
    assert main(["-cloud.provder=aws"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    near = "the nearest known one is -cloud.provider"
    assert err == f'cloud-carbon-exporter: unknown flag "-cloud.provder"; {near}\n'


def test_the_program_itself_exits_2_unwrapped() -> None:
    program = Path(sys.executable).with_name("cloud-carbon-exporter")
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "40"}
    ended = subprocess.run(
        [program, "-log.level=loud", "-demo.enabled"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == b""
    assert ended.stderr.count(b"\n") == 1
    for word in (b"-log.level", b'"loud"', b"debug, info, warn or error"):
        assert word in ended.stderr


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = (
        f"{sys.executable} -m cloud_carbon_exporter services | head -1; exit ${{PIPESTATUS[0]}}"
    )
    ended = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.slow
def test_a_terminal_without_letters_of_others_is_no_error() -> None:
    """A machine type of a batch may be named in any letters; LANG=C has but those of ASCII."""
    command = [sys.executable, "-m", "cloud_carbon_exporter", "estimate", "-processor=処理"]
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii:strict"}
    environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    ended = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert ended.returncode == 0
    assert rb"\u51e6\u7406" in ended.stdout
    assert b"Traceback" not in ended.stderr


@pytest.mark.slow
def test_output_that_cannot_be_written_is_said_in_one_line() -> None:
    for command in ("services", "report -demo.enabled -demo.resources=3 -log.level=error"):
        with Path("/dev/full").open("wb") as full:
            arguments = [sys.executable, "-m", "cloud_carbon_exporter", *command.split()]
            ended = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, check=False)
        expected = b"cloud-carbon-exporter: the output cannot be written: No space left on device\n"
        assert (ended.returncode, ended.stderr) == (1, expected)


def test_help_needs_no_heavy_import() -> None:
    code = (
        "import sys; from cloud_carbon_exporter.cli import main; main(['-help']);"
        "heavy = {'aiohttp', 'asyncio', 'botocore', 'yaml', 'lxml'} & sys.modules.keys();"
        "sys.exit(' '.join(sorted(heavy)) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ask", ["{} -help-all", "--help-all {}", "{} -help all", "help all {}"])
def test_the_whole_help_names_every_flag_of_the_command(
    command: str, ask: str, capsys: Captured
) -> None:
    assert main(ask.format(command).split()) == 0
    out = capsys.readouterr().out
    for flag in of_command(command):
        for name in flag.names:
            assert f"-{name}" in out
    assert all(len(line) <= 120 for line in out.splitlines())


@over_all("command", COMMANDS)
@over_all("ask", ["{} -help", "{} --help", "{} -h", "help {}", "{} help"])
def test_help_is_short_and_says_where_the_rest_is(command: str, ask: str, capsys: Captured) -> None:
    assert main(ask.format(command).split()) == 0
    out = capsys.readouterr().out
    flags = of_command(command)
    named = [flag for flag in flags if re.search(rf"^  -{re.escape(flag.name)}\b", out, re.M)]
    assert len(named) <= 7
    left = len(flags) - len(named)
    assert (f"The other {left} flags: cloud-carbon-exporter help all" in out) == (left > 0)
    for code in EXIT_CODES:
        assert re.search(rf"^  {code} +\w", out, re.M)


def test_the_few_flags_of_a_command_are_flags_it_takes() -> None:
    for command, few in help_text.FEW.items():
        assert set(few) < set(of_command(command))


def test_help_fits_a_narrow_terminal_and_states_defaults() -> None:
    text = help_text.render("serve", 60, whole=True)
    assert max(map(len, text.splitlines())) <= 60
    assert "(default 0.0.0.0:2922)" in " ".join(text.split())
    for command in COMMANDS:
        assert command in text


@pytest.mark.parametrize("ask", ["-version", "--version", "version"])
def test_version(ask: str, capsys: Captured) -> None:
    assert main([ask]) == 0
    version = re.escape(cloud_carbon_exporter.__version__)
    pattern = rf"cloud-carbon-exporter {version} \(model {version}\+[0-9a-f]{{8}}\)\n"
    assert re.fullmatch(pattern, capsys.readouterr().out)


def test_a_provider_this_build_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = replace(CLOUDS["aws"], package="azure")
    monkeypatch.setattr("cloud_carbon_exporter.service.loading.CLOUDS", {"aws": elsewhere})
    with pytest.raises(ConfigError, match="not part of this build"):
        provider("aws")


def test_a_region_nobody_knows_is_refused_where_the_cloud_cannot_tell(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "carbon.yml"
    file.write_text("targets: [{provider: scw, organization_id: o, regions: [fr-par, fr-pra-1]}]")
    assert main(["report", f"-config.file={file}"]) == 2
    error = capsys.readouterr().err
    assert 'unknown region "fr-pra-1"; the nearest known one is fr-par-1' in error


def test_a_region_of_a_target_that_no_table_has_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not refused: the account may be in a region that is newer than the tables."""
    file = tmp_path / "carbon.yml"
    file.write_text("targets: [{provider: aws, regions: [eu-west-3, eu-west-33]}]")
    open_targets(load([f"-config.file={file}"], {}).settings)
    near = [record.getMessage().partition("did you mean ")[2] for record in caplog.records]
    assert near == ["eu-west-3?"]


def test_an_excluded_kind_nobody_knows_is_refused(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("targets: [{provider: aws, exclude: [ec2/instanc]}]")
    assert main(["report", f"-config.file={file}"]) == 2
    assert "the nearest known one is ec2/instance" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "report"])
def test_no_credentials_for_any_target_exits_1_and_names_what_was_tried(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    arguments = [
        command,
        "-cloud.provider=scw",
        *(["-listen=localhost:0"] if command == "serve" else []),
    ]
    assert main(arguments) == 1
    told = capsys.readouterr().err.splitlines()
    (line,) = [line for line in told if line.startswith("cloud-carbon-exporter: ")]
    assert "SCW_SECRET_KEY" in line
    assert "config.yaml" in line


def test_permissions_as_an_iam_policy_hold_every_permission_of_every_spec(capsys: Captured) -> None:
    assert main(["permissions", "-format=iam"]) == 0
    (statement,) = json.loads(capsys.readouterr().out)["Statement"]
    aws = provider("aws")
    needed = {*aws.permissions, *aws.optional}
    for service in aws.services:
        needed.update(service.permissions, service.listing.permissions)
    assert statement["Effect"] == "Allow"
    assert set(statement["Action"]) == needed
    for action in statement["Action"]:
        assert not re.search(r":(Put|Create|Delete|Update|Modify|\*)", action)


def test_permissions_as_a_custom_role_and_as_a_scaleway_policy(capsys: Captured) -> None:
    assert main(["permissions", "-format=gcp"]) == 0
    role = yaml.safe_load(capsys.readouterr().out)
    assert "monitoring.timeSeries.list" in role["includedPermissions"]
    assert main(["permissions", "-format=scw"]) == 0
    of_organization, of_projects = json.loads(capsys.readouterr().out)["rules"]
    assert "ProjectReadOnly" in of_organization["permission_set_names"]
    assert "InstancesReadOnly" in of_projects["permission_set_names"]


def test_permissions_as_text_name_the_kinds_that_need_them(capsys: Captured) -> None:
    assert main(["permissions", "-cloud.provider=aws"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"ec2:DescribeInstances +ec2/instance", out)
    assert re.search(r"ce:GetCostAndUsage +discovery: cost-explorer \(optional\)", out)
    assert re.search(
        r"sustainability:GetEstimatedCarbonEmissions +AWS' own figure \(optional\)", out
    )
    assert "Scaleway" not in out


def test_services_list_every_kind(capsys: Captured) -> None:
    for form in ("text", "markdown"):
        assert main(["services", f"-format={form}"]) == 0
        out = capsys.readouterr().out
        for name in ("aws", "gcp", "scw"):
            for service in provider(name).services:
                assert service.kind in out
                assert service.reason.replace("|", "\\|" if form == "markdown" else "|") in out


def test_check_tries_every_call_and_fails_when_one_fails(capsys: Captured) -> None:
    assert main(["check", "-demo.enabled"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok    demo: credentials: open demo-aws")
    assert [line for line in lines if line.startswith("ok    demo: ec2 DescribeInstances: ")]
    (failure,) = [line for line in lines if line.startswith("FAIL")]
    assert "ecr:DescribeRepositories" in failure
    assert [line for line in lines if line.startswith("ok    demo: monitoring: ")]
    assert lines[-1] == f"{len(lines) - 1} checked, 1 failed."


def test_check_as_json_without_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["check", "-cloud.provider=scw", "-format=json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["target"], finding["call"]) == ("scw", "credentials")
    assert "SCW_SECRET_KEY" in finding["error"]


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(help_text, "run", interrupted)
    assert main(["-help"]) == 130
    assert capsys.readouterr() == ("", "")
