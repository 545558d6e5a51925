"""Resources that a test makes by hand, as a `describe` gives them."""

from __future__ import annotations

from collections.abc import Callable

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Raw, Scope


def described(
    make: Callable[[Raw, Scope], Resource | None],
) -> Callable[[Raw, Scope], Description | None]:
    """A `describe` of what makes whole Resources; their kind is the spec's."""

    def describe(raw: Raw, scope: Scope) -> Description | None:
        resource = make(raw, scope)
        if resource is None:
            return None
        return Description(
            id=resource.id,
            name=resource.name,
            location=resource.location,
            running=resource.components,
            tags=resource.tags,
            monitor=resource.monitor,
            info=resource.info,
        )

    return describe
