"""Names in the receivers: whatever translates what OTLP brings, it comes to what a scrape reads."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_carbon_exporter.exposition import FAMILIES, UPSTREAM, Family
from cloud_carbon_exporter.push.otlp import unit
from tests.over_all import over_all
from tests.push import translation

ALL = (*FAMILIES, *UPSTREAM)
TRANSLATIONS = (translation.escaped, translation.suffixed, translation.victoria)


@over_all("translate", TRANSLATIONS)
@over_all("family", ALL, ids=lambda family: family.name)
def test_every_family_keeps_its_name(
    family: Family, translate: Callable[[str, str, bool], str]
) -> None:
    assert translate(family.name, unit(family), family.type == "counter") == family.name


def test_every_unit_a_family_has_is_told() -> None:
    assert not {family.unit for family in ALL if family.unit and not unit(family)}


def test_the_rules_know_the_fault_they_are_here_for() -> None:
    name = "cloud_carbon_operational_emissions_grams_per_second"
    assert translation.escaped(name, "g/s", False) == f"{name}_per_second"
    assert translation.escaped("water_liters_total", "L", True) == "water_liters_L_total"
    assert translation.suffixed(name, "g/s", False) == name
    # As VictoriaMetrics 1.150 itself named it.
    assert translation.victoria(name, "{g/s}", False) == f"{name}_per_s}}"


PROGRAM = """package main

import (
	"encoding/json"
	"os"

	"github.com/prometheus/otlptranslator"
)

type asked struct {
	Name, Unit string
	Monotonic  bool
}

func main() {
	var all []asked
	if err := json.NewDecoder(os.Stdin).Decode(&all); err != nil {
		panic(err)
	}
	names := [][]string{}
	for _, one := range all {
		var kind otlptranslator.MetricType = otlptranslator.MetricTypeGauge
		if one.Monotonic {
			kind = otlptranslator.MetricTypeMonotonicCounter
		}
		row := []string{}
		for _, utf8 := range []bool{false, true} {
			namer := otlptranslator.MetricNamer{WithMetricSuffixes: true, UTF8Allowed: utf8}
			metric := otlptranslator.Metric{Name: one.Name, Unit: one.Unit, Type: kind}
			name, err := namer.Build(metric)
			if err != nil {
				panic(err)
			}
			row = append(row, name)
		}
		names = append(names, row)
	}
	json.NewEncoder(os.Stdout).Encode(names)
}
"""


@pytest.mark.e2e
def test_prometheus_own_translator_says_the_same(tmp_path: Path) -> None:
    """A check of development: it needs Go, and its modules."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed, so Prometheus' own translator cannot be asked")
    (tmp_path / "main.go").write_text(PROGRAM)
    (tmp_path / "go.mod").write_text("module names\n\ngo 1.23\n")
    wanted = [go, "get", "github.com/prometheus/otlptranslator@v1.0.0"]
    got = run(wanted, tmp_path)
    if got.returncode:
        pytest.skip(f"the module of the translator cannot be had: {got.stderr[-200:]}")
    # Beside ours, what our own port of the rules must get right to be believed.
    others = [
        ("a.b__c", "By/s", False),
        ("grams_per_second", "g/s", False),
        ("x_liters_total", "L", True),
        ("share", "1", False),
        ("n_total_of", "{thing}", True),
        ("a_per_b", "{g}/{s}", False),
        ("a_per_b", "{g/s}", False),
    ]
    asked = [(family.name, unit(family), family.type == "counter") for family in ALL]
    rows = [dict(zip(("Name", "Unit", "Monotonic"), row, strict=True)) for row in asked + others]
    program = run([go, "run", "."], tmp_path, json.dumps(rows))
    assert not program.returncode, program.stderr
    said = json.loads(program.stdout)
    assert said[: len(ALL)] == [[family.name] * 2 for family in ALL]
    ours = [[translation.escaped(*row), translation.suffixed(*row)] for row in others]
    assert said[len(ALL) :] == ours


def run(command: list[str], folder: Path, told: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, input=told, capture_output=True, text=True, timeout=300, check=False
    )
