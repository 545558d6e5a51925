"""Sections of a report of a period: what a person reads, in text, markdown or HTML."""

from __future__ import annotations

from cloud_carbon_exporter.model.source_names import source_name
from cloud_carbon_exporter.reporting.period.compute import moment_text
from cloud_carbon_exporter.reporting.period.figures import (
    Amount,
    Counted,
    Doubt,
    Electricity,
    GroupSums,
    Period,
    PeriodReport,
)
from cloud_carbon_exporter.reporting.period.protocol import protocol
from cloud_carbon_exporter.reporting.tables import VALUES, Section, clean, figure

GRAMS = 1000
_HOUR_SECONDS = 3600
MOSTLY = 0.9
"""Share of a period from which on its mean day speaks for it."""

_GAPS = 12
"""Gaps that are listed; of more the rest is said."""

_GROUPS = ("counted", "kWh", "power kgCO2eq", "manufacture kgCO2eq", "kgCO2eq", "low", "high")
_SPARE = ("power kgCO2eq", "manufacture kgCO2eq", "kWh")

INCLUDED = (
    "Included: the electricity of every resource the exporter could list and estimate, with the "
    "cooling and losses of its data centre (PUE), and the manufacture of its hardware, spread over "
    "its lifetime."
)
EXCLUDED = (
    "Excluded: kinds that are counted as unsupported; networks between sites; spare hosts and "
    "buildings of the provider; refrigerants; the end of the hardware's life; devices of users; "
    "and whatever runs outside of the accounts that were explored."
)
METHOD = (
    "Power is estimated from the load of each resource, as its cloud's monitoring tells it, and "
    "from measured hosts; emissions are energy times the intensity of the region's grid, plus "
    "manufacture. Low and high are the 90 % interval: what facts err by, all that stands on them "
    "errs by together."
)


def sections(of: PeriodReport) -> list[Section]:
    """Sections in their order: the sum first, what it rests on last."""
    told = [_total(of), _counted(of.counted, of)]
    if of.change is not None:
        told.append(_change(of))
    told.append(_methods(of.electricity))
    told.append(protocol(of))
    if of.groups:
        told.append(_groups(of))
    if of.intensity is not None:
        told.append(_intensity(of))
    told += [_provider(of), _boundary(), _method(of)]
    return told


def stretch_text(of: Period) -> str:
    """Period of time as a report says it, its end not included."""
    return f"{moment_text(of.start)} to {moment_text(of.end)}"


def share_text(ratio: float) -> str:
    """Share of a time, cut and not rounded: 100 % is said of the whole alone."""
    tenths = min(1000, int(ratio * 1000 + 1e-9))
    return f"{tenths / 10:g}%"


def cells(of: Amount, factor: float = 1) -> tuple[str, str, str]:
    """Value and bounds of an amount; an empty cell where a bound is not known."""
    value, lower, upper = of.times(factor)
    return (
        figure(value),
        "" if lower is None else figure(lower),
        "" if upper is None else figure(upper),
    )


def _kilograms(of: Amount) -> tuple[str, str, str]:
    return cells(of, 1 / GRAMS)


def _total(of: PeriodReport) -> Section:
    total = of.total
    rows = (
        ("Energy, PUE included", "kWh", *cells(total.energy_kilowatt_hours)),
        ("Emissions of the power", "kgCO2eq", *_kilograms(total.operational_grams)),
        ("Emissions of manufacture", "kgCO2eq", *_kilograms(total.embodied_grams)),
        ("Emissions", "kgCO2eq", *_kilograms(total.emissions_grams)),
    )
    notes = ["All of the period was counted."]
    if of.counted.ratio < 1:
        share = share_text(of.counted.ratio)
        notes = [f"{share} of the period was counted, and nothing is added for the rest."]
    if of.made_at < of.period.end:
        notes.append("The period has not ended yet.")
    return Section(f"Cloud carbon, {stretch_text(of.period)} (UTC)", VALUES, rows, tuple(notes))


def _counted(counted: Counted, of: PeriodReport) -> Section:
    hours, whole = counted.seconds / _HOUR_SECONDS, of.period.seconds / _HOUR_SECONDS
    rows = [
        (
            "Hours that were counted",
            figure(hours),
            f"{share_text(counted.ratio)} of {figure(whole)}",
        ),
    ]
    for basis, meaning in (
        ("measured", "all loads were read"),
        ("default", "a load was missing, and a stated one stood in"),
        ("assumed", "hardware, class, region or a figure was guessed"),
    ):
        for known, ratio in of.by_basis.items():
            if known == basis:
                rows.append((f"Energy that is {basis}", f"{ratio:.1%}", meaning))
    return Section("What was counted", ("", "value", "which is"), tuple(rows), _gaps(counted))


def _gaps(counted: Counted) -> tuple[str, ...]:
    if not counted.gaps:
        return (f"No {counted.step} is without a figure.",)
    told = "; ".join(map(stretch_text, counted.gaps[:_GAPS]))
    more = len(counted.gaps) - _GAPS
    rest = f"; and {more} more" if more > 0 else ""
    return (f"Nothing was counted from {told}{rest} (by the {counted.step}).",)


