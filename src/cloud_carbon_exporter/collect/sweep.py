"""Sweep: one pass over a Listing in one Scope, raw objects in, Resources out.

Nothing is lost without being counted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cloud_carbon_exporter.collect.portions import in_portions
from cloud_carbon_exporter.collect.readers import Readers
from cloud_carbon_exporter.collect.tags import as_before, checked, shared, with_tags
from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed, NoList
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.spec import Client, Listing, Raw, Scope, ServiceSpec

Known = Callable[[str], Resource | None]

log = logging.getLogger(__name__)


class SweepKey(NamedTuple):
    """Which sweep: of a target, the rank of the listing among the target's, and where."""

    target: str
    listing_rank: int
    account_id: str
    region: str
    zone: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep brought.

    endings: what has ended, as the cloud tells; what is left of it stands in `resources` as well.
    counts: kind -> how many of the resources. unsupported: (account, kind) -> objects no service of
        ours reads. skipped: (kind, reason) -> objects that could not be read. failures: kind -> why
        it could not be listed, where the listing feeds others that could. warnings: what failed
        beside the listing, such as a look-up of machine types.
    """

    resources: tuple[Resource, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    unsupported: Mapping[tuple[str, str], int] = field(default_factory=dict)
    skipped: Mapping[tuple[str, str], int] = field(default_factory=dict)
    failures: Mapping[str, CollectError] = field(default_factory=dict)
    warnings: tuple[CollectError, ...] = ()
    endings: tuple[Ended, ...] = ()

    def with_kept(self, kept: Sequence[Resource]) -> Swept:
        """The same with resources of an earlier sweep."""
        if not kept:
            return self
        resources = (*self.resources, *kept)
        return replace(self, resources=resources, counts=_counts(resources))


@dataclass(slots=True)
class _Pass:
    """What a sweep has come upon so far. tried: kind -> objects its spec was handed."""

    resources: list[Resource] = field(default_factory=list)
    endings: list[Ended] = field(default_factory=list)
    unsupported: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    warnings: list[CollectError] = field(default_factory=list)

    def ended(self, failures: Mapping[str, CollectError]) -> Swept:
        """All of it, now that the listing has ended."""
        resources = tuple(self.resources)
        return Swept(
            resources,
            _counts(resources),
            dict(self.unsupported),
            dict(self.skipped),
            failures,
            tuple(self.warnings),
            tuple(self.endings),
        )


async def sweep(
    client: Client,
    listing: Listing,
    specs: Sequence[ServiceSpec],
    scope: Scope,
    known: Known = lambda _: None,
    tags: Collection[str] | None = None,
) -> Swept:
    """List and describe. Raises CollectError when the listing itself fails.

    A malformed object costs that alone.

    Where no object of a kind can be read, it is the answer that is malformed: the kind has failed,
    and nothing is gone.

    An answer without its list fails all kinds, by NoList; behind other pages it is malformed.

    known: the Resource last seen under an id. What has not changed is that same object again, so
    that a large estate is neither held twice nor compared twice. tags: the keys of those that are
    shown: no others are kept; None keeps all.
    """
    shown = None if tags is None else frozenset(tags)
    so_far, readers = _Pass(), Readers(listing, specs)
    failures: dict[str, CollectError] = {}
    try:
        async for objects in _pages(client, listing, scope, so_far, failures):
            if listing.lookup:
                scope = await _looked_up(client, listing, scope, objects, so_far.warnings)
            async for portion in in_portions(objects):
                for raw in portion:
                    _read(raw, listing, readers, scope, so_far, shown, known)
    except NoList as error:
        failures = {spec.kind: error.bare() for spec in specs}
    failures = {**_unreadable_kinds(so_far, listing, specs, scope), **failures}
    return so_far.ended(failures)


async def _pages(
    client: Client,
    listing: Listing,
    scope: Scope,
    so_far: _Pass,
    failures: dict[str, CollectError],
) -> AsyncIterator[Sequence[Raw]]:
    """The objects of a sweep, in full: a page at a time, or all at once for a Listing's `whole`.

    failures: gets the kinds that the listing ended without.
    """
    everything: list[Raw] = []
    any_page = False
    # An inventory of many asset types may lack one and be whole but for that.
    try:
        async for page in client.pages(listing, scope):
            any_page = any_page or bool(page)
            objects = await _expanded(client, listing, scope, page, so_far.skipped)
            if listing.whole is None:
                yield objects
            else:
                everything += objects
    except Incomplete as error:
        for kind, failure in error.failures.items():
            failures[kind] = failure.bare()
    except NoList as error:
        if any_page:
            text = f"{error.message}, behind pages that did"
            raise _malformed(text, listing, scope) from None
        raise
    if listing.whole is not None and everything:
        yield listing.whole(everything)


def _take(lived: Resource | Ended, shown: frozenset[str] | None, known: Known, to: _Pass) -> None:
    """Keep what an object is, or that it has ended and what is left of it."""
    if isinstance(lived, Resource):
        to.resources.append(_as_kept(lived, shown, known))
        return
    at, ran = float(lived.at), with_tags(checked(lived.resource), shown)
    if lived.left is None:
        to.endings.append(Ended(ran, at))
        return
    left = with_tags(checked(lived.left), shown)
    before = known(left.id)
    if before is not None and before == left:  # its ending was told when it was first seen so
        to.resources.append(before)
        return
    to.resources.append(left)
    to.endings.append(Ended(ran, at, left))


def _as_kept(resource: Resource, shown: frozenset[str] | None, known: Known) -> Resource:
    """The resource as it was kept before, where it is as before: that was checked then."""
    before = known(resource.id)
    if before is not None and as_before(before, resource, shown):
        return before
    fresh = checked(resource)
    if before is not None and as_before(before, fresh, shown):
        return before
    return shared(with_tags(fresh, shown))


def _counts(resources: Iterable[Resource]) -> Mapping[str, int]:
    return dict(Counter(resource.kind for resource in resources))


async def _looked_up(
    client: Client,
    listing: Listing,
    scope: Scope,
    objects: Sequence[Raw],
    warnings: list[CollectError],
) -> Scope:
    """The scope with what describing these objects needs besides, or without, where that fails."""
    assert listing.lookup is not None
    try:
        return replace(scope, catalogue=await listing.lookup(client, scope, objects))
    except CollectError as error:
        warnings.append(error.bare())
    except Exception as error:
        reason = f"what was looked up cannot be read: {type(error).__name__}"
        warnings.append(_malformed(reason, listing, scope))
    return scope


def _unreadable_kinds(
    so_far: _Pass, listing: Listing, specs: Sequence[ServiceSpec], scope: Scope
) -> dict[str, CollectError]:
    """The kinds of which objects came and none could be read.

    All kinds, where not one object of the answer could be told from another.
    """
    skipped: Counter[str] = Counter()
    for (kind, _), count in so_far.skipped.items():
        skipped[kind] += count
    if skipped[listing.operation] and not so_far.tried and not so_far.unsupported:
        unreadable = [spec.kind for spec in specs]
    else:
        unreadable = [kind for kind, count in so_far.tried.items() if skipped[kind] == count]
    failures: dict[str, CollectError] = {}
    for kind in unreadable:
        failures[kind] = _malformed(f"no object of {kind} can be read", listing, scope)
    return failures


async def _expanded(
    client: Client,
    listing: Listing,
    scope: Scope,
    page: Sequence[Raw],
    skipped: Counter[tuple[str, str]],
) -> Sequence[Raw]:
    """The page's objects in full; where that fails, one by one, and the bad one alone is lost."""
    if not listing.expand:
        return page
    try:
        return await listing.expand(client, scope, page)
    except CollectError:
        raise  # the call itself failed: so has the sweep
    except Exception as error:
        if len(page) <= 1:
            _skip(skipped, listing.operation, error)
            return ()
    objects: list[Raw] = []
    for raw in page:
        objects += await _expanded(client, listing, scope, (raw,), skipped)
    return objects


