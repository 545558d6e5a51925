"""Phases and descriptions: what an object of a cloud is, what it holds running, what it keeps.

Each kind has one table of its states (`States`); `describe` gives a Description, and `resource` is
the one place that turns it into a Resource: what is gone is dropped, what is stopped keeps its
disks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from cloud_carbon_exporter.model.types import Component, Location, Resource

Phase = Literal["running", "stopped", "gone"]
"""running: all of it draws. stopped: what it keeps does. gone: nothing does, as it is not there any
more, or not there yet.
"""

LONGEST_STATE = 64
"""Characters of an unknown state that are told: more than any API's word has."""


@dataclass(frozen=True, slots=True)
class States:
    """States a kind may be in, as its API spells them -> Phase; upper and lower case are alike."""

    running: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        both = self.running & self.stopped | self.running & self.gone | self.stopped & self.gone
        if both:
            raise ValueError(f"in two phases: {sorted(both)}")

    @property
    def known(self) -> frozenset[str]:
        """Every state of the table."""
        return self.running | self.stopped | self.gone

    def phase(self, state: str) -> Phase | None:
        """The Phase of a state; None for one that nobody knows."""
        word = state.lower()
        if word in self.running:
            return "running"
        if word in self.stopped:
            return "stopped"
        return "gone" if word in self.gone else None


def states(
    *,
    running: str | tuple[str, ...] = "",
    stopped: str | tuple[str, ...] = "",
    gone: str | tuple[str, ...] = "",
) -> States:
    """A table of states from words apart by spaces: `states(running="available modifying", ...)`.

    A tuple is taken word by word, for states that have spaces in them ("rebooting cluster nodes").
    """
    return States(_words(running), _words(stopped), _words(gone))


def _words(text: str | tuple[str, ...]) -> frozenset[str]:
    words = text.split() if isinstance(text, str) else text
    return frozenset(word.lower() for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What one object of a cloud is, whatever its phase.

    id, name, location, tags, monitor, info: as in Resource. state: what the API says of it, empty
    where it says nothing: then it runs. running: held only while it runs. kept: held as long as it
    exists, as disks and addresses are.
    """

    id: str
    name: str
    location: Location
    state: str = ""
    running: tuple[Component, ...] = ()
    kept: tuple[Component, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    monitor: Mapping[str, str] = field(default_factory=dict)
    info: Mapping[str, str] = field(default_factory=dict)


def resource(kind: str, table: States | None, described: Description) -> Resource | None:
    """The Resource of a Description; None for what is gone.

    A state that no table knows is taken as running, and the hardware it would hold as assumed.
    """
    held, state = described.running, described.state
    phase = table.phase(state) if table and state else "running"
    if phase == "gone":
        return None
    if phase == "stopped":
        held = ()
    elif phase is None:
        why = f"unknown state {state[:LONGEST_STATE]}"
        held = tuple(replace(part, assumed=part.assumed or why) for part in held)
    return Resource(
        id=described.id,
        kind=kind,
        name=described.name,
        location=described.location,
        components=(*held, *described.kept),
        tags=described.tags,
        monitor=described.monitor,
        info=described.info,
    )
