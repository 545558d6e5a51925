"""Regions as HTML, for a reader whose browser runs no JavaScript: what a map shows to others."""

from __future__ import annotations

from html import escape

from cloud_carbon_exporter.model.coordinates import map_point
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.web.region_sums import Region, region_sums
from cloud_carbon_exporter.web.totals_html import number, told

_HEAD = (
    '<section class="card"><h2>Regions</h2><div class="scroll"><table><thead><tr>'
    '<th scope="col">Region</th><th scope="col">Place</th><th scope="col">Emissions now</th>'
    '<th scope="col">9 in 10</th><th scope="col">Grid</th></tr></thead><tbody>'
)
_END = "</tbody></table></div></section>"


def regions_html(taken: Snapshot) -> str:
    """Emissions by region, the largest first, beside the grid of each; nothing of no region."""
    sums = region_sums(taken)
    intensities: dict[Region, float] = {}
    for place in taken.places:
        if place.intensities:
            grams = place.intensities[0].grams_per_kilowatt_hour.value
            intensities[Region(place.provider, place.region)] = grams
    largest = sorted(sums, key=lambda each: -sums[each].emissions_grams_per_second.value)
    rows = [_row(region, sums[region], intensities.get(region)) for region in largest]
    return f"{_HEAD}{''.join(rows)}{_END}" if rows else ""


def _row(region: Region, of: FootprintSum, grams: float | None) -> str:
    provider, name = region
    point = map_point(provider, name)
    emitted = told("total", of.emissions_grams_per_second.estimate)
    grid = "" if grams is None else f"{number(grams)} g/kWh"
    town = point.town if point else ""
    return (
        f'<tr><th scope="row"><bdi>{escape(name or "(none)")}</bdi> {escape(provider)}</th>'
        f"<td>{escape(town)}</td><td>{emitted.value} {emitted.unit}</td>"
        f"<td>{emitted.lower} – {emitted.upper}</td><td>{grid}</td></tr>"
    )
