"""Names a person types: which of them no table has, and the known ones they come nearest to. Pure.

A region nobody knows is estimated as the mean of the world, a machine as one of a guessed size: the
figure is wide, and may be fifteen times what was meant. So a slip of the finger is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.cpu_models import canonical, cpu_models
from cloud_carbon_exporter.model.machine_tables import inner_name, is_guessed, type_names
from cloud_carbon_exporter.model.quantities import PERCENT
from cloud_carbon_exporter.model.server import describe

PROVIDERS = ("aws", "gcp", "scaleway")

_NEAR_ENOUGH_PERCENT = 70
"""Least likeness, in percent (twice the letters in common by all letters), of a name meant."""

_OFFERED_AT_MOST = 3


def doubt_of_region(provider: str, region: str) -> str:
    """Why a region, zone or multi-region is not known; empty for one that is."""
    if facts.knows(provider, region):
        return ""
    if "+" in region:
        return next(filter(None, (doubt_of_region(provider, part) for part in region.split("+"))))
    owners = [other for other in PROVIDERS if region.lower() in facts.regions(other)]
    if owners:
        return f'"{region}" is a region of {owners[0]}, not of {provider}'
    return f'"{region}" is no known region of {provider}{did_you_mean(region, _places(provider))}'


def doubt_of_machine(provider: str, name: str) -> str:
    """Why a machine type is not known: the size or the family is guessed; empty for one that is."""
    if not is_guessed(provider, name):
        return ""
    bare = inner_name(provider, name)
    shown = {known: name.lower().replace(bare, known) for known in type_names(provider)}
    near = did_you_mean(bare, shown)
    return f'"{name}" is no known machine type of {provider}{near}'


def doubt_of_processor(name: str, microarchitecture: str = "") -> str:
    """Why a processor is not known, nor its microarchitecture told; empty where one of them is."""
    if not describe(name, microarchitecture).assumed:
        return ""
    family = facts.microarchitecture(name)
    if family:
        return f'"{name}" is no processor, but the microarchitecture {family}'
    known = [row["name"] for row in cpu_models().values()]
    return f'"{name}" is no known processor{did_you_mean(canonical(name), known)}'


def doubt_of_microarchitecture(name: str) -> str:
    """Why a microarchitecture is not known; empty for one that is."""
    if not describe(microarchitecture=name).assumed:
        return ""
    rows = facts.rows("processors")
    names = [row["name"] for row in rows if row["kind"] == "microarchitecture"]
    names.remove("default")  # it stands in for all others
    # Milan (Zen 3) is typed as Milan.
    known = {name.partition(" (")[0]: name for name in names} | {name: name for name in names}
    return f'"{name}" is no known microarchitecture{did_you_mean(name, known)}'


def did_you_mean(name: str, known: Mapping[str, str] | Iterable[str]) -> str:
    """End of a message, "; did you mean eu-west-3?": the nearest names; empty where none is near.

    known: the names; of a mapping its keys are compared, and its values shown.
    """
    shown = known if isinstance(known, Mapping) else {word: word for word in known}
    near = _nearest(name.lower(), tuple(shown))
    offered = list(dict.fromkeys(shown[word] for word in near))[:_OFFERED_AT_MOST]
    if not offered:
        return ""
    words = offered[0] if len(offered) == 1 else f"{', '.join(offered[:-1])} or {offered[-1]}"
    return f"; did you mean {words}?"


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> list[str]:
    """Names that are all as near to `name` as any: eu-west-4 may be a slip for three."""
    from difflib import SequenceMatcher  # the help needs it not

    matcher = SequenceMatcher(b=name, autojunk=False)
    best = _NEAR_ENOUGH_PERCENT / PERCENT
    nearest: list[str] = []
    for word, lowered in zip(known, _lowered(known), strict=True):
        matcher.set_seq1(lowered)
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
            continue
        ratio = matcher.ratio()
        if ratio > best:
            nearest.clear()
        if ratio >= best:
            best = ratio
            nearest.append(word)
    return nearest


@lru_cache(maxsize=16)
def _lowered(known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, known))


@cache
def _places(provider: str) -> Mapping[str, str]:
    """Regions of a provider by their names, and by the cities they stand in."""
    rows = [row for row in facts.rows("regions") if row["provider"] == provider]
    cities = {row["location"]: row["region"] for row in rows if row["kind"] == "region"}
    return cities | {row["region"]: row["region"] for row in rows}
