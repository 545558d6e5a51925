"""API object of Scaleway, parsed once: its id, name, place, project, tags and state.

All of Scaleway's products show these in the same fields, so every `describe` opens with `parse`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloud_carbon_exporter.model.types import Component, Location
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.spec import Raw, Scope


@dataclass(frozen=True, slots=True)
class ApiObject:
    """Object of the API. own_id: its id there, by which Cockpit knows it. project: the name.

    created: Unix seconds; None where the API does not say.
    """

    id: str
    own_id: str
    name: str
    location: Location
    project_id: str
    project: str
    tags: Mapping[str, str]
    state: str
    created: float | None

    def described(
        self,
        *,
        running: Iterable[Component] = (),
        kept: Iterable[Component] = (),
        state: str | None = None,
        info: Mapping[str, str] | None = None,
        from_creation: bool = True,
    ) -> Description:
        """Description of the object; parts of no size and info that is empty are left out.

        state: in place of the word the API has for it. from_creation: whether it is there from its
        creation on, and not only ordered then.
        """
        told = {"project": self.project, **(info or {})}
        return Description(
            id=self.id,
            name=self.name,
            location=self.location,
            state=self.state if state is None else state,
            running=_sized(running),
            kept=_sized(kept),
            tags=self.tags,
            monitor={"resource_id": self.own_id, "project_id": self.project_id},
            info={key: value for key, value in told.items() if value},
            started=self.created if from_creation else None,
        )


def parse(
    raw: Raw, scope: Scope, *, identity: str = "", project_id: str = "", name: str = ""
) -> ApiObject:
    """Read an object. identity, project_id, name: where its usual fields do not say.

    Raises KeyError without an id, TypeError where that is neither text nor, as Dedibox has it, a
    whole number.
    """
    own_id = raw["id"]
    if not isinstance(own_id, str | int) or own_id == "":
        raise TypeError("an id that is none")
    owner = project_id or project_of(raw)
    return ApiObject(
        id=identity or str(own_id),
        own_id=str(own_id),
        name=name or str(raw.get("name") or raw.get("hostname") or ""),
        location=_location(raw, scope),
        project_id=owner,
        project=str(scope.catalogue.get("projects", {}).get(owner, owner)),
        tags=tags_of(raw),
        # Instances and their volumes have a `state`, all other products a `status`.
        state=str(raw.get("status") or raw.get("state") or ""),
        created=moment(raw.get("created_at") or raw.get("creation_date")),
    )


def project_of(raw: Raw) -> str:
    """Project id of an object; Instances call the field `project`, all others `project_id`."""
    return str(raw.get("project_id") or raw.get("project") or "")


def tags_of(raw: Raw) -> dict[str, str]:
    """Tags of an object, which at Scaleway are plain words.

    "team=web" and "team:web" are a key and its value, "prod" alone is true.
    """
    # Both signs are in use, as nothing says how a tag with a value is written.
    tags: dict[str, str] = {}
    for word in raw.get("tags") or ():
        key, value = _key_and_value(str(word))
        if key:
            tags.setdefault(key, value)
    return tags


def _key_and_value(text: str) -> tuple[str, str]:
    """Key and value of a tag, cut at the first of both signs; one that leads is no sign."""
    signs = [at for at in (text.find("="), text.find(":")) if at > 0]
    if not signs:
        return text.strip(), "true"
    cut = min(signs)
    return text[:cut].strip(), text[cut + 1 :].strip()


def _location(raw: Raw, scope: Scope) -> Location:
    """Location as the object says it; a zone is its region and a number: fr-par-1."""
    # A zonal object may leave its region empty, a regional one has no zone.
    zone = str(raw.get("zone") or scope.zone)
    region = zone.rsplit("-", 1)[0] if zone else str(raw.get("region") or scope.region)
    return scope.location(region, zone)


def _sized(parts: Iterable[Component]) -> tuple[Component, ...]:
    return tuple(part for part in parts if part.amount > 0)
