"""Extras of a provider, checked: what stands beside the figures must not take them away."""

from __future__ import annotations

from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.spec import Extras, Inventory


def checked(extras: Extras) -> Extras:
    """The same. Raises TypeError, ValueError or AttributeError for what no Snapshot could hold."""
    if not isinstance(extras, Extras):
        raise TypeError(f"extras of type {type(extras).__name__}")
    for amounts in (extras.gauges, extras.listed, extras.unsupported):
        for amount in amounts.values():
            float(amount)
    for name in extras.account_names.values():
        _must_be(name, str)
    for reported in extras.reported:
        _must_be(reported, ReportedEmissions)
    for inventory in extras.inventories:
        _must_be(inventory, Inventory)
    return extras


def _must_be(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} in place of {kind.__name__}")
