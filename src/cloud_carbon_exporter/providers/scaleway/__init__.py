"""Scaleway: every product of an organisation that holds hardware, over all its zones and projects."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from cloud_carbon_exporter.providers.spec import Client, Meter, Provider, ServiceSpec, TargetSettings


def _services() -> Iterator[ServiceSpec]:
    """The specs of all service modules of this package, in the order of the modules' names."""
    for found in pkgutil.iter_modules(__path__):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"{__name__}.{found.name}")
            yield from getattr(module, "SPECS", None) or (module.SPEC,)


def _client(settings: TargetSettings, meter: Meter) -> Client:
    from cloud_carbon_exporter.providers.scaleway._client import ScalewayClient

    return ScalewayClient(settings, meter)


PROVIDER = Provider(
    name="scw",
    label="scaleway",
    services=tuple(_services()),
    client=_client,
    settle_seconds=120,
    reads_cost=False,
    reads_span="region",
    permissions=("ProjectReadOnly", "ObservabilityReadOnly"),
    optional={"ObservabilityFullAccess": "cockpit_create_tokens: true"},
)
