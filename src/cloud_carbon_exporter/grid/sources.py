"""All sources of live grid intensity, by name. A new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.grid import (
    eia,
    electricitymaps,
    energinet,
    entsoe,
    file,
    gb,
    prometheus,
    rte,
    watttime,
)
from cloud_carbon_exporter.grid.spec import Source

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        file.SOURCE,
        prometheus.SOURCE,
        electricitymaps.SOURCE,
        entsoe.SOURCE,
        gb.SOURCE,
        gb.REGIONAL,
        rte.SOURCE,
        energinet.SOURCE,
        eia.SOURCE,
        watttime.SOURCE,
    )
}
