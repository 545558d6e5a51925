"""Examples of the documents that are no commands: configuration, queries, tables, addresses."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.deploy.files import known_names
from tests.docs.blocks import PAGES, ROOT, Block, blocks, spans

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.exposition import FAMILIES
from cloud_carbon_exporter.grid.file import parse

BLOCKS = [block for block in blocks() if not block.title]


def of(kind: str) -> list[Block]:
    examples = [block for block in BLOCKS if block.kind == kind]
    assert examples, f"no example of {kind} left"
    return examples


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    assert program, "promtool is not installed: apt-get install prometheus"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_block_is_something_a_test_knows() -> None:
    known = {"commands", "flags", "json", "samples", "grid", "yaml", "promql", "text", "python"}
    assert not [str(block) for block in BLOCKS if block.kind not in known]
    prose = [block for block in BLOCKS if block.kind == "text"]
    assert not [
        str(block)
        for block in prose
        if "cloud-carbon-exporter " in block.text or "$ " in block.text
    ]


@pytest.mark.server
@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_is_taken_by_what_it_is_for(block: Block, tmp_path: Path) -> None:
    said = yaml.safe_load(block.text)
    file = tmp_path / "example.yml"
    if isinstance(said, list):
        said = {"targets": said}
    if said.keys() == {"config"}:  # values of the chart
        said = said["config"]
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    if "scrape_configs" in said:
        promtool("check", "config", "--syntax-only", str(file))
    elif "groups" in said:
        promtool("check", "rules", str(file))
    elif "basic_auth_users" in said or "tls_server_config" in said:
        check_web_config(said, tmp_path)
    elif "apiVersion" in said or "services" in said:
        assert said  # manifests have tests of their own, beside deploy/
    else:
        settings = load(
            [f"-config.file={file}"],
            {} if "targets" in said else {"CLOUD_CARBON_DEMO_ENABLED": "true"},
        )
        assert settings.settings.targets


def check_web_config(said: dict[str, dict[str, object]], folder: Path) -> None:
    """What it says but for the hash, cut short, and the certificates, which are the reader's."""
    from cloud_carbon_exporter.web.web_config import read_web_config
    from cloud_carbon_exporter.web.web_config_file import WebConfigFile

    users = said.get("basic_auth_users", {})
    told = {key: value for key, value in said.items() if key != "tls_server_config"}
    told["basic_auth_users"] = dict.fromkeys(users, "$2y$10$" + "a" * 53)
    (folder / "web.yml").write_text(yaml.safe_dump(told), encoding="utf-8")
    assert set(read_web_config(WebConfigFile(folder / "web.yml")).users) == set(users)


@pytest.mark.server
@pytest.mark.parametrize("block", of("promql"), ids=str)
def test_a_query_is_one(block: Block, tmp_path: Path) -> None:
    check_queries([block.text], tmp_path)


def check_queries(queries: list[str], folder: Path) -> None:
    recorded = [
        {"record": f"example:{number}", "expr": query} for number, query in enumerate(queries)
    ]
    (folder / "rules.yml").write_text(
        yaml.safe_dump({"groups": [{"name": "examples", "rules": recorded}]})
    )
    promtool("check", "rules", str(folder / "rules.yml"))


@pytest.mark.server
def test_queries_within_a_line_are_queries(tmp_path: Path) -> None:
    asked = [
        code
        for _, code in spans()
        if re.search(r"\b(sum|topk|bottomk|rate|increase)\b.*\(.*\w[])]", code)
    ]
    assert len(asked) >= 5
    check_queries(asked, tmp_path)


def test_metrics_within_a_line_are_metrics() -> None:
    known = known_names()
    named = {
        (page, name)
        for page, code in spans()
        for name in re.findall(r"\bcloud_carbon_(?!exporter\b)\w+(?![\w*<./])", code)
        if not re.search(rf"{name}[*<]", code)
    }
    assert len(named) > 20
    assert not {(page, name) for page, name in named if name not in known}


@pytest.mark.parametrize("block", of("samples"), ids=str)
def test_samples_are_of_families_there_are(block: Block) -> None:
    known = {family.name for family in FAMILIES}
    assert {line.partition("{")[0] for line in block.text.splitlines()} <= known


@pytest.mark.parametrize("block", of("flags"), ids=str)
def test_flags_alone_are_followed(block: Block) -> None:
    assert load(["-demo.enabled", *shlex.split(block.text)], {}).settings.targets


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    assert json.loads(block.text)


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_a_program_runs_by_itself(block: Block) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize("block", of("grid"), ids=str)
def test_a_table_of_the_grid_is_read(block: Block) -> None:
    assert len(parse(block.text)) == len(list(csv.reader(block.text.splitlines()))) - 1


def test_the_readme_has_the_figures_of_the_model() -> None:
    """The error table of README.md is taken from that of docs/model.md."""
    model = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    table = {}
    for line in model.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7:
            table[cells[0]] = (cells[2], cells[3], cells[5])
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for told, row in {
        "this model, that machine never seen": "this model, machines left out",
        "this model, that microarchitecture never seen": "this model, microarchitectures left out",
        "Boavizta's curve by TDP, and memory": "Boavizta's TDP curve and memory",
        "Cloud Carbon Footprint's coefficients, 2026": "Cloud Carbon Footprint, 2026",
        "the original Go exporter's, all threads counted": "the original, all threads counted",
    }.items():
        assert f"| {told} | {' | '.join(table[row])} |" in readme


def test_the_readme_says_what_a_machine_draws_as_the_model_does() -> None:
    """Before PUE: of no region."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = re.search(
        r"`m5.large` of unknown load draws ([\d.]+) W, between ([\d.]+) and (\d+)", readme
    )
    assert said
    watts = estimate.machine("aws", "m5.large", "", {}, hours=1).power_watts
    assert said.groups() == (f"{watts.value:.1f}", f"{watts.lower:.1f}", f"{watts.upper:.0f}")


def test_links_within_the_repository_lead_somewhere() -> None:
    text = {page: page.read_text(encoding="utf-8") for page in PAGES}
    links = [
        (page, link)
        for page, content in text.items()
        for link in re.findall(r"\]\(([^)#\s]+)", content)
        if not link.startswith(("https://", "http://"))
    ]
    assert len(links) > 30
    assert not [(str(page), link) for page, link in links if not (page.parent / link).exists()]
