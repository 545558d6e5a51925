"""Check of the tables of facts: schema, ids, foreign keys, ranges, sources, age.

It reads the files, not the model.

Exit code 0 when all is well, 1 when something is wrong (each finding on a line), 2 on bad usage.
What is merely old is printed, and is no error.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "cloud_carbon_exporter" / "facts"
FROZEN = ROOT / "tests" / "golden" / "facts.txt"

Row = dict[str, str]
Tables = dict[str, list[Row]]

FIGURE_COLUMNS = ["id", "value", "low", "high", "unit", "basis", "source", "year", "note"]
FIGURE_TABLES = (FIGURE_COLUMNS, FIGURE_COLUMNS[:-1], [*FIGURE_COLUMNS, "alike"])
"""Columns of a table of figures; `alike` where rows stand for what resources differ in."""
BASES = {"published", "derived", "recalled", "assumed"}
SCHEMAS = {
    "regions": "provider region kind location country grid own direct rivals members source"
    " year note",
    "coordinates": "location country town latitude longitude basis source year note",
    "families": "provider family pattern microarchitecture pool cpu architecture threads_per_vcpu"
    " threads_per_core gib_per_vcpu share host_vcpus host_sockets gpu gpus_per_vcpu"
    " ssd_gib_per_vcpu hdd_gib_per_vcpu assumed source year note",
    "machine_types": "provider type vcpus memory_gib threads share gpu gpus ssd_gib hdd_gib source"
    " year note",
    "whole_servers": "provider type cpu architecture sockets threads memory_gib gpu gpus ssd_gib"
    " hdd_gib source year note",
    "machine_rules": "provider pattern becomes family vcpus vcpus_per_unit gib_per_vcpu share"
    " ssd_gib_per_vcpu assumed source year note",
    "storage_classes": "class drive copies rest kept note",
    "local_drives": "class drive made terabytes names microarchitectures source year note",
    "cpu_names": "pattern microarchitecture source year note",
    "accelerator_names": "name accelerator source year",
    "accelerator_nodes": "accelerator node source year",
    "grid_zones": "grid_source zone name source year note",
    "reported_services": "provider service also kinds source year note",
    "source_names": "name source year note",
    "plan_parts": "type kind part at name usual_name names size usual_size unit always times"
    " boards off only held_by through assumed source year note",
    "bill_usage": "provider service usage operation counts kind part name amount vcpus_held"
    " gib_held why source year note",
    "bill_units": "unit counts factor months source year note",
    "bill_prefixes": "provider prefix region source year note",
    "language_models": "words billions makes published source year note",
}
NUMBERS = {
    "vcpus memory_gib gib_per_vcpu threads_per_vcpu threads_per_core": (0, 40_000),
    "threads host_vcpus host_sockets sockets gpus gpus_per_vcpu": (0, 4_000),
    "ssd_gib hdd_gib ssd_gib_per_vcpu hdd_gib_per_vcpu": (0, 1_000_000),
    "share": (0, 1),
    "billions": (0, 100_000),
    "terabytes": (0.1, 100),
    "year": (2000, 2100),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
}
RANGES = [  # of ids beginning so: least and most that can be meant
    ("pue.", 1, 3),
    ("wue.", 0, 10),
    ("grid.margin", 0, 1),
    ("grid.direct.share", 0, 1),
    ("residual.", 0, 1500),
    ("water.", 0, 30),
    ("grid.live.", 0, 1),
    ("generation.", 0, 1500),
    ("grid.", 0, 1500),
    ("market.", 0, 1500),
    ("carbon_free_ratio.", 0, 1),
    ("gpu.idle_share", 0, 1),
    ("gpu.full_load_ratio", 0, 1),
    ("gpu.", 0, 2_000_000),
    ("drive.hdd.embodied_grams", 0, 1_000_000),
    ("node.", 0, 2),
    ("drive.", 0, 10_000),
    ("rack.", 1, 10),
    ("copies.", 1, 20),
    ("rest.", 0, 1),
    ("archived.", 0, 1),
    ("changed.", 0, 1),
    ("network.", 0, 0.01),
    ("", -1e12, 1e12),
]
COMPLETE = {  # what each accelerator and drive must say
    "gpu": ("idle_watts", "max_watts", "embodied_grams", "memory_gib"),
    "node": ("idle_ratio", "full_ratio"),
    "drive.ssd": ("watts_per_terabyte", "embodied_grams_per_gigabyte"),
    "drive.hdd": ("watts_per_terabyte", "watts", "embodied_grams", "drives_per_terabyte"),
    "rack": ("watts_ratio", "embodied_ratio"),
    "fixed": ("watts", "embodied_grams"),
}

JOINED = {"storage_classes"}
"""Tables whose rows hold no figure of their own, but the names of such."""


def read(folder: Path) -> Tables:
    """All tables of a folder by name, every cell as text."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


