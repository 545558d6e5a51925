"""ENTSO-E Transparency Platform: intensity of the zones of Europe, of what they generate.

Wire: https://transparency.entsoe.eu/content/static_content/Static%20content/web%20api/Guide.html,
4.4.8 Aggregated Generation per Type (16.1.B&C): documentType A75, processType A16; a
GL_MarketDocument of IEC 62325-451-6.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid.mix import grams_per_kilowatt_hour
from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, number

HOUR = 3600.0
# A type of station still missing then is not late, but gone.
LATEST_TYPE_SECONDS = 3 * HOUR
# ENTSO-E's code list "PsrType": B10 is pumped storage, B25 other storage, B15 other renewable.
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
# Three months by the quarter of an hour: no answer to our questions holds as many.
_MOST_POSITIONS = 10_000
_RESOLUTION = re.compile(r"PT(\d+)M")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class _Period(NamedTuple):
    """Start and end, in Unix seconds."""

    start: float
    end: float


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
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


def parse(zone: str, text: str) -> Sequence[ZoneIntensity]:
    """Intensity of each period of a GL_MarketDocument.

    The newest periods wait for every type of station that was there before; without one they are
    estimated. Raises Malformed, or NotThere where the document holds no data.
    """
    generation: dict[_Period, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    types: dict[_Period, set[str]] = defaultdict(set)
    for series in _all(_document(zone, text), "TimeSeries"):
        if _is_consumption(series):
            continue
        station_type = _text(series, "MktPSRType", "psrType")
        for period, megawatts in _points(series):
            generation[period][KINDS.get(station_type, "other")] += megawatts
            types[period].add(station_type)
    most = max(map(len, types.values()), default=0)
    newest = max((period.end for period in generation), default=0.0)
    intensities = []
    for period in sorted(generation):
        whole = len(types[period]) == most
        grams = grams_per_kilowatt_hour(generation[period])
        if grams is not None and (whole or period.end <= newest - LATEST_TYPE_SECONDS):
            intensity = ZoneIntensity(zone, period.start, period.end, grams, estimated=not whole)
            intensities.append(intensity)
    return intensities


def _document(zone: str, text: str) -> ElementTree.Element:
    if _DECLARATION.search(text):
        raise Malformed("the answer declares entities")
    try:
        # Entities are refused above, and the size is bounded.
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError:
        raise Malformed("the answer is no XML") from None
    if _name(root) == "Acknowledgement_MarketDocument":
        raise NotThere(f"no data for {zone}")
    if _name(root) != "GL_MarketDocument":
        raise Malformed("the answer is no GL_MarketDocument")
    return root


def _is_consumption(series: ElementTree.Element) -> bool:
    """Whether a series is what stations draw: such a one names the zone that power goes out to."""
    return any(_name(part) == "outBiddingZone_Domain.mRID" for part in series)


def _points(series: ElementTree.Element) -> Iterator[tuple[_Period, float]]:
    """Periods and their megawatts. A position left out repeats the one before (curve type A03)."""
    for part in _all(series, "Period"):
        resolution = _RESOLUTION.fullmatch(_text(part, "resolution"))
        if not resolution or not int(resolution[1]):
            raise Malformed("a period of the answer has no resolution in minutes")
        step = int(resolution[1]) * 60.0
        start = moment(_text(part, "timeInterval", "start"))
        end = moment(_text(part, "timeInterval", "end"))
        values = {}
        for point in _all(part, "Point"):
            position = int(number(_text(point, "position")))
            values[position] = number(_text(point, "quantity"))
        megawatts = 0.0
        for position in range(1, min(int((end - start) / step), _MOST_POSITIONS) + 1):
            megawatts = values.get(position, megawatts)
            yield _Period(start + (position - 1) * step, start + position * step), megawatts


def _name(of: ElementTree.Element) -> str:
    return of.tag.rpartition("}")[2]


def _all(of: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return of.findall(f"{{*}}{name}")


def _text(of: ElementTree.Element, *path: str) -> str:
    element = of.find("/".join(f"{{*}}{name}" for name in path))
    if element is None or not element.text:
        raise Malformed(f"the answer has no {'/'.join(path)}")
    return element.text.strip()


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
