"""Terraform and Nomad: written as Terraform writes, and what they start is what is meant."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.config import load as configured
from tests.deploy.files import DEPLOY
from tests.deploy.hcl import evaluated, terraform
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

FILES = sorted([*DEPLOY.rglob("*.tf"), *DEPLOY.rglob("*.hcl")])
ECS = DEPLOY / "aws-ecs" / "terraform"
RUN = DEPLOY / "cloud-run" / "terraform"
NOMAD = DEPLOY / "nomad" / "cloud-carbon-exporter.nomad.hcl"
CONFIG = {
    "targets": [{"provider": "aws", "name": "it's $HOME", "role_arn": "arn:aws:iam::1:role/carbon"}]
}
CONFIG["targets"][0]["role_arn"] = "arn:aws:iam::111111111111:role/carbon"
SECRET = "arn:aws:secretsmanager:eu-west-3:111111111111:secret:scw"
STATE = {"file_system_id": "fs-0123456789abcdef0", "access_point_id": "fsap-0123456789abcdef0"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(DEPLOY).as_posix())
def test_every_file_is_written_as_terraform_writes_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    done = terraform(path.parent, "fmt", "-no-color", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    assert done.stdout == text


@pytest.mark.parametrize("folder", [ECS, RUN], ids=lambda folder: folder.parent.name)
def test_every_variable_is_used_and_explained(folder: Path) -> None:
    declared = (folder / "variables.tf").read_text(encoding="utf-8")
    used = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.tf"))
    for name, block in re.findall(r'^variable "(\w+)" \{(.*?)^\}', declared, re.DOTALL | re.M):
        assert re.search(rf"\bvar\.{name}\b", used), f"{name} is not used"
        assert "description" in block


def ecs(folder: Path, **said: Any) -> dict[str, Any]:
    needed = {"region": "eu-west-3", "cluster_arn": "c", "vpc_id": "v", "subnet_ids": ["s"]}
    shown = ("container", "assumes", "reads_secrets", "tasks_trust")
    values = {"config": CONFIG, **needed, **said}
    return evaluated(ECS, ("variables.tf", "task.tf"), shown, folder, **values)


@pytest.mark.parametrize(
    "said",
    [{}, {"state": STATE, "secrets": {"SCW_SECRET_KEY": SECRET}, "extra_args": ["-listen=:1"]}],
)
def test_the_task_is_one_that_ecs_takes(tmp_path: Path, said: dict[str, Any]) -> None:
    container = ecs(tmp_path, **said)["container"]
    service = botocore.session.get_session().get_service_model("ecs")
    shape = service.operation_model("RegisterTaskDefinition").input_shape
    told = ParamValidator().validate(
        {"family": "carbon", "containerDefinitions": [container]}, shape
    )
    assert not told.has_errors(), told.generate_report()
    volumes = [mount["sourceVolume"] for mount in container["mountPoints"]]
    assert volumes == (["state"] if "state" in said else [])
    assert {secret["name"] for secret in container["secrets"]} == set(said.get("secrets", {}))


def test_the_program_gets_the_configuration_and_the_flags_in_place_of_the_shell(
    tmp_path: Path,
) -> None:
    """A real shell starts a stand-in that keeps its configuration, its flags and its process."""
    folder = tmp_path / "module"
    folder.mkdir()
    container = ecs(folder, state=STATE, extra_args=["-metrics.tags=a b"])["container"]
    program = tmp_path / "cloud-carbon-exporter"
    program.write_text(
        '#!/bin/sh\necho $$ >pid\ncat "${1#-config.file=}" >config.yml\n'
        'printf "%s\\n" "$@" >flags\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    environment = {each["name"]: each["value"] for each in container["environment"]}
    with subprocess.Popen(
        [*container["entryPoint"], *container["command"]],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", **environment},
        cwd=tmp_path,
    ) as started:
        assert started.wait(timeout=PATIENCE_SECONDS) == 0
    assert int((tmp_path / "pid").read_text()) == started.pid, "signals reach it"
    assert yaml.safe_load((tmp_path / "config.yml").read_text()) == CONFIG
    first, *flags = (tmp_path / "flags").read_text().splitlines()
    assert first == "-config.file=/dev/stdin"
    settings = configured([f"-config.file={tmp_path / 'config.yml'}", *flags], {}).settings
    assert settings.state_file.startswith(container["mountPoints"][0]["containerPath"])


def test_its_health_is_asked_as_that_of_the_image(tmp_path: Path) -> None:
    (asked,) = re.findall(r"CMD (\[.*\])", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    assert ecs(tmp_path)["container"]["healthCheck"]["command"] == ["CMD", *json.loads(asked)]


def test_the_task_may_assume_roles_and_ecs_may_read_secrets(tmp_path: Path) -> None:
    found = ecs(tmp_path, secrets={"SCW_SECRET_KEY": SECRET})
    (assumes,) = found["assumes"]["Statement"]
    assert (assumes["Action"], assumes["Resource"]) == (
        "sts:AssumeRole",
        ["arn:aws:iam::*:role/carbon"],
    )
    assert found["reads_secrets"]["Statement"][0]["Resource"] == [SECRET]


def test_a_configuration_without_targets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="config must have targets"):
        ecs(tmp_path, config={"log": {"format": "json"}})


def test_cloud_run_may_read_what_the_command_prints_and_runs_as_its_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = {"project": "my-project", "region": "europe-west9", "image": "x"}
    found = evaluated(
        RUN, ("variables.tf", "service.tf"), ("permissions", "args"), tmp_path, **needed
    )
    assert main(["permissions", "-cloud.provider=gcp", "-format=gcp"]) == 0
    assert found["permissions"] == yaml.safe_load(capsys.readouterr().out)["includedPermissions"]
    service = yaml.safe_load((DEPLOY / "cloud-run" / "service.yml").read_text(encoding="utf-8"))
    (container,) = service["spec"]["template"]["spec"]["containers"]
    assert found["args"] == container["args"]


def test_nomad_runs_flags_the_program_takes_and_a_file_it_reads(tmp_path: Path) -> None:
    text = NOMAD.read_text(encoding="utf-8")
    (args,) = re.findall(r"^ +args += (\[.*\])$", text, re.MULTILINE)
    (template,) = re.findall(r"data = <<-EOT\n( +targets:.*?)^ +EOT$", text, re.DOTALL | re.M)
    config = tmp_path / "config.yml"
    config.write_text(template, encoding="utf-8")
    first, *flags = json.loads(args)
    assert first == "-config.file=/local/config.yml"
    assert 'destination   = "local/config.yml"' in text
    settings = configured([f"-config.file={config}", *flags], {}).settings
    assert [target.provider for target in settings.targets] == ["scw"]
    assert f"to = {settings.listen.port}" in text
    assert settings.state_file == "/alloc/data/state"
    assert settings.history_file == "/alloc/data/history.db"


def test_the_job_of_nomad_is_one_alone_and_secrets_are_a_variable_of_it() -> None:
    hcl2 = pytest.importorskip("hcl2", reason="python-hcl2 is not installed")
    parsed = hcl2.loads(NOMAD.read_text(encoding="utf-8"))
    ((name, job),) = ((name.strip('"'), job) for name, job in parsed["job"][0].items())
    group = job["group"][0]['"exporter"']
    task = group["task"][0]['"exporter"']
    assert group["count"] == 1
    assert len(task["template"]) == 2
    assert f'nomadVar "nomad/jobs/{name}"' in task["template"][1]["data"].replace('\\"', '"')
    assert task["template"][1]["env"] is True
