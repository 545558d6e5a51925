"""Settings and refusals of a command line, for the tests of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.config import Settings, load
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.settings import CloudOptions


def settings(
    line: str, file: str = "", tmp_path: Path | None = None, **environment: str
) -> Settings:
    """Settings of a command line, with a file of that content where there is a folder for it."""
    words = line.split()
    if tmp_path is not None:
        path = tmp_path / "config.yaml"
        path.write_text(file)
        words.append(f"-config.file={path}")
    return load(words, environment).settings


def options(
    cloud: type[CloudOptions],
    line: str,
    file: str = "",
    tmp_path: Path | None = None,
    **environment: str,
) -> CloudOptions:
    """Options of the one target's cloud."""
    return settings(line, file, tmp_path, **environment).targets[0].options_of(cloud)


def refusal(line: str, **environment: str) -> str:
    """Error of a command line that cannot be followed."""
    with pytest.raises(ConfigError) as caught:
        load(line.split(), environment)
    assert "\n" not in str(caught.value)
    return str(caught.value)
