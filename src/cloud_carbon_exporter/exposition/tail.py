"""The end of an answer, made at the scrape: the process, and the size of the answer itself."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.exposition.families import SCRAPE
from cloud_carbon_exporter.exposition.render import Exposition, Format, metadata

*_OWN, _SERIES, _SIZE = SCRAPE
_EOF = b"# EOF\n"


def tail(
    exposition: Exposition, format_: Format, process: bytes, own: Mapping[str, float]
) -> bytes:
    """What follows the body of one answer.

    process: families of the process in that format, complete lines. own: what else is only known
        now, by name.
    """
    process = process.removesuffix(_EOF)
    own_series = sum(not line.startswith(b"#") for line in process.splitlines())
    end = "# EOF\n" if format_ == "openmetrics" else ""
    told = [family for family in _OWN if family.name in own]
    head = "".join(
        f"{metadata(family, format_)}{family.name} {own[family.name]!r}\n" for family in told
    )
    series = exposition.series + own_series + len(told) + len((_SERIES, _SIZE))
    head += metadata(_SERIES, format_) + f"{_SERIES.name} {series}\n"
    head += metadata(_SIZE, format_) + f"{_SIZE.name} "
    known = exposition.stream(format_).size + len(process) + len(head) + len("\n") + len(end)
    size = known + len(str(known))
    size = known + len(str(size))  # the number counts its own digits
    return process + f"{head}{size}\n{end}".encode()
