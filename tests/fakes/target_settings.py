"""TargetSettings from keywords: each goes to the target, or to the options of its cloud."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from cloud_carbon_exporter.providers.settings import TargetSettings

_OPTIONS = {"aws": AwsOptions, "gcp": GcpOptions, "scw": ScalewayOptions, "demo": DemoOptions}


def target_settings(provider: str, **settings: Any) -> TargetSettings:
    """TargetSettings of one provider. Raises TypeError for a keyword nobody has."""
    cloud = _OPTIONS[provider]
    names = {field.name for field in fields(cloud)}
    own = {name: settings.pop(name) for name in names.intersection(settings)}
    return TargetSettings(provider=provider, options=cloud(**own), **settings)
