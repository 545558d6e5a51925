"""Rules and scrape configurations: judged by promtool, and of families the exporter has."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.files import DEPLOY, RULES, known_names, load, names_in, rules

PROMETHEUS = DEPLOY / "prometheus"
CONFIGURATIONS = [PROMETHEUS / "prometheus.yml", *sorted((PROMETHEUS / "examples").glob("*.yml"))]
HOURS = {"m": 1 / 60, "h": 1, "d": 24, "w": 168}


def promtool(*arguments: str | Path) -> str:
    """What promtool says; it must be content."""
    program = shutil.which("promtool")
    assert program, "promtool is needed: apt-get install prometheus"
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.server
@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rules_are_well_formed(path: Path) -> None:
    assert "rules found" in promtool("check", "rules", "--lint=all", "--lint-fatal", path)


@pytest.mark.server
def test_every_rule_does_what_it_should() -> None:
    assert "FAILED" not in promtool("test", "rules", Path(__file__).with_name("rules_test.yml"))


@pytest.mark.server
@pytest.mark.slow
def test_a_healthy_estate_is_silent_for_a_month() -> None:
    path = Path(__file__).with_name("rules_month_test.yml")
    assert "FAILED" not in promtool("test", "rules", path)


def test_every_alert_and_record_has_a_test() -> None:
    text = Path(__file__).with_name("rules_test.yml").read_text(encoding="utf-8")
    for rule in rules():
        assert (rule.get("record") or rule["alert"]) in text


@pytest.mark.slow
def test_queries_name_what_the_exporter_has() -> None:
    for rule in rules():
        names = names_in(rule["expr"])
        assert names <= known_names(), f"{rule}: {names - known_names()}"
        assert names or rule["alert"] == "CarbonExporterDown"  # that one asks for `up` alone


def test_windows_of_counters_hold_four_utilisation_intervals() -> None:
    windows = [
        (rule["expr"], float(size) * HOURS[unit])
        for rule in rules()
        for size, unit in re.findall(r"(?:rate|increase)\([^\[]+\[(\d+)([mhdw])\]", rule["expr"])
    ]
    assert len(windows) >= 6
    assert all(hours >= 1 for _, hours in windows)


@pytest.mark.server
@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.name)
def test_scrape_configurations_are_valid(path: Path, tmp_path: Path) -> None:
    configuration = load(path)
    for job in configuration["scrape_configs"]:
        pods = job.pop("kubernetes_sd_configs", None)  # Debian's Prometheus is built without
        assert pods in (None, [{"role": "pod"}])
    copy = tmp_path / "prometheus.yml"
    copy.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    shutil.copytree(PROMETHEUS / "rules", tmp_path / "rules")
    assert "is valid prometheus config" in promtool("check", "config", "--syntax-only", copy)


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.name)
def test_the_job_is_called_as_the_alerts_expect(path: Path) -> None:
    jobs = {job["job_name"] for job in load(path)["scrape_configs"]}
    assert "cloud-carbon" in jobs
    assert any('job="cloud-carbon"' in rule["expr"] for rule in rules())
