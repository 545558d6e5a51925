"""The flags of the grid: whose intensity is taken, by which method, with which tokens."""

from __future__ import annotations

from cloud_carbon_exporter.config.flag import Flag
from cloud_carbon_exporter.config.values import Kind, boolean, choice, several, shaped, text

TOKENS: dict[str, tuple[str, str]] = {
    "electricitymaps-token": ("ELECTRICITYMAPS_TOKEN", "Token of Electricity Maps"),
    "entsoe-token": ("ENTSOE_TOKEN", "Security token of the ENTSO-E transparency platform"),
    "eia-key": ("EIA_API_KEY", "API key of the US Energy Information Administration"),
    "watttime-username": ("WATTTIME_USERNAME", "Name of the WattTime account"),
    "watttime-password": ("WATTTIME_PASSWORD", "Password of the WattTime account"),
}
"""By the flag's name after `grid.`: the variable that is read where the flag says nothing, and its
meaning.
"""


def _sources() -> Kind:
    """An order of sources of intensity."""
    inner = several("SOURCES")

    def accept(value: object) -> tuple[str, ...]:
        from cloud_carbon_exporter.grid import preferences

        words: tuple[str, ...] = inner.accept(value)
        preferences(words)
        return words

    allowed = (
        "facts, file:PATH or file:URL, prometheus:URL, electricitymaps, entsoe, gb, gb-regional, rte, energinet, eia, "
        "watttime; several with commas, and ZONE= before one that is for one grid zone alone"
    )
    return Kind(
        "SOURCES", allowed, accept, accept, empty=(), secret=True
    )  # a URL may hold a password


GRID_FLAGS: tuple[Flag, ...] = (
    Flag(
        "grid.source",
        _sources(),
        "facts",
        "Where live grid intensities come from, the preferred first; the annual facts are always the last.",
    ),
    Flag(
        "grid.method",
        choice("location", "live", "market", "marginal"),
        "location",
        "Which intensity operational emissions are counted by: the annual mean, the present mean, what the provider "
        "claims after its purchases, or that of the next kWh. The annual mean stands in where there is none.",
    ),
    Flag(
        "grid.compare",
        boolean(),
        "false",
        "Also export what emissions come to by each method.",
        commands=("serve",),
    ),
    Flag(
        "grid.prometheus-query",
        text("PROMQL"),
        "",
        'Query of the prometheus source, with $zone for the grid zone; grid_intensity_carbon_average{location="$zone"} '
        "when empty.",
    ),
    *(
        Flag(f"grid.{name}", text("TOKEN", secret=True), "", f"{meaning}; {variable} when empty.")
        for name, (variable, meaning) in TOKENS.items()
    ),
    Flag(
        "what-if",
        shaped(
            "REGION",
            "region=REGION, of the same cloud or of one named, as in gcp:europe-north1",
            r"(region=)?([a-z]+:)?[a-z][a-z0-9-]*",
        ),
        "",
        "Also tell what the same estate would come to in another region, now.",
        commands=("report",),
    ),
)
