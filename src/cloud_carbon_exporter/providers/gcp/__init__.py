"""Google Cloud: one module a service, found by name; the rest, with a leading underscore, is how they are reached."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from cloud_carbon_exporter.providers.gcp._client import GcpClient
from cloud_carbon_exporter.providers.gcp._monitoring import PERMISSIONS
from cloud_carbon_exporter.providers.spec import Provider, ServiceSpec


def _services() -> tuple[ServiceSpec, ...]:
    found: list[ServiceSpec] = []
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            service = import_module(f"{__name__}.{module.name}")
            found.extend(service.SPECS if hasattr(service, "SPECS") else (service.SPEC,))
    return tuple(found)


PROVIDER = Provider(
    name="gcp",
    label="gcp",
    services=_services(),
    client=GcpClient,
    settle_seconds=240,
    reads_cost=True,
    reads_span="account",
    permissions=PERMISSIONS,
)
