"""The provider of a name."""

from __future__ import annotations

from importlib import import_module

from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.clouds import CLOUDS
from cloud_carbon_exporter.providers.spec import Provider


def provider(name: str) -> Provider:
    """The provider of that name, as in -cloud.provider. Raises ConfigError where this build has
    none.
    """
    package = f"cloud_carbon_exporter.providers.{CLOUDS[name].package}"
    try:
        found = import_module(package).PROVIDER
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != package:
            raise
        raise ConfigError(f"-cloud.provider: {quoted(name)} is not part of this build") from None
    if not isinstance(found, Provider):
        raise TypeError(package)
    return found
