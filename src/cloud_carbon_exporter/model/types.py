"""Words of the exporter: what a cloud holds, how hard it works, what it emits, how sure we are.

Units live in names (`_watts`, `_joules`, `_grams`, `_gib`, `_seconds`, `_ratio` 0..1). Times are
Unix seconds, UTC.
Everything here is frozen: a value that has been handed on never changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cloud_carbon_exporter.model.errors import PackedUnits, Units
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.quick import quick_dataclass

LARGEST = 10**18
"""No amount of hardware and no measurement reaches this; a number that does is a broken one."""

Basis = Literal["measured", "default", "assumed"]
"""How a number came about; the weakest part decides.

measured: every load that drives the power was read, or the power follows from size and state alone.
default:  the hardware is known, a load is missing and a stated default stands in.
assumed:  the hardware, its class or its region is unknown and was guessed from what is known; or a
    row that the number stands on is a guess itself.
"""

BASES: tuple[Basis, ...] = ("measured", "default", "assumed")

Signal = str
"""Name of one utilisation signal, from SIGNALS; `stored_gib` may carry a class:
"stored_gib:StandardStorage".
"""

SIGNALS = frozenset(
    {
        "cpu_ratio",  # share of the vCPUs that worked, 0..1
        "gpu_ratio",  # share of the time the accelerators worked, 0..1
        "gpu_watts",  # what the accelerators drew, all boards that tell it together
        "gpu_boards",  # how many boards told their watts; all, where nothing says
        "memory_gib",  # memory in use
        "stored_gib",  # bytes held; by class after a colon
        "capacity_units",  # ACUs, processing units, nodes: what the service scaled to
        "bytes",  # bytes a second through it
        "requests",  # requests a second
        "input_tokens",  # tokens a second that a language model reads anew
        "output_tokens",  # tokens a second that it writes
        "cache_read_tokens",  # tokens a second that it has from a cache
        "cache_write_tokens",  # tokens a second that it reads and keeps in a cache
        "images",  # images a second that a model makes
        "gib_seconds",  # GiB of memory x seconds of running, a second
        "executions",  # runs under way at once, on average
    }
)

ComponentKind = Literal[
    "vcpu",  # amount in hardware threads; part = a host, written out, or a microarchitecture
    "memory",  # GiB of DRAM
    "gpu",  # boards; part = an accelerator of facts
    "ssd",  # GiB of local flash
    "hdd",  # GiB of local disk
    "block",  # GiB of network block storage; part = provider/class
    "object",  # GiB of object storage; part = provider/class
    "file",  # GiB of file storage; part = provider/class
    "snapshot",  # GiB of snapshots and images; part = provider/class
    "network",  # bytes a second; part = a path (intra, internet)
    # requests (or tokens, GiB-seconds...) a second; part = the service's published figure
    "requests",
    "fixed",  # units of a constant overhead; part = its row
]


@quick_dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 90 % interval and its basis.

    `lower <= value <= upper`, all finite and not negative.
    """

    value: float
    lower: float
    upper: float
    basis: Basis = "measured"

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.value <= self.upper < math.inf:  # also false for NaN
            raise ValueError(f"not an estimate: {self.lower} <= {self.value} <= {self.upper}")


@quick_dataclass(frozen=True, slots=True)
class Location:
    """Where a resource stands, in its provider's own names; `region` is "global" for no place.

    on_premises: in the customer's own building, and only run from the region.
    """

    provider: str  # aws, gcp, scaleway: the value of cloud_provider
    account_id: str
    region: str
    zone: str = ""
    on_premises: bool = False


@quick_dataclass(frozen=True, slots=True)
class Component:
    """One piece of hardware, or share of one, that a resource holds: the model's whole vocabulary.

    amount: in the unit of its kind. When `per` is set it is the amount *per unit of that signal* (1
        GiB a stored GiB; 2 GiB of memory an ACU), so the amount in force is amount x signal.
    load: the signal that says how hard it works (cpu_ratio, gpu_ratio); empty where draw follows
        from size alone.
    share: the part of `amount` that is the customer's own when idle: 1 but for burstable and
        shared-core machines.
    assumed: why the hardware had to be guessed; empty where it is known.
    least, most: what the cloud holds the signal of `per` within, where it says so; what is not read
        is taken to lie there.
    full_load: the load at which all of it works: 1, but where the signal counts work by the share
        that is the customer's own, and a burst takes it above 1.
    """

    kind: ComponentKind
    part: str
    amount: float
    load: Signal = ""
    per: Signal = ""
    share: float = 1.0
    assumed: str = ""
    least: float = 0.0
    most: float = LARGEST
    full_load: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.amount < LARGEST and 0 <= self.share <= 1):  # also false for NaN
            raise ValueError(f"not an amount of {self.kind}: {self.amount} (share {self.share})")
        if not 1 <= self.full_load < LARGEST:
            raise ValueError(f"not a full load of {self.kind}: {self.full_load}")


