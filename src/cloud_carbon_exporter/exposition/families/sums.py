"""Families of sums by account, region and kind, the names of accounts, and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from cloud_carbon_exporter.exposition.family import (
    STEPS,
    Family,
    FamilySample,
    FromSnapshot,
    FromSums,
    Shown,
    SumSample,
    from_mapping,
)
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS, ACCOUNT_LABELS
from cloud_carbon_exporter.model.held import UNITS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, Sum
from cloud_carbon_exporter.model.types import Totals, WaterTotals

_SUM_HELP = "Sum over the resources of one account, region and kind, of what has vanished too: "


def _now(amount: Callable[[FootprintSum], Sum], shown: Shown) -> FromSums:
    def samples(snapshot: Snapshot) -> Iterator[SumSample]:
        for row in snapshot.accounts_now():
            labels = (row.provider, row.account_id, row.region, row.kind)
            yield SumSample(labels, amount(row.now))

    return FromSums(samples, shown)


def _power(shown: Shown) -> FromSums:
    return _now(attrgetter("power_watts"), shown)


def _counted(total_name: str) -> FromSnapshot:
    """Counter of accounts, by where it stands in their row: `totals.energy_joules`."""
    held, _, name = total_name.partition(".")
    read_held, read_total = attrgetter(held), attrgetter(name)

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for row in snapshot.accounts:
            totals: Totals | WaterTotals | None = read_held(row)
            if totals is not None:
                labels = (row.provider, row.account_id, row.region, row.kind)
                yield FamilySample(labels, read_total(totals))

    return FromSnapshot(samples)


def _account_names(snapshot: Snapshot) -> Iterable[FamilySample]:
    for (provider, account_id), name in snapshot.account_names.items():
        yield FamilySample((provider, account_id, name), 1)


def _held(snapshot: Snapshot) -> Iterable[FamilySample]:
    for row in snapshot.accounts:
        for name, amount in row.held.items():
            unit = UNITS[name]
            labels = (row.provider, row.account_id, row.region, row.kind, unit.name)
            yield FamilySample(labels, amount / unit.seconds)


SUMS: tuple[Family, ...] = (
    Family(
        "cloud_carbon_account_power_watts",
        "gauge",
        "Sum of the power drawn now, PUE included.",
        _power("value"),
        ACCOUNT_KIND_LABELS,
        "watts",
        summed="interval",
    ),
    Family(
        "cloud_carbon_account_power_lower_watts",
        "gauge",
        "Lower bound of the 90 % interval of the sum.",
        _power("lower"),
        ACCOUNT_KIND_LABELS,
        "watts",
        summed="interval",
    ),
    Family(
        "cloud_carbon_account_power_upper_watts",
        "gauge",
        "Upper bound of the 90 % interval of the sum.",
        _power("upper"),
        ACCOUNT_KIND_LABELS,
        "watts",
        summed="interval",
    ),
    Family(
        "cloud_carbon_account_operational_emissions_grams_per_second",
        "gauge",
        "Sum of the CO2eq emitted now by the power drawn.",
        _now(attrgetter("operational_grams_per_second"), "value"),
        ACCOUNT_KIND_LABELS,
        "grams_per_second",
        summed="interval",
    ),
    Family(
        "cloud_carbon_account_embodied_emissions_grams_per_second",
        "gauge",
        "Sum of the CO2eq of manufacture, spread over the lifetime of the hardware.",
        _now(attrgetter("embodied_grams_per_second"), "value"),
        ACCOUNT_KIND_LABELS,
        "grams_per_second",
        summed="interval",
    ),
    Family(
        # These are no sums of the resources' counters: what has vanished stays in them, and a sum
        # over series that come and go would fall.
        "cloud_carbon_account_energy_joules_total",
        "counter",
        f"{_SUM_HELP}energy used.{STEPS}",
        _counted("totals.energy_joules"),
        ACCOUNT_KIND_LABELS,
        "joules",
        summed="added",
    ),
    Family(
        "cloud_carbon_account_operational_emissions_grams_total",
        "counter",
        f"{_SUM_HELP}CO2eq emitted by the energy used.{STEPS}",
        _counted("totals.operational_grams"),
        ACCOUNT_KIND_LABELS,
        "grams",
        summed="added",
    ),
    Family(
        "cloud_carbon_account_embodied_emissions_grams_total",
        "counter",
        f"{_SUM_HELP}CO2eq of manufacture.{STEPS}",
        _counted("totals.embodied_grams"),
        ACCOUNT_KIND_LABELS,
        "grams",
        summed="added",
    ),
    Family(
        # Two families, as the one is the provider's to save, and the other the grid's.
        "cloud_carbon_account_water_on_site_liters_total",
        "counter",
        f"{_SUM_HELP}water that cooling on site took, by the WUE of the region, "
        f"or of its provider where none is published.{STEPS}",
        _counted("water.on_site_liters"),
        ACCOUNT_KIND_LABELS,
        "liters",
        summed="added",
    ),
    Family(
        "cloud_carbon_account_water_of_power_liters_total",
        "counter",
        f"{_SUM_HELP}water that power stations took for the energy used, by country.{STEPS}",
        _counted("water.of_power_liters"),
        ACCOUNT_KIND_LABELS,
        "liters",
        summed="added",
    ),
    Family(
        # One family with a label for the unit: a query of a bill's comparison asks for all at once.
        "cloud_carbon_account_counted_units_total",
        "counter",
        f"{_SUM_HELP}hardware times its hours, requests and GiB through it, as a bill has them too "
        f"(history -compare live).{STEPS}",
        FromSnapshot(_held),
        (*ACCOUNT_KIND_LABELS, "unit"),
        summed="added",
    ),
    Family(
        # Organizations of AWS and projects of Google have names; the id alone says little to a
        # person.
        "cloud_carbon_account_info",
        "gauge",
        "The name people call an account by; always 1.",
        FromSnapshot(_account_names),
        (*ACCOUNT_LABELS, "cloud_account_name"),
    ),
    Family(
        "cloud_carbon_resources",
        "gauge",
        "The ledger: how many resources are known, by how their figures came about "
        "(measured, default, assumed) or that there are none (unsupported).",
        from_mapping(lambda snapshot: snapshot.ledger),
        (*ACCOUNT_LABELS, "kind", "basis"),
    ),
)
