"""The seam between a cloud and the pipeline.

A provider says what it can list (Listing), how each listed object reads as hardware (ServiceSpec),
which series drive it (Metric), and has what does I/O (Client). The rest is done in collect/.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.quick import quick_dataclass
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.model.types import Location, Point, Resource, Signal
from cloud_carbon_exporter.providers.changes import Changes
from cloud_carbon_exporter.providers.description import Description, Ended, States, life, resource
from cloud_carbon_exporter.providers.located import located
from cloud_carbon_exporter.providers.settings import TargetSettings

Raw = Mapping[str, Any]
"""One decoded API object. It goes no further than `describe`."""

ScopeKind = Literal["global", "project", "region", "zone"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where one sweep looks: an account (or project), and the region or zone the call is made in.

    catalogue: what `Listing.lookup` found for the page at hand (machine types, offers); empty
        before.
    """

    provider: str  # the value of cloud_provider
    account_id: str
    region: str = "global"
    zone: str = ""
    catalogue: Mapping[str, Any] = field(default_factory=dict)

    def location(self, region: str = "", zone: str = "", *, on_premises: bool = False) -> Location:
        """Location of an object of this sweep: region and zone of the object, else of the scope."""
        region, zone = region or self.region, zone or self.zone
        return located(self.provider, self.account_id, region, zone, on_premises)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list operation and the scope it is called in. A sweep is one pass over it in one Scope.

    api: client or API name ("ec2", "cloudasset", "instance"). operation: the API's own name
        ("DescribeInstances", "assets.list", "ListServers"). path: for REST, the path template.
        items: where the objects lie in a page ("Reservations[].Instances[]"). params: sent with the
        call, paging apart.
    kind_of: the kind under which an object no spec accepts enters the ledger.
    told_by: the field that alone tells which spec accepts an object; empty: each is to be asked.
    lookup: fetches what describing a page needs besides (machine types), batched and cached;
        becomes Scope.catalogue.
    expand: turns a page of bare names into objects, in batches, for APIs that list names only.
    whole: sees all objects of a sweep, of all pages, before any is described, and gives what is to
        be; for what compares objects (the oldest snapshot of a volume). Costs the memory of all.
    """

    api: str
    operation: str
    scope: ScopeKind
    kind_of: Callable[[Raw], str]
    told_by: str = ""
    path: str = ""
    items: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    permissions: tuple[str, ...] = ()
    lookup: Callable[[Any, Scope, Sequence[Raw]], Awaitable[Mapping[str, Any]]] | None = None
    expand: Callable[[Any, Scope, Sequence[Raw]], Awaitable[Sequence[Raw]]] | None = None
    whole: Callable[[Sequence[Raw]], Sequence[Raw]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One monitoring series a resource may have, and the signal it fills.

    name: CloudWatch metric name, Cloud Monitoring metric type, or PromQL. statistic: Average,
        Sum..., or an aligner.
    dimensions: dimension or label -> key of Resource.monitor. fixed: dimensions with one constant
        value.
    class_dimension: the dimension that tells storage classes apart; each value X read becomes the
        signal `into:X`.
    spread: the dimension over which the series is spread, one for each board of a machine or each
        region of an instance; those that exist are found, whatever other dimensions they bear, and
        become one: ratios by their mean, all else by its sum.
    counted_as: the signal that tells over how many series of its `spread` a value is the sum.
    over: key of Resource.monitor that holds the number of cores or boards the value is a sum over;
        it is divided by it. Several metrics of one resource that fill one signal (bytes in, bytes
        out) are added up.
    scale: factor from the API's unit to the signal's. period_seconds: length of a Point.
    valid_seconds: how long a Point speaks for the present; 0 = as long as -collect.stale-after
        says.
    every_seconds: read no more often than this (daily figures); 0 = each time reads are due.
    region: where the series is kept, when not where the resource is (CloudFront: us-east-1).
    absent: what it means when the API answered and the series is not there: 0 for what writes
        nothing while it sleeps (serverless, load balancers); None = not measured. The client fills
        such Points in.
    delay_seconds: how much later than the provider's settle time its points are complete. A client
        reads it only up to so long before `until`, and takes no silence after that for 0.
    """

    into: Signal
    name: str
    namespace: str = ""
    statistic: str = "Average"
    dimensions: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    class_dimension: str = ""
    spread: str = ""
    counted_as: Signal = ""
    over: str = ""
    scale: float = 1.0
    period_seconds: float = 300
    valid_seconds: float = 0
    every_seconds: float = 0
    region: str = ""
    absent: float | None = None
    delay_seconds: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """Service: one kind of resource, where it is listed, how one object reads as hardware.

    describe: pure; None for what draws nothing of its own, as another resource owns it. Raising
        costs that object alone, and is counted.
    states: the table of its states; None where its API tells none.
    searched_as: what the provider's own search calls the kind; empty where it has none.
    permissions: beyond those of the listing and of monitoring.
    lasting: whether such a thing lives for days, so that its empty list may rest; None = as
        `lasting.may_be_brief` tells by the kind.
    reason: why it is modelled so, in one sentence, for the generated list of services.
    """

    kind: str
    listing: Listing
    describe: Callable[[Raw, Scope], Description | None]
    reason: str
    accepts: Callable[[Raw], bool] = lambda raw: True
    states: States | None = None
    searched_as: str = ""
    metrics: tuple[Metric, ...] = ()
    permissions: tuple[str, ...] = ()
    lasting: bool | None = None

    def read(self, raw: Raw, scope: Scope) -> Resource | Ended | None:
        """The Resource an object is, or its ending; None for what is gone, or another's."""
        described = self.describe(raw, scope)
        return None if described is None else life(self.kind, self.states, described)

    def resource(self, raw: Raw, scope: Scope) -> Resource | None:
        """The Resource an object is now; None for what is gone, or another's."""
        described = self.describe(raw, scope)
        return None if described is None else resource(self.kind, self.states, described)


