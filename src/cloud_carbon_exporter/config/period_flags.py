"""Flags of `report -since`: the period, what it is by, and where it is read from."""

from __future__ import annotations

import re
from typing import NamedTuple

from cloud_carbon_exporter.config.flag import Flag, flags_in
from cloud_carbon_exporter.config.kinds import several, shaped, text
from cloud_carbon_exporter.config.quantities import number
from cloud_carbon_exporter.config.values import Kind

_REPORT = ("report",)
_READING = ("report", "history")
_MOMENT = r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?|\d{1,4}[hdw]"
_TIMES = "2026-10, 2026-10-01, 2026-10-01T12:00Z (UTC where no zone is named), or 12h, 7d, 4w back"


class FunctionalUnits(NamedTuple):
    """Functional unit of an SCI: what it is, and how many there were; or a query that says so."""

    unit: str
    units: float = 0
    query: str = ""


def _functional_units() -> Kind[FunctionalUnits | None]:
    allowed = (
        "NAME=COUNT with a count above 0, such as request=12000000; or with -from.prometheus "
        "NAME=QUERY, with $range for the length of the period"
    )
    line, count = text("NAME=COUNT"), number("COUNT", "a number above 0", 0)

    def parse(value: str) -> FunctionalUnits:
        name, equals, amount = line.parse(value).partition("=")
        if not equals or not name.strip() or not amount.strip():
            raise ValueError("has another form")
        if not re.match(r"[+-]?[\d.]", amount.strip()):
            return FunctionalUnits(name.strip(), query=amount.strip())
        units = count.parse(amount)
        if not units:
            raise ValueError("is of no unit at all")
        return FunctionalUnits(name.strip(), units)

    def accept(value: object) -> FunctionalUnits:
        return parse(line.accept(value))

    return Kind("NAME=COUNT", allowed, accept, parse, None)


SINCE = Flag(
    "since",
    shaped("TIME", _TIMES, _MOMENT),
    "",
    "Report a period from here on, of what was counted, and collect nothing: from -history.file, "
    "or a Prometheus.",
    commands=_REPORT,
)
UNTIL = Flag(
    "until",
    shaped("TIME", _TIMES, _MOMENT),
    "",
    "End of the period, which it does not include; now when empty.",
    commands=_REPORT,
)
BY = Flag(
    "by",
    several("LABELS"),
    "",
    "Also break the period down: by provider, account, region, kind, basis, or a key of "
    "-metrics.tags.",
    commands=_REPORT,
)
FUNCTIONAL_UNITS = Flag(
    "functional-units",
    _functional_units(),
    "",
    "Also tell the Software Carbon Intensity of the period: emissions for one of so many units.",
    commands=_REPORT,
)
FROM_PROMETHEUS = Flag(
    "from.prometheus",
    text("URL", secret=True),
    "",
    "Prometheus, or what answers like one, that has scraped the exporter: the period is read "
    "there.",
    commands=_READING,
)
FROM_SELECTOR = Flag(
    "from.selector",
    text("MATCHERS"),
    "",
    'Which series are read there, such as job="cloud-carbon"; needed where two exporters explore '
    "the same accounts.",
    commands=_READING,
)
FROM_HEADERS_FILE = Flag(
    "from.headers-file",
    text("FILE"),
    "",
    "File with headers of the requests to it, one a line: Authorization: Bearer ...",
    commands=_READING,
)

PERIOD_FLAGS = flags_in(globals())
