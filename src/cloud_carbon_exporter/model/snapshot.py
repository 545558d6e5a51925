"""Snapshot: all that is known at one moment, and the rows it is made of. Frozen, as all here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.budgets import BudgetStanding
from cloud_carbon_exporter.model.clusters import ClusterNews
from cloud_carbon_exporter.model.comparison import ComparedLine
from cloud_carbon_exporter.model.followed import Followed
from cloud_carbon_exporter.model.grid import GridNews
from cloud_carbon_exporter.model.hours import CountedHour
from cloud_carbon_exporter.model.months import Calibration, OwnMonth, ReportedMonth
from cloud_carbon_exporter.model.quick import quick_dataclass
from cloud_carbon_exporter.model.sums import FootprintSum, together
from cloud_carbon_exporter.model.types import (
    Estimate,
    Footprint,
    Place,
    Resource,
    Signal,
    Totals,
    WaterTotals,
)


@quick_dataclass(frozen=True, slots=True)
class Row:
    """One resource of the Snapshot: itself, its Footprint, its counters.

    totals: None where nothing is counted, as in scrape mode.
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
    """Sums over the resources of one account, region and kind.

    now: of what is there now; whatever else is summed is summed from these. The counters keep what
        has vanished meanwhile. held: hardware times its seconds, by its name in `held.UNITS`.
    """

    provider: str
    account_id: str
    region: str
    kind: str
    now: FootprintSum
    totals: Totals | None = None
    water: WaterTotals | None = None
    held: Mapping[str, float] = field(default_factory=dict)

    @property
    def power_watts(self) -> Estimate:
        """Power drawn now, with the bounds of the sum."""
        return self.now.power_watts.estimate


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One language model as an account uses it in a region, by kind of token.

    tokens: so far; empty where nothing is counted, as in scrape mode. joules_per_token: PUE
        included; empty where it was not seen since the start.
    """

    provider: str
    account_id: str
    region: str
    kind: str
    model: str
    tokens: Mapping[str, float]
    joules_per_token: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last listing or measurement of one kind in one account and region ended.

    found: whether it has found something since the start; a measurement always has.
    """

    provider: str
    account_id: str
    region: str
    kind: str
    error: str = ""  # empty: it went well
    seconds: float = 0
    resources: int = 0
    last_success: float | None = None
    found: bool = False


@dataclass(frozen=True, slots=True)
class TargetState:
    """Whether a Target's credentials and account answered the last time.

    account_ids: those it answered for then, or the last time that it answered.
    """

    name: str
    provider: str
    up: bool
    error: str = ""
    account_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something optional that a cloud does not allow.

    permission: what would allow it. purpose: what it would bring. error: what the cloud said.
    """

    provider: str
    account_id: str
    permission: str
    purpose: str
    error: str


@dataclass(frozen=True, slots=True)
class ReportedEmissions:
    """Emissions of a closed month [start, end), as the provider itself says.

    method: empty where it does not say. water_liters: None of providers that report no water.
    operational_grams: scopes 1 and 2; embodied_grams: scope 3; None where it gives but their sum.
    model_version: of the provider's own model; empty where it tells none.
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
    water_liters: float | None = None
    operational_grams: float | None = None
    embodied_grams: float | None = None
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class ApiUse:
    """The exporter's own traffic and its price, as plain counters.

    Keys are in the order of the metric's labels.
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
class ClockNews:
    """What is known of the machine's clock.

    apart_seconds: by how much it is ahead of elapsed time, since it was set. steps: how often it
    was set, since the start.
    """

    apart_seconds: float = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known at one moment; the only thing exposition and web see.

    It is swapped whole, never changed.

    totals: provider -> the sum of its accounts, which is what every surface shows of it.
    ledger: (provider, account, kind, basis) -> how many; basis may also be "unsupported".
    listed: (provider, account, source) -> what another inventory of the provider counts, to hold
        ours against.
    covered: (provider, account) -> how many of those are estimated, where the inventory names what
        it counts.
    reported_months: a year's, where `reported` has the newest alone, by service.
    gauges: families of one unlabelled value without a place above (demo_connected_users);
        exposition names them.
    account_names: (provider, account) -> the name people call it.
    known_by: (provider, "sight" or "events") -> share of the energy counted by this process.
    first_collection_done: whether that of every target has ended, whatever its outcome; until then
        all sums are of a part.
    listings_ended, listings_known: how far it is; how many there will be is known once the regions
        are.
    counted: whether the counters were moved on for it, as they are not for what is shown early.
    hours: what they were moved on by since the Snapshot before, by hour.
    compared: what was counted, held against a bill.
    advice: what could be done, the largest saving first; looked for once an hour. followed: what
        was done of it.
    """

    taken_at: float
    rows: tuple[Row, ...] = ()
    accounts: tuple[AccountRow, ...] = ()
    totals: Mapping[str, FootprintSum] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    ledger: Mapping[tuple[str, str, str, str], int] = field(default_factory=dict)
    listed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    covered: Mapping[tuple[str, str], int] = field(default_factory=dict)
    listings: tuple[Outcome, ...] = ()
    measurements: tuple[Outcome, ...] = ()
    targets: tuple[TargetState, ...] = ()
    refused: tuple[Refusal, ...] = ()
    api: ApiUse = field(default_factory=ApiUse)
    gauges: Mapping[str, float] = field(default_factory=dict)
    reported: tuple[ReportedEmissions, ...] = ()
    months: tuple[OwnMonth, ...] = ()  # closed ones
    calibrations: tuple[Calibration, ...] = ()
    reported_months: tuple[ReportedMonth, ...] = ()
    models: tuple[ModelRow, ...] = ()
    account_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    grid: GridNews = field(default_factory=GridNews)
    clock: ClockNews | None = None
    known_by: Mapping[tuple[str, str], float] = field(default_factory=dict)
    first_collection_done: bool = False
    listings_ended: int = 0
    listings_known: int = 0
    counted: bool = False
    hours: tuple[CountedHour, ...] = ()
    budgets: tuple[BudgetStanding, ...] = ()
    clusters: ClusterNews = field(default_factory=ClusterNews)
    advice: tuple[Advice, ...] = ()
    compared: tuple[ComparedLine, ...] = ()
    followed: tuple[Followed, ...] = ()

    @property
    def progress(self) -> str:
        """What is said of figures that are of a part; empty once they are whole."""
        if self.first_collection_done:
            return ""
        return f"first collection: {self.listings_ended:,} of {self.listings_known:,} listings"

    def accounts_now(self) -> Iterator[AccountRow]:
        """Accounts of which it is known what is there now.

        What an earlier process counted and this one has not listed yet draws not 0 watts.
        """
        for row in self.accounts:
            if row.now.resources or self.first_collection_done:
                yield row

    def total(self) -> FootprintSum:
        """Sum over all clouds: the one that all surfaces show."""
        return together(self.totals.values())


def totals_by_provider(accounts: Iterable[AccountRow]) -> Mapping[str, FootprintSum]:
    """Sum of what stands in each cloud."""
    by_provider: dict[str, list[FootprintSum]] = {}
    for account in accounts:
        by_provider.setdefault(account.provider, []).append(account.now)
    return {provider: together(sums) for provider, sums in by_provider.items()}
