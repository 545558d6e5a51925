"""Comparison of what was billed with what was counted, line by line, and what may explain it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.held import UNITS

_MOST_NAMED = 3

Hardware = Mapping[str, float]
"""Amounts times seconds, by their names in `held.UNITS`."""


def alike_ratio() -> float:
    """How far two ways to one figure may be apart, as a share of it."""
    return facts.figure("calibration.bill_alike_ratio").value


def _near() -> float:
    """How far a ratio may be from a whole number to be taken for it."""
    return facts.figure("calibration.bill_whole_ratio").value


class Site(NamedTuple):
    """Account, region and kind that hardware is summed by."""

    provider: str
    account_id: str
    region: str
    kind: str


class ComparedLine(NamedTuple):
    """Line of the comparison. unit: as `held.UNITS` names it. ratio: None where none is billed.

    region: empty for all of them. explanation: empty where both agree.
    """

    provider: str
    account_id: str
    region: str
    kind: str
    unit: str
    billed: float
    counted: float
    explanation: str

    @property
    def ratio(self) -> float | None:
        """What was counted of one that was billed."""
        return self.counted / self.billed if self.billed > 0 else None

    @property
    def difference(self) -> float:
        """What was counted beyond what was billed."""
        return self.counted - self.billed

    @property
    def agrees(self) -> bool:
        """Whether both are the same, as near as two ways to one figure come."""
        return abs(self.difference) <= alike_ratio() * self.billed


class _Both(NamedTuple):
    billed: float
    counted: float


def compared(
    billed: Mapping[Site, Hardware], counted: Mapping[Site, Hardware], *, by_region: bool
) -> list[ComparedLine]:
    """Lines by account, kind and unit, and by region where that is asked for."""
    sites: defaultdict[tuple[Site, str], dict[str, _Both]] = defaultdict(dict)
    for site in {**billed, **counted}:
        shown = site if by_region else site._replace(region="")
        ours, theirs = counted.get(site, {}), billed.get(site, {})
        for name in UNITS:
            both = _Both(theirs.get(name, 0.0), ours.get(name, 0.0))
            if max(both) > 0:
                sites[shown, name][site.region] = both
    order = list(UNITS)
    keys = sorted(sites, key=lambda key: (key[0], order.index(key[1])))
    return [_line(site, name, sites[site, name]) for site, name in keys]


def _line(site: Site, name: str, regions: Mapping[str, _Both]) -> ComparedLine:
    seconds = UNITS[name].seconds
    billed = sum(both.billed for both in regions.values()) / seconds
    counted = sum(both.counted for both in regions.values()) / seconds
    line = ComparedLine(*site, UNITS[name].name, billed, counted, "")
    return line._replace(explanation="" if line.agrees else _explanation(line, name, regions))


def _explanation(line: ComparedLine, name: str, regions: Mapping[str, _Both]) -> str:
    ratio = line.ratio
    if ratio is None:
        return _UNBILLED.get(name, _UNBILLED_ELSE)
    if not line.counted:
        return _UNCOUNTED.get(name, _UNCOUNTED_ELSE)
    told = [
        _missing("nothing is counted in", (at for at, both in regions.items() if not both.counted)),
        _missing("nothing is billed in", (at for at, both in regions.items() if not both.billed)),
        _multiple(ratio),
    ]
    words = "; ".join(filter(None, told))
    if words:
        return words
    return _MORE.get(name, _MORE_ELSE) if ratio > 1 else _LESS.get(name, _LESS_ELSE)


def _missing(words: str, regions: Iterable[str]) -> str:
    names = sorted(filter(None, regions))
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{words} {', '.join(names[:_MOST_NAMED])}{more}"


def _multiple(ratio: float) -> str:
    """What a ratio near a whole number, or a part of one, is a sign of."""
    if ratio > 1:
        times = round(ratio)
        near = times > 1 and abs(ratio / times - 1) <= _near()
        return f"counted {times} times: the same thing from two listings?" if near else ""
    parts = round(1 / ratio)
    if parts == 1 or abs(ratio * parts - 1) > _near():
        return ""
    return f"1 of {parts} is counted: a standby, a second zone or replicas left out?"


_UNBILLED_ELSE = "not in this bill: free of charge, paid by another account, or billed as another"
_UNBILLED = {
    "byte": "transfer that this bill has no rule for",
    "request": "requests that this bill has no rule for",
}
_UNCOUNTED_ELSE = (
    "not counted: excluded, its listing refused or lost, in a region that is not explored, or "
    "described without this part"
)
_UNCOUNTED = {
    "byte": "bytes through it are not read: -collect.utilisation off, or no permission for them",
    "request": "requests are not read: -collect.utilisation off, or no permission for them",
}
_MORE_ELSE = "more is counted: stopped, reserved or free hardware, or a life that was cut short"
_MORE = {
    "storage": "more is counted: sizes that are provisioned where used bytes are billed, or whole "
    "snapshots where changed blocks are",
}
_LESS_ELSE = (
    "less is counted: machines of a group or a node pool that is not listed, or lives shorter than "
    "from one look to the next"
)
_LESS = {
    "storage": "less is counted: snapshots, versions or classes that are not listed, or sizes that "
    "were not read",
}
