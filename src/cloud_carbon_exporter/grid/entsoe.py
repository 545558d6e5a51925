"""ENTSO-E Transparency Platform: what the zones of Europe generate, by type, turned into intensity.

Wire: https://transparency.entsoe.eu/content/static_content/Static%20content/web%20api/Guide.html,
4.4.8 Aggregated Generation per Type (16.1.B&C): documentType A75, processType A16; a
GL_MarketDocument of IEC 62325-451-6.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid.mix import grams_per_kilowatt_hour
from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Reading, Source, Web, number

HOUR = 3600.0
LATEST_TYPE_SECONDS = 3 * HOUR  # a type still missing then is not late, but gone
KINDS = {
    "B01": "biomass",
    "B02": "coal",
    "B03": "gas",
    "B04": "gas",
    "B05": "coal",
    "B06": "oil",
    "B07": "oil",
    "B08": "coal",
    "B09": "geothermal",
    "B10": "storage",
    "B11": "hydro",
    "B12": "hydro",
    "B13": "other",
    "B14": "nuclear",
    "B15": "other",
    "B16": "solar",
    "B17": "biomass",
    "B18": "wind",
    "B19": "wind",
    "B20": "other",
    "B25": "storage",
}
_RESOLUTION = re.compile(r"PT(\d+)M")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


async def live(web: Web, ask: Ask) -> Sequence[Reading]:
    """The periods since."""
    params = {
        "securityToken": web.secret("entsoe-token"),
        "documentType": "A75",
        "processType": "A16",
        "in_Domain": ask.zone,
        "periodStart": written(ask.since // HOUR * HOUR, "%Y%m%d%H%M"),
        "periodEnd": written((ask.now // HOUR + 1) * HOUR, "%Y%m%d%H%M"),
    }
    return parse(ask.zone, await web.text("A75", "/api", params))


def parse(zone: str, text: str) -> Sequence[Reading]:
    """The intensity of each period of a GL_MarketDocument. Raises Malformed, or NotThere where it
    holds no data.

    The newest periods wait for every type of station that was there before; without one they are
    estimated.
    """
    if _DECLARATION.search(text):
        raise Malformed("the answer declares entities")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  entities are refused above, the size is bounded
    except ElementTree.ParseError:
        raise Malformed("the answer is no XML") from None
    if _name(root) == "Acknowledgement_MarketDocument":
        raise NotThere(f"no data for {zone}")
    if _name(root) != "GL_MarketDocument":
        raise Malformed("the answer is no GL_MarketDocument")
    periods: dict[tuple[float, float], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    kinds: dict[tuple[float, float], set[str]] = defaultdict(set)
    for series in _all(root, "TimeSeries"):
        if any(_name(part) == "outBiddingZone_Domain.mRID" for part in series):
            continue  # what stations draw
        kind = _text(series, "MktPSRType", "psrType")
        for start, end, megawatts in _points(series):
            periods[start, end][KINDS.get(kind, "other")] += megawatts
            kinds[start, end].add(kind)
    most = max((len(each) for each in kinds.values()), default=0)
    newest = max((end for _, end in periods), default=0.0)
    found = []
    for start, end in sorted(periods):
        whole = len(kinds[start, end]) == most
        grams = grams_per_kilowatt_hour(periods[start, end])
        if grams is not None and (whole or end <= newest - LATEST_TYPE_SECONDS):
            found.append(Reading(zone, start, end, grams, estimated=not whole))
    return found


def _points(series: ElementTree.Element) -> Iterator[tuple[float, float, float]]:
    """Start, end and megawatts. A position left out repeats the one before (curve type A03)."""
    for period in _all(series, "Period"):
        found = _RESOLUTION.fullmatch(_text(period, "resolution"))
        if not found or not int(found[1]):
            raise Malformed("a period of the answer has no resolution in minutes")
        step = int(found[1]) * 60.0
        start, end = (
            moment(_text(period, "timeInterval", "start")),
            moment(_text(period, "timeInterval", "end")),
        )
        values = {
            int(number(_text(p, "position"))): number(_text(p, "quantity"))
            for p in _all(period, "Point")
        }
        megawatts = 0.0
        for position in range(1, min(int((end - start) / step), 10_000) + 1):
            megawatts = values.get(position, megawatts)
            yield start + (position - 1) * step, start + position * step, megawatts


def _name(of: ElementTree.Element) -> str:
    return of.tag.rpartition("}")[2]


def _all(of: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return of.findall(f"{{*}}{name}")


def _text(of: ElementTree.Element, *path: str) -> str:
    found = of.find("/".join(f"{{*}}{name}" for name in path))
    if found is None or not found.text:
        raise Malformed(f"the answer has no {'/'.join(path)}")
    return found.text.strip()


SOURCE = Source(
    name="entsoe",
    base_url="https://web-api.tp.entsoe.eu",
    home="https://transparency.entsoe.eu/",
    zones="the European zones that feed the clouds' regions, and Denmark; not Great Britain",
    licence="ENTSO-E terms; most series CC BY 4.0",
    price="free, with a token; 400 calls a minute",
    measured="computed from the generation the operators measure, revised later",
    counts="life-cycle emissions of generation; imports are not traced",
    period_seconds=HOUR,
    delay_seconds=HOUR,
    hold_seconds=4 * HOUR,
    live=live,
    secrets=("entsoe-token",),
)
