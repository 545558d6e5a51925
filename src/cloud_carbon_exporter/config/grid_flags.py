"""Flags of the grid: whose intensity is taken, by which method, with which tokens."""

from __future__ import annotations

from cloud_carbon_exporter.config.flag import COLLECTING, SERVE, Flag, flags_in
from cloud_carbon_exporter.config.kinds import boolean, choice, several, shaped, text
from cloud_carbon_exporter.config.values import Kind, listed
from cloud_carbon_exporter.model.grid import Method

_PREFIX = "grid."


def _sources() -> Kind[tuple[str, ...]]:
    """Order of sources of intensity. A secret, as a URL among them may hold a password."""
    inner = several("SOURCES")

    def accept(value: object) -> tuple[str, ...]:
        from cloud_carbon_exporter.grid import preferences

        words = inner.accept(value)
        preferences(words)
        return words

    allowed = (
        "facts, file:PATH or file:URL, prometheus:URL, electricitymaps, entsoe, gb, gb-regional, "
        "rte, energinet, eia, watttime; several with commas, and ZONE= before one that is for one "
        "grid zone alone"
    )
    return Kind("SOURCES", allowed, accept, accept, (), secret=True)


def _token(name: str, ecosystem: str, meaning: str) -> Flag[str]:
    """Flag of a token a source needs; `ecosystem` is the variable other tools read it from."""
    return Flag(
        f"{_PREFIX}{name}",
        text("TOKEN", secret=True),
        "",
        f"{meaning}; {ecosystem} when empty.",
        ecosystem=ecosystem,
    )


GRID_SOURCE = Flag(
    "grid.source",
    _sources(),
    "facts",
    "Where live grid intensities come from, the preferred first; the annual facts are always the "
    "last. Of the past of a bill, hourly tables: file:PATH, or a folder.",
    commands=(*COLLECTING, "history"),
)


def _method() -> Kind[Method]:
    """Method by which the grid is counted. `location` is what `lifecycle` was called before."""
    inner: Kind[Method] = choice("location", "direct", "live", "market", "marginal")
    words = ("lifecycle", *inner.choices[1:], "location")

    def accept(value: object) -> Method:
        return "location" if value == "lifecycle" else inner.accept(value)

    return Kind("|".join(words), listed(words), accept, accept, "location", words)


# The GHG Protocol's scope 2 is "direct" by location, and "market" after purchases.
GRID_METHOD: Flag[Method] = Flag(
    "grid.method",
    _method(),
    "lifecycle",
    "Which intensity operational emissions are counted by: the annual life-cycle mean (location is "
    "the same), the annual direct emissions of Scope 2, the present mean, what the provider claims "
    "after its purchases (else the residual mix), or that of the next kWh. The life-cycle mean "
    "stands in where there is none.",
    commands=(*COLLECTING, "estimate", "history"),
)
GRID_COMPARE = Flag(
    "grid.compare",
    boolean(),
    "false",
    "Also export what emissions come to by each method.",
    commands=SERVE,
)
GRID_QUERY = Flag(
    "grid.prometheus-query",
    text("PROMQL"),
    "",
    "Query of the prometheus source, with $zone for the grid zone; "
    'grid_intensity_carbon_average{location="$zone"} when empty.',
)
ELECTRICITYMAPS_TOKEN = _token(
    "electricitymaps-token", "ELECTRICITYMAPS_TOKEN", "Token of Electricity Maps"
)
ENTSOE_TOKEN = _token(
    "entsoe-token", "ENTSOE_TOKEN", "Security token of the ENTSO-E transparency platform"
)
EIA_KEY = _token("eia-key", "EIA_API_KEY", "API key of the US Energy Information Administration")
# WattTime has no lasting token: its API gives one for half an hour to a name and a password.
WATTTIME_USERNAME = _token("watttime-username", "WATTTIME_USERNAME", "Name of the WattTime account")
WATTTIME_PASSWORD = _token(
    "watttime-password", "WATTTIME_PASSWORD", "Password of the WattTime account"
)
WHAT_IF = Flag(
    "what-if",
    shaped(
        "CHANGE",
        "region=REGION, of the same cloud or of one named, as in gcp:europe-north1; region=best; "
        "machine-type=NEW, a family or a type, as in m7g, or OLD:NEW, as in m5.large:m7g.large or "
        "m5.*:m7g.*; or a region and machines with a comma between them",
        r"((region=)?([a-z]+:)?[a-z][a-z0-9-]*)?,?(machine-type=[A-Za-z0-9.*_:-]+)?",
    ),
    "",
    "Also tell what the same estate would come to in another region, now; in which regions it "
    "would emit least; or with machines of another type.",
    commands=("report",),
)

GRID_FLAGS = flags_in(globals())

TOKENS: dict[str, Flag[str]] = {
    flag.name.removeprefix(_PREFIX): flag
    for flag in (
        ELECTRICITYMAPS_TOKEN,
        ENTSOE_TOKEN,
        EIA_KEY,
        WATTTIME_USERNAME,
        WATTTIME_PASSWORD,
    )
}
"""Tokens by the name under which a source asks for them."""