def _change(of: PeriodReport) -> Section:
    change = of.change
    if change is None:
        return Section("Change")
    a_day = change.grams_per_day.times(1 / GRAMS)
    share = "" if change.ratio is None else f"{change.ratio:+.1%}"
    rows = (
        _side(change.before, change.before_ratio, change.before_grams),
        _side(of.period, of.counted.ratio, of.total.emissions_grams),
    )
    notes = [
        f"The mean of a counted day: {_signed(a_day.value)} kgCO2eq ({share}), 90 % interval "
        f"{_signed(a_day.lower)} to {_signed(a_day.upper)}. What is wrong in a figure is wrong in "
        "both periods, and does not widen the change.",
    ]
    if min(change.before_ratio, of.counted.ratio) < MOSTLY:
        notes.append(
            "One of the two was counted in part alone: its days may be none like the others, which "
            "the interval knows nothing of."
        )
    header = ("", "counted", "kgCO2eq", "low", "high")
    return Section("Change against the period before", header, rows, tuple(notes))


def _side(period: Period, ratio: float, grams: Amount) -> tuple[str, ...]:
    return (stretch_text(period), share_text(ratio), *_kilograms(grams))


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{figure(abs(value))}"


_METHODS = {
    "location": "by location, life cycle (lifecycle)",
    "direct": "by location, direct emissions (direct)",
    "market": "by market, after purchases (market)",
}


def _methods(power: Electricity) -> Section:
    rows: list[tuple[str, ...]] = []
    notes = [_counted_as(power)]
    for sums in power.methods:
        rows.append((_METHODS[sums.method], "kgCO2eq", *_kilograms(sums.grams)))
        if sums.own_ratio < 1:
            notes.append(
                f"{sums.method}: {sums.own_ratio:.0%} of the energy has a figure of its own; the "
                "direct one stands in for the rest."
            )
    notes.append("Methods are alternatives, never added up; here all by annual figures.")
    return Section("Electricity by each method of the grid", VALUES, tuple(rows), tuple(notes))


def _counted_as(power: Electricity) -> str:
    grams = figure(power.intensity_grams_per_kilowatt_hour)
    if power.counted_as is None:
        return f"Counted at a mean of {grams} g/kWh, which is no annual figure: hourly values."
    return f"Counted at a mean of {grams} g/kWh, {_METHODS[power.counted_as]}."


def _groups(of: PeriodReport) -> Section:
    rows = [_row(group, of.period) for group in of.groups]
    names = tuple(name.removeprefix("cloud_") for name in of.by)
    notes: tuple[str, ...] = ()
    if any(group.emissions_grams.lower is None for group in of.groups):
        notes = ("Of the single groups no interval is known.",)
    title = f"By {', '.join(names)}"
    return Section(title, (*names, *_GROUPS), tuple(rows), notes, _SPARE)


def _row(group: GroupSums, period: Period) -> tuple[str, ...]:
    ratio = min(1.0, group.counted_seconds / period.seconds)
    return (
        *[clean(label) or "(none)" for label in group.labels],
        share_text(ratio),
        figure(group.energy_kilowatt_hours.value),
        figure(group.operational_grams.value / GRAMS),
        figure(group.embodied_grams.value / GRAMS),
        *_kilograms(group.emissions_grams),
    )


def _intensity(of: PeriodReport) -> Section:
    known = of.intensity
    if known is None:
        return Section("Software Carbon Intensity")
    unit = clean(known.unit)
    rows = ((f"for one {unit}", "gCO2eq", *cells(known.grams_per_unit)),)
    notes = (
        f"SCI (ISO/IEC 21031): operational and embodied emissions over {figure(known.units)} of "
        f"the functional unit, which is {unit}. The grid is counted by location.",
    )
    return Section("Software Carbon Intensity", VALUES, rows, notes)


def _provider(of: PeriodReport) -> Section:
    title = "What the provider itself reports"
    rows: list[tuple[str, ...]] = []
    for told in of.provider_figures:
        month = told.reported
        ratio = f"{month.grams / told.own_grams:.2f}" if told.own_grams and told.alike else ""
        rows.append(
            (
                moment_text(month.start)[: len("2026-10")],
                f"{month.provider} {clean(month.account_id)}",
                month.method or "not said",
                source_name(month.source),
                figure(month.grams / GRAMS),
                figure(told.own_grams / GRAMS),
                share_text(told.own_ratio),
                ratio,
            )
        )
    if not rows:
        note = "Nothing is known of it: reports come weeks after a month, and are kept in the state"
        return Section(title, notes=(f"{note} file (-state.file).",))
    header = ("month", "account", "method", "source", "kgCO2eq", "ours", "counted", "ratio")
    note = (
        "Their boundaries differ from ours: the page on the model says how. A ratio stands where "
        "both count the grid alike, by location or by market."
    )
    return Section(title, header, tuple(rows), (note,), ("source", "method"))


def _boundary() -> Section:
    return Section("Boundary", notes=(INCLUDED, EXCLUDED))


def _method(of: PeriodReport) -> Section:
    rows = [(doubt.fact, f"{doubt.ratio:.0%}", _source(doubt)) for doubt in of.doubts]
    notes = (
        METHOD,
        f"Model {of.model_version}; read from {of.source}; made {moment_text(of.made_at)} UTC. "
        "Hours that an earlier version counted stay as it counted them.",
    )
    return Section("Method and sources", ("fact", "of the doubt", "source"), tuple(rows), notes)


def _source(of: Doubt) -> str:
    """Source of a fact; of one that is no row itself, where its figure comes from."""
    if of.source:
        return clean(of.source)
    live = of.fact.startswith("grid.")
    return "the source of live values" if live else "several rows: the page on the model has them"
