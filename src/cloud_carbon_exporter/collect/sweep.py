"""One pass over a Listing in one Scope: raw objects in, Resources out, and nothing lost without being counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.spec import Client, Listing, Raw, Scope, ServiceSpec

Known = Callable[[str], Resource | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep found.

    counts: kind -> how many of the resources. unsupported: (account, kind) -> objects no service of ours reads.
    skipped: (kind, reason) -> objects that could not be read. warnings: what failed beside the listing itself, such as
    a look-up of machine types.
    """

    resources: tuple[Resource, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    unsupported: Mapping[tuple[str, str], int] = field(default_factory=dict)
    skipped: Mapping[tuple[str, str], int] = field(default_factory=dict)
    warnings: tuple[CollectError, ...] = ()


async def sweep(
    client: Client, listing: Listing, specs: Sequence[ServiceSpec], scope: Scope, known: Known = lambda _: None
) -> Swept:
    """List and describe. Raises CollectError when the listing itself fails; a malformed object costs that alone.

    known: the Resource last seen under an id. What has not changed is that same object again, so that a large estate is
    neither held twice nor compared twice.
    """
    resources: list[Resource] = []
    unsupported: Counter[tuple[str, str]] = Counter()
    skipped: Counter[tuple[str, str]] = Counter()
    warnings: list[CollectError] = []
    async for page in client.pages(listing, scope):
        objects = await _expanded(client, listing, scope, page, skipped)
        if listing.lookup:
            try:
                scope = replace(scope, catalogue=await listing.lookup(client, scope, objects))
            except CollectError as error:
                warnings.append(error)
            except Exception as error:  # describing does without, as when the look-up fails
                warnings.append(_unreadable(error, listing, scope))
        for raw in objects:
            resource = _read(raw, listing, specs, scope, unsupported, skipped)
            if resource is not None:
                before = known(resource.id)
                resources.append(resource if before is None or before != resource else before)
    counts = Counter(resource.kind for resource in resources)
    return Swept(tuple(resources), dict(counts), dict(unsupported), dict(skipped), tuple(warnings))


async def _expanded(
    client: Client, listing: Listing, scope: Scope, page: Sequence[Raw], skipped: Counter[tuple[str, str]]
) -> Sequence[Raw]:
    """The page's objects in full; where one cannot be read, they are expanded one by one, and that one is lost."""
    if not listing.expand:
        return page
    try:
        return await listing.expand(client, scope, page)
    except CollectError:
        raise
    except Exception as error:
        if len(page) <= 1:
            log.debug("an object of %s was skipped: %s: %s", listing.operation, type(error).__name__, error)
            skipped[listing.operation, type(error).__name__] += 1
            return ()
    return [each for raw in page for each in await _expanded(client, listing, scope, (raw,), skipped)]


def _unreadable(error: Exception, listing: Listing, scope: Scope) -> Malformed:
    return Malformed(
        f"what was looked up cannot be read: {type(error).__name__}",
        provider=scope.provider,
        account_id=scope.account_id,
        region=scope.region,
        operation=listing.operation,
    )


def _read(
    raw: Raw,
    listing: Listing,
    specs: Iterable[ServiceSpec],
    scope: Scope,
    unsupported: Counter[tuple[str, str]],
    skipped: Counter[tuple[str, str]],
) -> Resource | None:
    """Hand one object to the one spec that accepts it, else to the ledger."""
    kind = ""
    try:
        spec = next((spec for spec in specs if spec.accepts(raw)), None)
        if spec is None:
            unsupported[scope.account_id, listing.kind_of(raw)] += 1
            return None
        kind = spec.kind
        resource = spec.describe(raw, scope)
        if resource is not None:
            _check_text(resource)
        return resource
    except Exception as error:  # whatever a cloud sends must cost that object alone
        log.debug("an object of %s was skipped: %s: %s", kind or listing.operation, type(error).__name__, error)
        skipped[kind or listing.operation, type(error).__name__] += 1
        return None


def _check_text(resource: Resource) -> None:
    """Raises TypeError where a name is no text: a label made of it would cost the whole scrape."""
    at, tags = resource.location, resource.tags
    names = (resource.id, resource.name, at.account_id, at.region, at.zone, *tags, *tags.values())
    "".join((*names, *resource.info.values(), *resource.monitor.values()))