def is_figures(table: list[Row]) -> bool:
    """Whether a table is one of figures, rather than one with a schema of its own."""
    return bool(table) and list(table[0])[:4] == FIGURE_COLUMNS[:4]


def number(text: str) -> float:
    """The number a cell holds; NaN, which no comparison accepts, where it holds none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def findings(tables: Tables) -> Iterator[str]:
    """Everything that is wrong, a line each; of tables without their columns only that."""
    shapeless = list(schema(tables))
    if shapeless:
        yield from shapeless
        return
    yield from figures(tables)
    yield from completeness(tables)
    yield from sources(tables)
    yield from keys(tables)
    yield from ranges(tables)
    yield from patterns(tables)


def schema(tables: Tables) -> Iterator[str]:
    """Columns, and cells to each of them."""
    for name, columns in SCHEMAS.items():
        if name not in tables:
            yield f"{name}.csv is missing"
        elif not tables[name] or list(tables[name][0]) != columns.split():
            yield f"{name}.csv: columns are not {columns}"
    for name, table in tables.items():
        if is_figures(table) and list(table[0]) not in FIGURE_TABLES:
            yield f"{name}.csv: columns are not {' '.join(FIGURE_COLUMNS)}"
        for index, row in enumerate(table, start=2):
            if None in row or None in row.values():
                yield f"{name}.csv:{index}: has not as many cells as columns"


def figures(tables: Tables) -> Iterator[str]:
    """Findings: an id stands once; low <= value <= high within what can be meant; known units."""
    seen: dict[str, str] = {}
    for name, row in every_figure(tables):
        where = f"{name}.csv: {row['id']}"
        if row["id"] in seen:
            yield f"{where}: stands in {seen[row['id']]}.csv too"
        seen[row["id"]] = name
        low, value, high = (number(row[column]) for column in ("low", "value", "high"))
        if not low <= value <= high or math.isinf(low) or math.isinf(high):
            yield f"{where}: not low <= value <= high: {row['low']}, {row['value']}, {row['high']}"
        least, most = next(
            (least, most) for prefix, least, most in RANGES if row["id"].startswith(prefix)
        )
        if not least <= low <= high <= most:
            yield f"{where}: outside {least} to {most}: {row['low']} to {row['high']}"
        if not row["unit"]:
            yield f"{where}: has no unit"
        if not 0 <= number(row.get("alike") or "1") <= 1:
            yield f"{where}: alike {row['alike']} is no part of a variance"
        if row["basis"] not in BASES:
            yield f"{where}: basis {row['basis']!r} is none of {', '.join(sorted(BASES))}"


def every_figure(tables: Tables) -> Iterator[tuple[str, Row]]:
    """All rows of all tables of figures, with the name of their table."""
    for name, table in tables.items():
        if is_figures(table):
            yield from ((name, row) for row in table)


def ids(tables: Tables) -> set[str]:
    """Ids of all figures."""
    return {row["id"] for _, row in every_figure(tables)}


def accelerators(tables: Tables) -> set[str]:
    """Accelerators that have a power figure."""
    return {
        id_[len("gpu.") : -len(".max_watts")]
        for id_ in ids(tables)
        if re.fullmatch(r"gpu\..+\.max_watts", id_)
    }


def microarchitectures(tables: Tables) -> set[str]:
    """Microarchitectures that have power figures."""
    return {
        row["name"] for row in tables.get("processors", []) if row["kind"] == "microarchitecture"
    }


def completeness(tables: Tables) -> Iterator[str]:
    """Each accelerator and class of storage has all its figures."""
    known = {row["id"]: row for _, row in every_figure(tables)}
    for prefix, endings in COMPLETE.items():
        parts = {
            id_.removesuffix(f".{end}")
            for id_ in known
            for end in endings
            if id_.startswith(f"{prefix}.")
        }
        for part in sorted(part for part in parts if part not in known):
            yield from (
                f"{part}.{end} is missing" for end in endings if f"{part}.{end}" not in known
            )
    for name in sorted(accelerators(tables)):
        idle, most = known.get(f"gpu.{name}.idle_watts"), known[f"gpu.{name}.max_watts"]
        if idle and number(idle["value"]) > number(most["value"]):
            yield f"gpu.{name}: idles above its maximum"


def sources(tables: Tables) -> Iterator[str]:
    """Every row of every table says where it is from; one that only joins others says it there."""
    for name, table in tables.items():
        if name in JOINED:
            continue
        for index, row in enumerate(table, start=2):
            if row.get("source", "") in ("", "pending", "none"):
                yield f"{name}.csv:{index}: has no source"


def keys(tables: Tables) -> Iterator[str]:
    """What one table names in another is there."""
    names, boards, known = microarchitectures(tables), accelerators(tables), ids(tables)
    for table in ("families", "cpu_names"):
        for row in tables.get(table, []):
            for name in (row["microarchitecture"], *filter(None, row.get("pool", "").split(";"))):
                if name not in names:
                    what = row.get("family", row.get("pattern"))
                    yield f"{table}.csv: {what}: no microarchitecture {name!r}"
    for table, column in (
        ("families", "gpu"),
        ("machine_types", "gpu"),
        ("whole_servers", "gpu"),
        ("accelerator_names", "accelerator"),
        ("accelerator_nodes", "accelerator"),
    ):
        for row in tables.get(table, []):
            if row[column] and row[column] not in boards:
                yield f"{table}.csv: no accelerator {row[column]!r}"
    yield from node_keys(tables.get("accelerator_nodes", []), boards, known)
    families = {
        (row["provider"], row["family"].lower())
        for row in tables.get("families", [])
        if not row["pattern"]
    }
    for row in tables.get("machine_types", []):
        if not any(
            (row["provider"], row["type"].lower()[:end]) in families
            for end in range(1, len(row["type"]) + 1)
        ):
            yield f"machine_types.csv: {row['type']}: no family"
    yield from region_keys(tables.get("regions", []), known)
    yield from coordinate_keys(tables.get("coordinates", []), tables.get("regions", []))
    yield from storage_keys(tables.get("storage_classes", []), known)
    yield from drive_keys(tables.get("local_drives", []), known, names)


def coordinate_keys(points: list[Row], regions: list[Row]) -> Iterator[str]:
    """Each place that a region has a name of stands on the map once, and no other does."""
    named = {(row["location"], row["country"]) for row in regions if row["location"]}
    known = [(row["location"], row["country"]) for row in points]
    for place in sorted(named):
        if known.count(place) != 1:
            yield f"coordinates.csv: {', '.join(place)} stands {known.count(place)} times"
    for place in sorted(set(known) - named):
        yield f"coordinates.csv: no region is at {', '.join(place)}"
    for row in points:
        if row["basis"] not in BASES:
            yield f"coordinates.csv: {row['location']}: basis {row['basis']!r} is none"


def drive_keys(drives: list[Row], known: set[str], names: set[str]) -> Iterator[str]:
    """Factors of local drives, and the microarchitectures of hosts as old as they, are there."""
    for row in drives:
        drive, made = row["drive"], row["made"] or row["drive"]
        power = "watts" if row["terabytes"] else "watts_per_terabyte"
        making = "embodied_grams" if row["terabytes"] else "embodied_grams_per_gigabyte"
        for name in (f"drive.{drive}.{power}", f"drive.{made}.{making}"):
            if name not in known:
                yield f"local_drives.csv: {row['class']}: no figure {name}"
        for name in filter(None, row["microarchitectures"].split(";")):
            if name not in names:
                yield f"local_drives.csv: {row['class']}: no microarchitecture {name!r}"


def node_keys(nodes: list[Row], boards: set[str], known: set[str]) -> Iterator[str]:
    """Each accelerator has one kind of node, and that its figures."""
    named = [row["accelerator"] for row in nodes]
    for board in sorted(boards):
        if named.count(board) != 1:
            yield f"accelerator_nodes.csv: {board} stands {named.count(board)} times"
    for row in nodes:
        if f"node.{row['node']}.full_ratio" not in known:
            yield f"accelerator_nodes.csv: {row['accelerator']}: no figures of node {row['node']!r}"


def storage_keys(classes: list[Row], known: set[str]) -> Iterator[str]:
    """Factors of storage classes are there, and each class stands once."""
    for row in classes:
        named = [f"drive.{row['drive']}.watts_per_terabyte"]
        named += [f"copies.{row['copies']}.ratio"] if row["copies"] else []
        named += [f"rest.{row['rest']}.watts_ratio"] if row["rest"] else []
        named += [f"{row['kept']}.share"] if row["kept"] else []
        for name in named:
            if name not in known:
                yield f"storage_classes.csv: {row['class']}: no figure {name}"
        if sum(other["class"] == row["class"] for other in classes) > 1:
            yield f"storage_classes.csv: {row['class']} stands twice"


def region_keys(regions: list[Row], known: set[str]) -> Iterator[str]:
    """Grid zones, rival figures and members of regions are there."""
    places = {(row["provider"], row["region"]) for row in regions}
    if len(places) < len(regions):
        yield "regions.csv: a region stands twice"
    for row in regions:
        where = f"regions.csv: {row['provider']} {row['region']}"
        weights = [part.partition(":") for part in row["grid"].split()]
        for zone, _, _ in weights:
            if f"grid.electricitymaps.{zone}" not in known:
                yield f"{where}: no figure of grid zone {zone}"
        if weights and not math.isclose(sum(number(weight or "1") for _, _, weight in weights), 1):
            yield f"{where}: the weights of its zones do not sum to 1"
        named = f"{row['own']} {row['direct']} {row['rivals']}".split()
        yield from (f"{where}: no figure {name}" for name in named if name not in known)
        members = [member for member in row["members"].split() if member != "*"]
        yield from (
            f"{where}: no member {member}"
            for member in members
            if (row["provider"], member) not in places
        )
        if not row["grid"] and not row["members"]:
            yield f"{where}: neither a grid zone nor members"


def ranges(tables: Tables) -> Iterator[str]:
    """Numbers of the tables with a schema of their own."""
    for name, table in tables.items():
        for index, row in enumerate(table, start=2):
            for columns, (least, most) in NUMBERS.items():
                for column in columns.split():
                    text = row.get(column) or ""
                    if text in ("", "host", "server"):
                        continue
                    if not least <= number(text) <= most:
                        yield f"{name}.csv:{index}: {column} {text} is outside {least} to {most}"


def patterns(tables: Tables) -> Iterator[str]:
    """Patterns are regular expressions."""
    for name, table in tables.items():
        for index, row in enumerate(table, start=2):
            try:
                re.compile(row.get("pattern") or "")
            except re.error as error:
                yield f"{name}.csv:{index}: {row['pattern']}: {error}"


def old(tables: Tables, years: int) -> Iterator[str]:
    """Rows whose figure is older than so many years."""
    before = datetime.datetime.now(tz=datetime.UTC).year - years
    for name, table in tables.items():
        for row in table:
            if number(row.get("year") or "nan") < before:
                what = (
                    row.get("id")
                    or row.get("name")
                    or row.get("service")
                    or row.get("region")
                    or row.get("family")
                    or row.get("type")
                )
                yield f"{row['year']} {name}.csv: {what}"


def frozen(tables: Tables) -> str:
    """Every table, one row a line, without the words about where it is from."""
    lines = []
    for name, table in sorted(tables.items()):
        for row in table:
            cells = (
                f"{key}={cell}"
                for key, cell in row.items()
                if cell and key not in ("source", "note")
            )
            lines.append(f"{name}: {' '.join(cells)}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the tables lie")
    parser.add_argument(
        "--years", type=int, default=5, help="print rows older than this (default: 5)"
    )
    parser.add_argument("--freeze", action="store_true", help="write all figures, one row a line")
    parser.add_argument(
        "--frozen",
        type=Path,
        default=FROZEN,
        help=f"where to (default: {FROZEN.relative_to(ROOT)})",
    )
    settings = parser.parse_args(arguments)
    tables = read(settings.folder)
    wrong = list(findings(tables))
    for finding in wrong:
        print(f"WRONG {finding}")
    for line in old(tables, settings.years):
        print(f"OLD   {line}")
    rows = sum(len(table) for table in tables.values())
    print(f"{len(tables)} tables, {rows} rows, {len(ids(tables))} figures, {len(wrong)} wrong")
    if settings.freeze and not wrong:
        settings.frozen.write_text(frozen(tables), encoding="utf-8")
        print(f"written: {settings.frozen}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
