"""What the ServiceSpecs of the made-up estate share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.demo import blueprints as made
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec


def _listing(key: made.ListingKey) -> Listing:
    api, operation = key
    return Listing(
        api=api, operation=operation, scope=made.SCOPE_OF[key], kind_of=lambda raw: str(raw["kind"])
    )


LISTINGS: Mapping[made.ListingKey, Listing] = {key: _listing(key) for key in made.SCOPE_OF}


def uuid(raw: Raw) -> str:
    """The id of a raw object in the shape of a UUID."""
    token = raw["id"]
    return f"{token[:8]}-{token[8:12]}-4{token[12:15]}-8{token[15]}00-000000000000"


def spec(
    listing: Listing,
    kind: str,
    describe: Callable[[Raw, Scope], Resource],
    reason: str,
    *metrics: Metric,
) -> ServiceSpec:
    """The ServiceSpec of a kind: its objects say their kind themselves."""
    return ServiceSpec(
        kind=kind,
        listing=listing,
        describe=describe,
        reason=reason,
        accepts=lambda raw: raw["kind"] == kind,
        metrics=metrics,
    )
