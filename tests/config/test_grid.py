"""Flags of the grid, and where their tokens come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.config import Settings, load
from cloud_carbon_exporter.config.grid_flags import TOKENS
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.service.opening import grid_settings


def settings(line: str, **environment: str) -> Settings:
    return load(line.split(), environment).settings


def test_by_default_the_annual_facts_alone_count() -> None:
    grid = grid_settings(settings("-demo.enabled"), 5)
    assert (grid.preferences, grid.method, grid.compare, dict(grid.secrets)) == (
        (),
        "location",
        False,
        {},
    )


def test_an_order_of_sources_and_a_method() -> None:
    said = settings(
        "-demo.enabled -grid.source=GB=gb,electricitymaps,facts -grid.method=live -grid.compare"
    )
    grid = grid_settings(said, 5)
    assert [(preference.zone, preference.source.name) for preference in grid.preferences] == [
        ("GB", "gb"),
        ("", "electricitymaps"),
    ]
    assert (grid.method, grid.compare) == ("live", True)


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_comes_from_the_flag_the_variable_or_the_ecosystem(name: str) -> None:
    ours, theirs = "CLOUD_CARBON_GRID_" + name.upper().replace("-", "_"), TOKENS[name].ecosystem
    assert settings("-demo.enabled", **{theirs: "a"}).grid_secrets[name] == "a"
    assert settings("-demo.enabled", **{theirs: "a", ours: "b"}).grid_secrets[name] == "b"
    assert (
        settings(f"-demo.enabled -grid.{name}=c", **{theirs: "a", ours: "b"}).grid_secrets[name]
        == "c"
    )


def test_a_token_is_never_shown() -> None:
    assert "hunter2" not in repr(settings("-demo.enabled -grid.entsoe-token=hunter2"))
    with pytest.raises(ConfigError) as caught:
        load(["-demo.enabled", "-grid.entsoe-token=hunter2\x01"], {})
    assert "hunter2" not in str(caught.value) and "-grid.entsoe-token" in str(caught.value)


@pytest.mark.parametrize(
    "word",
    [
        "promethues:http://bob:hunter2@grid.example",
        "prometheus:bob:hunter2@grid.example",
        "FR=prometheus:bob:hun@ter2@grid.example/hunter2",
        "file:",
        "gb:hunter2",
    ],
)
def test_the_password_of_a_source_that_cannot_be_followed_is_not_shown(word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(["-demo.enabled", f"-grid.source={word}"], {})
    said = str(caught.value)
    assert word.partition("=")[2].partition(":")[0] or word.partition(":")[0] in said
    assert "hunter2" not in said and "ter2" not in said and "bob" not in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-grid.source=nothing", '"nothing"'),
        ("-grid.source=file:", "lacks a path"),
        ("-grid.method=annual", "lifecycle, direct, live, market, marginal or location"),
        ("report -what-if=EU", "region=REGION"),
    ],
)
def test_what_cannot_be_followed_is_said(line: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load([*line.split(), "-demo.enabled"], {})
    assert said in str(caught.value) and line.rsplit(maxsplit=1)[-1].partition("=")[0] in str(
        caught.value
    )


def test_the_file_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "grid:\n  source: [rte, 'file:grid.csv']\n  method: live\n  electricitymaps-token: t\n"
    )
    said = settings(f"-demo.enabled -config.file={path}")
    assert said.grid_sources == ("rte", "file:grid.csv") and said.grid_method == "live"
    assert said.grid_secrets["electricitymaps-token"] == "t"


def test_lifecycle_is_what_location_was_called_and_the_default() -> None:
    for words in ("", "-grid.method=lifecycle", "-grid.method location"):
        assert settings(f"-demo.enabled {words}").grid_method == "location"
    assert settings("-demo.enabled -grid.method=direct").grid_method == "direct"
