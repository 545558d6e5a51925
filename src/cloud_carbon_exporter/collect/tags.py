"""Tags and names of a resource: those that are shown, of bearable length, held once for many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.providers.description import with_shared

# Characters of all names of a resource together: more than any cloud allows (AWS: 50 tags of
# 128 + 256 characters, Google: 64 labels of 63 + 63).
LONG_TEXT = 50_000

# Characters of a tag of those: no more is exported, and each change of it is kept until its time is
# counted.
LONGEST_TAG = 1024


def with_tags(resource: Resource, shown: frozenset[str] | None) -> Resource:
    """The resource with those of its tags that are shown; None: all are."""
    if shown is None or resource.tags.keys() <= shown:
        return resource
    tags = {key: value for key, value in resource.tags.items() if key in shown}
    return replace(resource, tags=tags)


def as_before(before: Resource, resource: Resource, shown: frozenset[str] | None) -> bool:
    """Whether a resource is what it was, with those of its tags that are shown.

    Told without making it anew: nearly all of an estate is from one sweep to the next what it was.
    """
    tags, known = resource.tags, before.tags
    if shown is not None and not tags.keys() <= shown:
        tags = {key: value for key, value in tags.items() if key in shown} if shown else {}
    return (
        tags == known
        and before.components == resource.components
        and before.location == resource.location
        and before.monitor == resource.monitor
        and before.info == resource.info
        and (before.id, before.kind, before.name, before.started)
        == (resource.id, resource.kind, resource.name, resource.started)
    )


def checked(resource: Resource) -> Resource:
    """The resource, its tags of bearable length.

    Raises TypeError where a name is no text: a label made of it would cost the whole scrape.
    """
    at, tags = resource.location, resource.tags
    names = (resource.id, resource.name, at.account_id, at.region, at.zone, *tags, *tags.values())
    text = "".join((*names, *resource.info.values(), *resource.monitor.values()))
    if len(text) <= LONG_TEXT:
        return resource
    cut = {key[:LONGEST_TAG]: value[:LONGEST_TAG] for key, value in tags.items()}
    return replace(resource, tags=cut)


def shared(resource: Resource) -> Resource:
    """The resource, what many have alike being one object: place, hardware, tags, what is told.

    A million resources stand in some hundred places and have the tags of some hundred teams.
    """
    return with_shared(
        resource,
        location=_location(resource.location),
        components=_components(resource.components),
        tags=_pairs(tuple(resource.tags.items())),
        info=_pairs(tuple(resource.info.items())),
    )


@lru_cache(maxsize=16384)
def _components(components: tuple[Component, ...]) -> tuple[Component, ...]:
    return components


@lru_cache(maxsize=16384)
def _location(location: Location) -> Location:
    return location


@lru_cache(maxsize=16384)
def _pairs(pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return dict(pairs)
