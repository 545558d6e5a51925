"""Desktops of WorkSpaces: the machine of a bundle."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden

BUNDLES = {
    "VALUE": (1, 2),
    "STANDARD": (2, 4),
    "PERFORMANCE": (2, 8),
    "POWER": (4, 16),
    "POWERPRO": (8, 32),
    "GENERALPURPOSE_4XLARGE": (16, 64),
    "GENERALPURPOSE_8XLARGE": (32, 128),
}
"""WorkSpaces administration guide: vCPUs and GB of memory of each bundle."""
GRAPHICS = {
    "GRAPHICS": "g2.2xlarge",
    "GRAPHICSPRO": "g3.4xlarge",
    "GRAPHICS_G4DN": "g4dn.xlarge",
    "GRAPHICSPRO_G4DN": "g4dn.4xlarge",
}
"""Instance types that graphics bundles are, by their name or by vCPUs, memory and board."""


def desktop(bundle: str) -> tuple[Component, ...]:
    """Machine of a bundle. GRAPHICS_G6_XLARGE and its like are named after their instance type."""
    if bundle in BUNDLES:
        return hidden(*BUNDLES[bundle])
    family, _, size = bundle.removeprefix("GRAPHICS_").lower().partition("_")
    return components(machine("aws", GRAPHICS.get(bundle) or f"{family}.{size or 'xlarge'}"))
