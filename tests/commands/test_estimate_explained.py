"""`estimate` for a person: the same figures as its JSON, and the sum they come from."""

from __future__ import annotations

import re

import pytest

from cloud_carbon_exporter.cli import main
from tests.commands.test_estimate import M5, Captured, answer, one


def test_the_readable_form_holds_the_same_figures(capsys: Captured) -> None:
    assert (
        main(["estimate", "-cloud.provider=aws", "-machine-type=m5.large", "-region=eu-west-3"])
        == 0
    )
    out = capsys.readouterr().out
    assert out.startswith("m5.large aws eu-west-3\n")
    power = answer({**M5, "cpu_ratio": None})["power_watts"]
    figures = " +".join(re.escape(f"{power[key]:.3g}") for key in ("value", "lower", "upper"))
    assert re.search(rf"Power drawn, PUE included +W +{figures}\n", out)
    assert "Basis: default (no cpu_ratio)" in out
    assert main(["estimate", "-processor=Xeon Gold 6248"]) == 0
    assert "Without a region" in capsys.readouterr().out


def test_the_explanation_adds_up_to_the_estimate(capsys: Captured) -> None:
    answered = one(
        capsys,
        "-cloud.provider=aws -machine-type=p4d.24xlarge -region=eu-west-3 -cpu-ratio=0.5 -explain",
    )
    for key, total in (
        ("power_watts", "power_watts"),
        ("operational_grams_per_second", "operational_emissions_grams_per_second"),
        ("embodied_grams_per_second", "embodied_emissions_grams_per_second"),
    ):
        terms = [term for term in answered["explain"] if term["sum"] == key]
        assert sum(term["value"] for term in terms) == pytest.approx(answered[total]["value"])
        assert all(term["source"] and term["fact"] for term in terms)
    assert {"vcpu", "memory", "gpu", "ssd", "pue"} <= {
        term["component"] for term in answered["explain"]
    }


def test_the_readable_explanation_has_a_line_a_term(capsys: Captured) -> None:
    flags = "-cloud.provider=aws -machine-type=m5.large -region=eu-west-3 -cpu-ratio=0.5"
    terms = one(capsys, f"{flags} -explain")["explain"]
    assert main(["estimate", *flags.split(), "-explain"]) == 0
    out = capsys.readouterr().out
    for term in terms:
        assert [
            line
            for line in out.splitlines()
            if line.startswith(term["component"]) and term["fact"] in line
        ]
    for title in (
        "Power, W",
        "Emissions of the power, gCO2eq/h",
        "Emissions of manufacture, gCO2eq/h",
    ):
        assert title in out
