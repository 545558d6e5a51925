"""Snapshot: all that is known at one moment, and the rows it is made of. Frozen, as all here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloud_carbon_exporter.model.grid import GridNews
from cloud_carbon_exporter.model.months import OwnMonth
from cloud_carbon_exporter.model.types import Estimate, Footprint, Place, Resource, Signal, Totals


@dataclass(frozen=True, slots=True)
class Row:
    """One resource of the Snapshot: itself, its Footprint, its counters (None: not counted, as in
    scrape mode).

    loads: the signal values the Footprint was made from, so that it can be explained.
    measured_at: end of the newest Point used; None where nothing is measured.
    """

    resource: Resource
    footprint: Footprint
    loads: Mapping[Signal, float]
    totals: Totals | None = None
    measured_at: float | None = None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """Sums over the resources of one account, region and kind. The counters keep what has vanished
    meanwhile.
    """

    provider: str
    account_id: str
    region: str
    kind: str
    power_watts: Estimate
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last listing or measurement of one kind in one account and region ended."""

    provider: str
    account_id: str
    region: str
    kind: str
    error: str = ""  # empty: it went well
    seconds: float = 0
    resources: int = 0
    last_success: float | None = None


@dataclass(frozen=True, slots=True)
class TargetState:
    """Whether a Target's credentials and account answered the last time."""

    name: str
    provider: str
    up: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReportedEmissions:
    """What the provider itself says of a closed month [start, end). `method` is empty where it does
    not say.
    """

    provider: str
    account_id: str
    region: str
    service: str
    method: str
    source: str
    start: float
    end: float
    grams: float


@dataclass(frozen=True, slots=True)
class ApiUse:
    """The exporter's own traffic and its price, as plain counters. Keys are in the order of the
    metric's labels.
    """

    requests: Mapping[tuple[str, str, str, str], int] = field(
        default_factory=dict
    )  # provider, api, operation, outcome
    dollars: Mapping[tuple[str, str, str], float] = field(
        default_factory=dict
    )  # provider, account_id, api
    dollars_per_month: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    errors: Mapping[tuple[str, str, str], int] = field(
        default_factory=dict
    )  # provider, operation, reason
    skipped: Mapping[tuple[str, str, str], int] = field(
        default_factory=dict
    )  # provider, kind, reason


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known at one moment; the only thing exposition and web see. Swapped whole, never
    changed.

    ledger: (provider, account, kind, basis) -> how many; basis may also be "unsupported".
    listed: (provider, account, source) -> what another inventory of the provider counts, to hold
        ours against.
    covered: (provider, account) -> how many of those are estimated, where the inventory names what
        it counts.
    gauges: families of one unlabelled value without a place above (demo_connected_users);
        exposition names them.
    account_names: (provider, account) -> the name people call it.
    known_by: (provider, "sight" or "events") -> share of the energy counted by this process.
    """

    taken_at: float
    rows: tuple[Row, ...] = ()
    accounts: tuple[AccountRow, ...] = ()
    places: tuple[Place, ...] = ()
    ledger: Mapping[tuple[str, str, str, str], int] = field(default_factory=dict)
    listed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    covered: Mapping[tuple[str, str], int] = field(default_factory=dict)
    listings: tuple[Outcome, ...] = ()
    measurements: tuple[Outcome, ...] = ()
    targets: tuple[TargetState, ...] = ()
    api: ApiUse = field(default_factory=ApiUse)
    gauges: Mapping[str, float] = field(default_factory=dict)
    reported: tuple[ReportedEmissions, ...] = ()
    months: tuple[OwnMonth, ...] = ()  # closed ones
    account_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    grid: GridNews = field(default_factory=GridNews)
    known_by: Mapping[tuple[str, str], float] = field(default_factory=dict)
    first_collection_done: bool = False
