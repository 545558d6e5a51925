"""Phases and descriptions: what an object of a cloud is, what it holds running, what it keeps.

Each kind has one table of its states (`States`); `describe` gives a Description, and `life` is the
one place that turns it into a Resource or an ending: what is gone is dropped, or has Ended where
its cloud says when; what is stopped keeps its disks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from cloud_carbon_exporter.model.quick import quick_dataclass
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


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What one object of a cloud is, whatever its phase.

    id, name, location, tags, monitor, info: as in Resource. state: what the API says of it, empty
    where it says nothing: then it runs. running: held only while it runs. kept: held as long as it
    exists, as disks and addresses are. started: when the run that is under way, or the last one,
    began; ended: when the last run ended (what is gone or stopped: that one; what runs again: the
    one before). Unix seconds, UTC, as the API says; None where it does not.
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
    started: float | None = None
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """An ending: a resource as it ran, until when, and what is left of it.

    resource: with all it held; its `started` is None where nothing tells when that run began.
    left: the Resource that it is since (stopped, or running anew); None for what is gone.
    """

    resource: Resource
    at: float
    left: Resource | None = None


def life(kind: str, table: States | None, described: Description) -> Resource | Ended | None:
    """The Resource of a Description, its ending where the cloud tells one; None: never was.

    A state that no table knows is taken as running, and the hardware it would hold as assumed.
    """
    state, started, ended = described.state, described.started, described.ended
    phase = table.phase(state) if table and state else "running"
    everything = (*described.running, *described.kept)
    if phase == "gone":
        if ended is None:
            return None
        return Ended(_resource(kind, described, everything, started), ended)
    if phase == "stopped":
        left = _resource(kind, described, described.kept, ended)
        if ended is None:
            return left
        return Ended(_resource(kind, described, everything, started), ended, left)
    if phase is None:
        everything = (*_assumed(described.running, state), *described.kept)
    runs = _resource(kind, described, everything, started)
    if ended is None or started is None or ended >= started:
        return runs
    return Ended(replace(runs, started=None), ended, runs)


def resource(kind: str, table: States | None, described: Description) -> Resource | None:
    """The Resource of a Description as it is now; None for what is gone."""
    lived = life(kind, table, described)
    return lived.left if isinstance(lived, Ended) else lived


def _assumed(held: tuple[Component, ...], state: str) -> tuple[Component, ...]:
    why = f"unknown state {state[:LONGEST_STATE]}"
    return tuple(replace(part, assumed=part.assumed or why) for part in held)


def _resource(
    kind: str, described: Description, held: tuple[Component, ...], started: float | None
) -> Resource:
    return Resource(
        id=described.id,
        kind=kind,
        name=described.name,
        location=described.location,
        components=held,
        tags=described.tags,
        monitor=described.monitor,
        info=described.info,
        started=started,
    )


def with_shared(
    resource: Resource,
    *,
    location: Location,
    components: tuple[Component, ...],
    tags: Mapping[str, str],
    info: Mapping[str, str],
) -> Resource:
    """The same resource, these objects in place of its own, which are equal to them.

    `dataclasses.replace` takes three times as long, and each of a hundred thousand is made so.
    """
    return Resource(
        resource.id,
        resource.kind,
        resource.name,
        location,
        components,
        tags,
        resource.monitor,
        info,
        resource.started,
    )
