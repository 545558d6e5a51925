"""Provider of a name, as in -cloud.provider: its package is imported when it is wanted."""

from __future__ import annotations

from importlib import import_module

from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.clouds import CLOUDS
from cloud_carbon_exporter.providers.spec import Provider


def provider(name: str) -> Provider:
    """The provider of that name. Raises ConfigError where this build has none."""
    package = f"cloud_carbon_exporter.providers.{CLOUDS[name].package}"
    try:
        loaded = import_module(package).PROVIDER
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != package:
            raise
        raise ConfigError(f"-cloud.provider: {quoted(name)} is not part of this build") from None
    if not isinstance(loaded, Provider):
        raise TypeError(package)
    return loaded