@quick_dataclass(frozen=True, slots=True)
class Resource:
    """One thing in an account, described as hardware.

    id: unique; AWS the ARN, GCP the full resource name without `//`, Scaleway the UUID (bucket:
        region/name).
    kind: service/type, e.g. "ec2/instance".
    monitor: the names under which the provider's monitoring knows it, e.g. {"InstanceId":
        "i-0abc"}.
    info: what resource_info tells besides: host_type, architecture, cpu, project...
    components: what it holds now; a stopped machine holds none of its vCPUs.
    started: since when it is so, as its cloud says (of a stopped machine: when it stopped); None
        where it does not say.
    """

    id: str
    kind: str
    name: str
    location: Location
    components: tuple[Component, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    monitor: Mapping[str, str] = field(default_factory=dict)
    info: Mapping[str, str] = field(default_factory=dict)
    started: float | None = None


@quick_dataclass(frozen=True, slots=True)
class Point:
    """One measured value of a signal, the mean over [start, end)."""

    start: float
    end: float
    value: float


@dataclass(frozen=True, slots=True)
class CarbonIntensity:
    """Grams of CO2eq a kWh of a region's grid, valid over [start, end).

    The annual fact is one endless Point.
    """

    grams_per_kilowatt_hour: Estimate
    method: Method
    source: str
    year: int | None = None
    start: float = -math.inf
    end: float = math.inf
    estimated: bool = False
    facts: tuple[str, ...] = ()


class Water(NamedTuple):
    """Liters of water a place takes.

    on_site: for a kWh of its machines (WUE). of_power: in power stations, for a kWh of the site.
    """

    on_site: Estimate
    of_power: Estimate


@dataclass(frozen=True, slots=True)
class Place:
    """A region in use and its figures: what the grid, PUE and WUE families show.

    A zone with figures of its own is one too. doubt: why the figures are assumed, where more can be
    said than that nobody knows the region. water: with what stands in where nothing is published,
    which `wue_liters_per_kilowatt_hour` leaves out.
    """

    provider: str
    region: str
    intensities: tuple[CarbonIntensity, ...]  # newest first; one a method and source
    pue_ratio: Estimate
    wue_liters_per_kilowatt_hour: Estimate | None = None
    carbon_free_ratio: float | None = (
        None  # share of carbon-free energy as the provider publishes it
    )
    doubt: str = ""
    water: Water | None = None


class FootprintErrors(NamedTuple):
    """Errors a Footprint was drawn from, by fact: what sums of many are drawn from anew.

    watts: of the hardware, without PUE. grams: of its manufacture, a second. place and intensity:
    whose PUE and grid err alike for all that stands there.
    """

    watts: Units | PackedUnits
    grams: Units
    place: Place
    intensity: CarbonIntensity | None


@quick_dataclass(frozen=True, slots=True)
class Footprint:
    """What one resource costs now, and how that is known.

    operational_grams_per_second: None where no region, so no grid, is known.
    facts: ids of the facts rows used. reason: what is weak, in short ("no cpu_ratio", "unknown
        machine m99.large"). errors: what sums are drawn from; it follows from the rest.
    weakness: the gravest of the reasons, as one of `weaknesses.WEAKNESSES`; empty without any.
    """

    power_watts: Estimate
    operational_grams_per_second: Estimate | None
    embodied_grams_per_second: Estimate
    basis: Basis
    reason: str = ""
    facts: tuple[str, ...] = ()
    errors: FootprintErrors | None = field(default=None, compare=False)
    hardware_basis: Basis = "measured"
    weakness: str = ""


@quick_dataclass(frozen=True, slots=True)
class Totals:
    """Integrals since the exporter first saw the thing: what the counters show. They never fall."""

    energy_joules: float = 0
    operational_grams: float = 0
    embodied_grams: float = 0


class WaterTotals(NamedTuple):
    """Liters of water since the exporter first saw the thing. They never fall."""

    on_site_liters: float = 0
    of_power_liters: float = 0
