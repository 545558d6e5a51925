"""Versions of a month: what an export writes anew beside the old, of which the newest counts.

AWS' Data Exports do so where "create new" is chosen, in data/BILLING_PERIOD=2026-01/<execution>,
the older CUR in 20260101-20260201/<assembly>, Azure in 20260101-20260131/<run>. A manifest beside
them names the files that are whole. Data Exports user guide, "Understanding export delivery".
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_MONTH = re.compile(r"billing_period=\d{4}-\d{2}|\d{8}-\d{8}", re.IGNORECASE)
_GUID = r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
_MOMENT = r"\d{4}-?\d{2}-?\d{2}T[\d:.-]+Z?"
_WRITTEN_ANEW = re.compile(rf"(?:(?P<moment>{_MOMENT})-?)?(?:{_GUID})?", re.IGNORECASE)
# shop-00001.snappy.parquet, shop-2.csv.gz
_CHUNK = re.compile(r"\d+(?:\.[a-z]+)+$", re.IGNORECASE)


class ManyVersions(ValueError):
    """A month stands there several times, and nothing says which is the newest."""


class Missing(ValueError):
    """A manifest names files that are not there."""


class Kept(NamedTuple):
    """Files that count. replaced: how many do not, of how many months."""

    files: tuple[str, ...]
    replaced: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """Manifest of one writing of an export. depth: of its folder; moment: when it was asked for."""

    names: frozenset[str]
    depth: int
    moment: str


class _Place(NamedTuple):
    """Place of a file: the folder of its month, the folder of its version, and its tail."""

    month: str
    version: str
    tail: str


def is_manifest(name: str) -> bool:
    """Whether a file is named as manifests are: of AWS `<export>-Manifest.json`."""
    return name.lower().endswith("manifest.json")


def manifest(path: str, text: str) -> Manifest | None:
    """Manifest of that path; None where the text is none that names files."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    names = {_tail(name) for name in _named(told)}
    run = told.get("runInfo")
    moment = str(run.get("submittedTime", "")) if isinstance(run, dict) else ""
    return Manifest(frozenset(names), path.count("/"), moment) if all(names) and names else None


def _named(told: Mapping[str, Any]) -> Iterable[str]:
    """Names of files in a manifest of Data Exports, of the older CUR, or of Azure."""
    for key in ("dataFiles", "reportKeys", "blobs"):
        listed = told.get(key)
        for entry in listed if isinstance(listed, list) else ():
            name = entry.get("blobName") if isinstance(entry, dict) else entry
            if isinstance(name, str):
                yield name


def newest(paths: Sequence[str], manifests: Collection[Manifest]) -> Kept:
    """Files of the newest version of each month, all where a month has but one.

    Raises ManyVersions where nothing tells the newest, Missing where a part of it is not there.
    """
    by_month: defaultdict[str, dict[str, _Place]] = defaultdict(dict)
    kept: list[str] = []
    for path in paths:
        place = _place(path)
        if place.month:
            by_month[place.month][path] = place
        else:
            kept.append(path)
    replaced = months = 0
    for month, places in by_month.items():
        chosen = _chosen(month, places, manifests)
        kept += chosen
        replaced += len(places) - len(chosen)
        months += len(chosen) < len(places)
    return Kept(tuple(sorted(kept)), replaced, months)


def _chosen(month: str, places: Mapping[str, _Place], manifests: Collection[Manifest]) -> list[str]:
    tails = {place.tail: path for path, place in places.items()}
    telling = _newest_first([each for each in manifests if each.names & tails.keys()])
    versions = {place.version for place in places.values()}
    if telling and (len(versions) == 1 or _first_is_newest(telling)):
        named = telling[0].names
        if absent := sorted(named - tails.keys()):
            raise Missing(f"{absent[0]} and {len(absent) - 1} more" if absent[1:] else absent[0])
        if len(versions) > 1:
            return [tails[name] for name in sorted(named)]
        return _without_left_over(tails, named)
    if len(versions) == 1 or not all(map(_WRITTEN_ANEW.fullmatch, versions)):
        return list(places)
    return _by_moment(month, places, versions)


def _without_left_over(tails: Mapping[str, str], named: Collection[str]) -> list[str]:
    """Files of a month that is written over, without chunks of an earlier, longer writing.

    `aws s3 sync` leaves such in a copy. Another export in the same folder has another name.
    """
    chunks = {_CHUNK.sub("", name) for name in named}
    kept = [tail for tail in tails if tail in named or _CHUNK.sub("", tail) not in chunks]
    return [tails[tail] for tail in kept]


def _by_moment(month: str, places: Mapping[str, _Place], versions: set[str]) -> list[str]:
    """Files of the version whose name begins with the latest moment."""
    moments: dict[str, str] = {}
    for version in versions:
        matched = _WRITTEN_ANEW.fullmatch(version)
        moments[version] = (matched["moment"] or "") if matched else ""
    if not all(moments.values()):
        raise ManyVersions(month.rpartition("/")[2])
    last = max(versions, key=lambda version: moments[version])
    return [path for path, place in places.items() if place.version == last]


def _newest_first(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Manifests: that of the month before that of one version, and the latest moment first."""
    latest = sorted(manifests, key=lambda each: each.moment, reverse=True)
    return sorted(latest, key=lambda each: each.depth)


def _first_is_newest(manifests: Sequence[Manifest]) -> bool:
    """Whether the first is the one of its depth, or the latest that says when it was made."""
    if len(manifests) == 1 or manifests[0].depth < manifests[1].depth:
        return True
    return manifests[0].moment > manifests[1].moment or manifests[0].names == manifests[1].names


def _place(path: str) -> _Place:
    parts = path.split("/")
    months = [number for number, part in enumerate(parts[:-1]) if _MONTH.fullmatch(part)]
    if not months:
        return _Place("", "", "")
    last = months[-1]
    version = parts[last + 1] if last + 2 < len(parts) else ""
    return _Place("/".join(parts[: last + 1]), version, "/".join(parts[last:]))


def _tail(name: str) -> str:
    """Name of a file from its month on: what stands before is another in a copy."""
    return _place(name).tail