def _malformed(text: str, listing: Listing, scope: Scope) -> Malformed:
    return Malformed(
        text,
        provider=scope.provider,
        account_id=scope.account_id,
        region=scope.zone or scope.region,
        operation=listing.operation,
    )


def _read(
    raw: Raw,
    listing: Listing,
    readers: Readers,
    scope: Scope,
    so_far: _Pass,
    shown: frozenset[str] | None,
    known: Known,
) -> None:
    """Hand one object to the one spec that accepts it, and keep what it is; else to the ledger."""
    kind = ""
    try:
        spec = readers.of(raw)
        if spec is None:
            so_far.unsupported[scope.account_id, listing.kind_of(raw)] += 1
            return
        kind = spec.kind
        so_far.tried[kind] += 1
        lived = spec.read(raw, scope)
        if lived is not None:
            _take(lived, shown, known, so_far)
    except Exception as error:  # whatever a cloud sends must cost that object alone
        _skip(so_far.skipped, kind or listing.operation, error)


def _skip(skipped: Counter[tuple[str, str]], kind: str, error: Exception) -> None:
    """Count an object that could not be read; under the operation where no kind is known."""
    reason = type(error).__name__
    log.debug("an object of %s was skipped: %s: %s", kind, reason, error)
    skipped[kind, reason] += 1
