"""One pass over a Listing in one Scope: raw objects in, Resources out, and nothing lost without being counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cloud_carbon_exporter.errors import CollectError
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
        objects = await listing.expand(client, scope, page) if listing.expand else page
        if listing.lookup:
            try:
                scope = replace(scope, catalogue=await listing.lookup(client, scope, objects))
            except CollectError as error:
                warnings.append(error)
        for raw in objects:
            resource = _read(raw, listing, specs, scope, unsupported, skipped)
            if resource is not None:
                before = known(resource.id)
                resources.append(resource if before is None or before != resource else before)
    counts = Counter(resource.kind for resource in resources)
    return Swept(tuple(resources), dict(counts), dict(unsupported), dict(skipped), tuple(warnings))


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
        return spec.describe(raw, scope)
    except Exception as error:  # whatever a cloud sends must cost that object alone
        log.debug("an object of %s was skipped: %s: %s", kind or listing.operation, type(error).__name__, error)
        skipped[kind or listing.operation, type(error).__name__] += 1
        return None