@quick_dataclass(frozen=True, slots=True)
class Read:
    """One series to be read: of a resource, from a moment on (aligned by the client).

    free: to be read by a request of its own, of those the payer has free, where the API has such.
    """

    resource: Resource
    metric: Metric
    start: float
    free: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a round of reads brought. A series that does not exist is simply not in `points`.

    points: (resource id, signal) -> Points ascending, already scaled. failures: kind -> why its
        reads failed.
    skipped: (kind, reason) -> series that could not be read; each costs itself alone.
    made: (resource id, metric name) of reads that went well though others of their kind did not.
    unpublished: kind -> a query that nothing was asked by, as no series of its names are there.
    """

    points: Mapping[tuple[str, Signal], tuple[Point, ...]] = field(default_factory=dict)
    failures: Mapping[str, CollectError] = field(default_factory=dict)
    skipped: Mapping[tuple[str, str], int] = field(default_factory=dict)
    made: frozenset[tuple[str, str]] = frozenset()
    unpublished: Mapping[str, str] = field(default_factory=dict)

    def has_made(self, read: Read) -> bool:
        """Whether a read went well, with or without Points."""
        return (
            read.resource.kind not in self.failures
            or (read.resource.id, read.metric.name) in self.made
        )


@dataclass(frozen=True, slots=True)
class Inventory:
    """Inventory of an account by another API of the provider: id -> kind.

    What belongs to another resource is left out.

    whole: whether it is to know all there is. What is not only adds to one that is; no id stands in
        two.
    """

    account_id: str
    source: str
    kinds: Mapping[str, str]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Extras:
    """What a provider adds to the Snapshot beside its resources; see Snapshot for the keys.

    unsupported: (account, kind) -> how many, of things no listing of ours brings. inventories: the
        same by name, where
    the provider tells names: what is not estimated follows from them, and `listed` as well.
    """

    gauges: Mapping[str, float] = field(default_factory=dict)
    listed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    unsupported: Mapping[tuple[str, str], int] = field(default_factory=dict)
    reported: tuple[ReportedEmissions, ...] = ()
    account_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    inventories: tuple[Inventory, ...] = ()


class Meter(Protocol):
    """Counts the exporter's own API calls. budget.py keeps it."""

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count one call that ended.

        outcome: success, or the reason of its error. units: what is billed (metrics, series).
        """


class Client(Protocol):
    """Client of one Target: all I/O towards it. Only CollectErrors leave it.

    Safe for concurrent use within one event loop.
    """

    async def connect(self) -> Sequence[str]:
        """Find credentials and the account ids they open; cheap when already known.

        Raises CredentialsMissing when there are none, CredentialsRefused when they do not work.
        """

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """Where this Listing is to be swept now. May call the cloud (regions), cached."""

    def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """Objects of one sweep, a page at a time. A product absent here is no page, no error."""

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """Read all given series up to `until`, in as few calls as the API allows.

        Each Metric is read up to its `delay_seconds` before that.
        """

    async def extras(self, now: float) -> Extras:
        """What else belongs into the Snapshot; cached as long as it is worth."""

    async def close(self) -> None:
        """Close connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One cloud: its services and how to reach it.

    settle_seconds: how long after the fact its monitoring is complete. reads_cost: whether reading
    utilisation costs money, so that -collect.utilisation-interval applies. reads_span: what one
    call of Client.series is given: all of a region of an account, of an account, or of the Target;
    a failure is one of that span. permissions: needed whatever the services.
    changes: what a client may be told of as it happens.
    listed_first: kinds that most of a bill is for: a first collection lists them before the others.
    """

    name: str  # as in -cloud.provider
    label: str  # as in cloud_provider; empty where it differs by resource (demo)
    services: tuple[ServiceSpec, ...]
    client: Callable[[TargetSettings, Meter], Client]
    settle_seconds: float
    reads_cost: bool
    reads_span: Literal["region", "account", "target"] = "target"
    permissions: tuple[str, ...] = ()
    optional: Mapping[str, str] = field(default_factory=dict)  # permission -> what alone it is for
    changes: Changes | None = None
    listed_first: frozenset[str] = frozenset()
