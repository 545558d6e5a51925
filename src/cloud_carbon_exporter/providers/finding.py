"""Services of a cloud, found by their modules: a new one is a file, and no line elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from cloud_carbon_exporter.providers.spec import ServiceSpec


def services_in(package: ModuleType, first: Sequence[str] = ()) -> tuple[ServiceSpec, ...]:
    """The SPEC, or SPECS, of every module of a package: those named first, then by name."""
    found: list[ServiceSpec] = []
    names = {module.name for module in iter_modules(package.__path__)}
    for name in (*first, *sorted(names.difference(first))):
        module = import_module(f"{package.__name__}.{name}")
        found += getattr(module, "SPECS", None) or (module.SPEC,)
    return tuple(found)
