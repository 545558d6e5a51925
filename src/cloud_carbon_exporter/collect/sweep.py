"""One pass over a Listing in one Scope: raw objects in, Resources out, and nothing lost without
being counted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cloud_carbon_exporter.collect.portions import in_portions
from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.spec import Client, Listing, Raw, Scope, ServiceSpec

Known = Callable[[str], Resource | None]

log = logging.getLogger(__name__)

LONG_TEXT = 50_000  # characters of all names of a resource together: more than any cloud allows
LONGEST_TAG = (
    1024  # of those: no more is exported, and each change of it is kept until its time is counted
)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep found.

    counts: kind -> how many of the resources. unsupported: (account, kind) -> objects no service of
        ours reads.
    skipped: (kind, reason) -> objects that could not be read. failures: kind -> why it could not be
    listed, where the listing feeds others that could. warnings: what failed beside the listing,
    such as a look-up of machine types.
    """

    resources: tuple[Resource, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    unsupported: Mapping[tuple[str, str], int] = field(default_factory=dict)
    skipped: Mapping[tuple[str, str], int] = field(default_factory=dict)
    failures: Mapping[str, CollectError] = field(default_factory=dict)
    warnings: tuple[CollectError, ...] = ()

    def with_kept(self, kept: Sequence[Resource]) -> Swept:
        """The same with resources of an earlier sweep."""
        if not kept:
            return self
        resources = (*self.resources, *kept)
        return replace(self, resources=resources, counts=_counts(resources))


@dataclass(slots=True)
class _Pass:
    """What a sweep has come upon so far. tried: kind -> objects handed to its spec, readable or
    not.
    """

    resources: list[Resource] = field(default_factory=list)
    unsupported: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    warnings: list[CollectError] = field(default_factory=list)


async def sweep(
    client: Client,
    listing: Listing,
    specs: Sequence[ServiceSpec],
    scope: Scope,
    known: Known = lambda _: None,
    tags: Collection[str] | None = None,
) -> Swept:
    """List and describe. Raises CollectError when the listing itself fails; a malformed object
    costs that alone.

    Where no object of a kind can be read, it is the answer that is malformed: the kind has failed,
    and nothing is gone.

    known: the Resource last seen under an id. What has not changed is that same object again, so
    that a large estate is neither held twice nor compared twice. tags: the keys of those that are
    shown: no others are kept; None keeps all.
    """
    shown = None if tags is None else frozenset(tags)
    found = _Pass()
    failures: dict[str, CollectError] = {}
    try:
        async for page in client.pages(listing, scope):
            objects = await _expanded(client, listing, scope, page, found.skipped)
            if listing.lookup:
                scope = await _looked_up(client, listing, scope, objects, found.warnings)
            async for portion in in_portions(objects):
                read = (_read(raw, listing, specs, scope, found) for raw in portion)
                kept = (_with_tags(resource, shown) for resource in read if resource is not None)
                found.resources += (_as_known(resource, known) for resource in kept)
    except Incomplete as error:
        failures.update({kind: failure.bare() for kind, failure in error.failures.items()})
    failures = {**_unreadable_kinds(found, listing, specs, scope), **failures}
    resources = tuple(found.resources)
    return Swept(
        resources,
        _counts(resources),
        dict(found.unsupported),
        dict(found.skipped),
        failures,
        tuple(found.warnings),
    )


def _with_tags(resource: Resource, shown: frozenset[str] | None) -> Resource:
    if shown is None or resource.tags.keys() <= shown:
        return resource
    return replace(
        resource, tags={key: value for key, value in resource.tags.items() if key in shown}
    )


def _as_known(resource: Resource, known: Known) -> Resource:
    before = known(resource.id)
    return resource if before is None or before != resource else before


def _counts(resources: Iterable[Resource]) -> Mapping[str, int]:
    return dict(Counter(resource.kind for resource in resources))


async def _looked_up(
    client: Client,
    listing: Listing,
    scope: Scope,
    objects: Sequence[Raw],
    warnings: list[CollectError],
) -> Scope:
    """The scope with what describing these objects needs besides; where that fails, describing does
    without.
    """
    assert listing.lookup is not None
    try:
        return replace(scope, catalogue=await listing.lookup(client, scope, objects))
    except CollectError as error:
        warnings.append(error.bare())
    except Exception as error:
        warnings.append(
            _malformed(f"what was looked up cannot be read: {type(error).__name__}", listing, scope)
        )
    return scope


def _unreadable_kinds(
    found: _Pass, listing: Listing, specs: Sequence[ServiceSpec], scope: Scope
) -> dict[str, CollectError]:
    """The kinds of which objects came and none could be read; all kinds, where not one object of
    the answer could.
    """
    bad: Counter[str] = Counter()
    for (kind, _), count in found.skipped.items():
        bad[kind] += count
    if bad[listing.operation] and not found.tried and not found.unsupported:
        failed = [spec.kind for spec in specs]
    else:
        failed = [kind for kind, count in found.tried.items() if bad[kind] == count]
    return {kind: _malformed(f"no object of {kind} can be read", listing, scope) for kind in failed}


async def _expanded(
    client: Client,
    listing: Listing,
    scope: Scope,
    page: Sequence[Raw],
    skipped: Counter[tuple[str, str]],
) -> Sequence[Raw]:
    """The page's objects in full; where one cannot be read, they are expanded one by one, and that
    one is lost.
    """
    if not listing.expand:
        return page
    try:
        return await listing.expand(client, scope, page)
    except CollectError:
        raise
    except Exception as error:
        if len(page) <= 1:
            log.debug(
                "an object of %s was skipped: %s: %s",
                listing.operation,
                type(error).__name__,
                error,
            )
            skipped[listing.operation, type(error).__name__] += 1
            return ()
    return [
        each for raw in page for each in await _expanded(client, listing, scope, (raw,), skipped)
    ]


def _malformed(text: str, listing: Listing, scope: Scope) -> Malformed:
    return Malformed(
        text,
        provider=scope.provider,
        account_id=scope.account_id,
        region=scope.zone or scope.region,
        operation=listing.operation,
    )


def _read(
    raw: Raw, listing: Listing, specs: Iterable[ServiceSpec], scope: Scope, found: _Pass
) -> Resource | None:
    """Hand one object to the one spec that accepts it, else to the ledger."""
    kind = ""
    try:
        spec = next((spec for spec in specs if spec.accepts(raw)), None)
        if spec is None:
            found.unsupported[scope.account_id, listing.kind_of(raw)] += 1
            return None
        kind = spec.kind
        found.tried[kind] += 1
        resource = spec.resource(raw, scope)
        return None if resource is None else _checked(resource)
    except Exception as error:  # whatever a cloud sends must cost that object alone
        log.debug(
            "an object of %s was skipped: %s: %s",
            kind or listing.operation,
            type(error).__name__,
            error,
        )
        found.skipped[kind or listing.operation, type(error).__name__] += 1
        return None


def _checked(resource: Resource) -> Resource:
    """The resource, its tags of bearable length. Raises TypeError where a name is no text: a label
    made of it would cost the whole scrape.
    """
    at, tags = resource.location, resource.tags
    names = (resource.id, resource.name, at.account_id, at.region, at.zone, *tags, *tags.values())
    text = "".join((*names, *resource.info.values(), *resource.monitor.values()))
    if len(text) <= LONG_TEXT:
        return resource
    return replace(
        resource, tags={key[:LONGEST_TAG]: value[:LONGEST_TAG] for key, value in tags.items()}
    )
