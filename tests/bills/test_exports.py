"""Exports: told apart by their columns, read in every spelling and form, and refused with words."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.columns import Columns, key_of
from cloud_carbon_exporter.bills.exports import EXPORTS, check, export_of
from tests.bills.told import CUR, FOCUS, GOOGLE, Told, told

pytestmark = pytest.mark.slow

NAMES = {
    "lineItem/UsageType": "line_item_usage_type",
    "LINE_ITEM_USAGE_TYPE": "line_item_usage_type",
    "ChargePeriodStart": "chargeperiodstart",
    "service.description": "service_description",
    "resourceTags/user:team": "resource_tags_user_team",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def without(row: Mapping[str, str], column: str) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != column}


def assert_same(one: Told, other: Told) -> None:
    """The same groups, but for the order in which an engine adds up."""
    assert len(one.groups) == len(other.groups)
    for ours, theirs in zip(one.groups, other.groups, strict=True):
        for name, value in ours.items():
            numeric = isinstance(value, float)
            assert (pytest.approx(value) if numeric else value) == theirs[name], name


@pytest.mark.parametrize(("spelled", "known"), NAMES.items())
def test_spellings_are_one_column(spelled: str, known: str) -> None:
    assert key_of(spelled) == key_of(known)


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (list(rows_of(FOCUS)[0]), "focus"),
        ([name.lower() for name in rows_of(FOCUS)[0]], "focus"),
        (list(rows_of(CUR)[0]), "cur2"),
        (["lineItem/UsageType", "lineItem/LineItemType"], "cur2"),
        (["usage_start_time", "sku.description"], "gcp"),
    ],
)
def test_exports_are_told_apart(columns: list[str], name: str) -> None:
    table = ibis.table(dict.fromkeys(columns, "string"), name="t")
    assert export_of(table, "auto") is EXPORTS[name]


def test_two_exports_in_one_are_refused() -> None:
    columns = ["ChargePeriodStart", "ChargeCategory", "usage_start_time", "sku.description"]
    with pytest.raises(BadBill, match="more than one export, FOCUS and usage cost export"):
        export_of(ibis.table(dict.fromkeys(columns, "string"), name="t"), "auto")


@pytest.mark.parametrize("export", EXPORTS.values(), ids=lambda export: export.name)
def test_what_is_missing_is_told_with_where_it_is_switched_on(export: object) -> None:
    for known in EXPORTS.values():
        table = ibis.table(dict.fromkeys(known.known_by, "string"), name="t")
        with pytest.raises(BadBill, match="it has no column") as refused:
            check(table, known, amortised=True)
        first = next(name for name in known.required if name not in known.known_by)
        assert first.partition("|")[0] in str(refused.value)
        assert known.required[first] in str(refused.value)


def test_what_is_missing_of_the_optional_is_said(tmp_path: Path) -> None:
    rows = [without(row, "line_item_resource_id") for row in rows_of(CUR)]
    bill = told(write(tmp_path / "cur.csv", rows))
    assert "no column line_item_resource_id" in bill.summary.absent[0]


def test_tags_are_read_in_every_form() -> None:
    pairs = pa.map_(pa.string(), pa.string())
    listed = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
    table = pa.table(
        {
            "map": pa.array([[("team", "a")], None], pairs),
            "list": pa.array(
                [[{"key": "env", "value": "x"}, {"key": "team", "value": "a"}], []], listed
            ),
            "json": pa.array(['{"env": "x", "team": "a"}', "{broken"], pa.string()),
            "pairs": pa.array(['[{"key":"team","value":"a"}]', None], pa.string()),
        }
    )
    held = ibis.memtable(table)
    columns = Columns.of(held)
    read = held.select(**{name: columns.keyed(name, "none", "team") for name in table.column_names})
    assert read.to_pyarrow().to_pylist() == [
        dict.fromkeys(table.column_names, "a"),
        dict.fromkeys(table.column_names, ""),
    ]


def test_a_legacy_report_has_the_same_rows(tmp_path: Path) -> None:
    """Its names have strokes, and a tag is a column."""
    spelled = {
        "bill": "bill/",
        "line_item": "lineItem/",
        "pricing": "pricing/",
        "product": "product/",
        "reservation": "reservation/",
        "savings_plan": "savingsPlan/",
        "split_line_item": "splitLineItem/",
        "identity": "identity/",
    }
    old: list[dict[str, str]] = []
    for row in rows_of(CUR):
        renamed: dict[str, str] = {}
        for name, value in row.items():
            group = next((each for each in spelled if name.startswith(f"{each}_")), "")
            words = name.removeprefix(f"{group}_").split("_")
            renamed[spelled.get(group, "") + "".join(map(str.capitalize, words))] = value
        renamed["resourceTags/user:team"] = "shop" if "shop" in row["resource_tags"] else ""
        del renamed["ResourceTags"]
        old.append(renamed)
    before = told(write(tmp_path / "old.csv", old), "tag:team,kind")
    now = told(CUR, "tag:team,kind")
    assert_same(before, now)


def test_files_of_a_folder_are_one_bill(tmp_path: Path) -> None:
    """Partitions, compressed or not; a file that lacks a column has nothing in it."""
    half = tmp_path / "BILLING_PERIOD=2026-02"
    half.mkdir()
    rows = rows_of(CUR)
    less = [without(row, "resource_tags") for row in rows[6:]]
    write(half / "a.csv", rows[:6])
    plain = write(tmp_path / "b.csv", less)
    with gzip.open(tmp_path / "b.csv.gz", "wb") as packed:
        packed.write(plain.read_bytes())
    plain.unlink()
    (tmp_path / "x-Manifest.json").write_text("{}")
    whole = told(CUR, "kind")
    assert_same(told(tmp_path, "kind"), whole)


def test_parquet_with_its_own_types_is_the_same_bill(tmp_path: Path) -> None:
    """As Data Exports writes it: moments with a zone, numbers, tags and products as maps."""
    table = pyarrow.csv.read_csv(
        CUR, convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    )
    pairs = pa.map_(pa.string(), pa.string())
    tags = [
        [("user_team", "shop")] if "shop" in (row or "") else []
        for row in table["resource_tags"].to_pylist()
    ]
    moments = table["line_item_usage_start_date"].cast(pa.timestamp("ms", "UTC"))
    place = table.column_names.index("line_item_usage_start_date")
    typed = table.set_column(place, "line_item_usage_start_date", moments)
    typed = typed.drop_columns(["resource_tags", "product_instance_type"])
    typed = typed.append_column("resource_tags", pa.array(tags, pairs))
    kinds = [[("instance_type", row or "")] for row in table["product_instance_type"].to_pylist()]
    typed = typed.append_column("product", pa.array(kinds, pairs))
    pyarrow.parquet.write_table(typed, tmp_path / "cur.snappy.parquet")
    again = told(tmp_path, "tag:team,kind,day")
    assert_same(again, told(CUR, "tag:team,kind,day"))


def test_google_as_csv_is_the_same_bill(tmp_path: Path) -> None:
    """Flat columns, lists as JSON: how tools write what BigQuery nests."""
    flat: list[dict[str, str]] = []
    for line in GOOGLE.read_text(encoding="utf-8").splitlines():
        row: dict[str, str] = {}
        for name, value in json.loads(line).items():
            inner = value if isinstance(value, Mapping) else {"": value}
            for field, held in inner.items():
                told_value = json.dumps(held) if isinstance(held, list) else held
                row[f"{name}.{field}".rstrip(".")] = "" if told_value is None else str(told_value)
        flat.append(row)
    every = dict.fromkeys((name for row in flat for name in row), "")
    whole = [every | row for row in flat]
    bill = told(write(tmp_path / "google.csv", whole), "account,kind,tag:team")
    assert_same(bill, told(GOOGLE, "account,kind,tag:team"))


def test_an_allocated_charge_beside_its_origin_counts_once(tmp_path: Path) -> None:
    """FOCUS 1.3: where the origin is there too, its parts are none of their own."""
    rows = [{**row, "AllocatedMethodId": ""} for row in rows_of(FOCUS)[:2]]
    parts = [
        {**rows[0], "AllocatedMethodId": "pods", "ConsumedQuantity": hours, "BilledCost": "0"}
        for hours in ("500", "244")
    ]
    alone = told(write(tmp_path / "origin.csv", rows)).sum_of("energy_kilowatt_hours")
    beside = told(write(tmp_path / "beside.csv", [*rows, *parts]))
    instead = told(write(tmp_path / "instead.csv", [*parts, rows[1]]))
    assert beside.sum_of("energy_kilowatt_hours") == pytest.approx(alone)
    assert instead.sum_of("energy_kilowatt_hours") == pytest.approx(alone)
    assert sum(row["rows"] for row in beside.groups) == 4


def test_providers_by_their_names_of_focus_1_4(tmp_path: Path) -> None:
    """ProviderName and PublisherName are gone; what others sell or run is named, and not lost."""
    rows: list[dict[str, str]] = []
    for row in rows_of(FOCUS):
        kept = without(without(row, "ProviderName"), "PublisherName")
        rows.append({**kept, "ServiceProviderName": "AWS", "HostProviderName": "AWS"})
    usage = rows[0]
    rows.append({**usage, "ServiceProviderName": "Microsoft", "HostProviderName": "Microsoft"})
    rows.append({**usage, "ServiceProviderName": "Shop SaaS", "HostProviderName": "AWS"})
    before = told(write(tmp_path / "before.csv", rows[:-2]), "month")
    bill = told(write(tmp_path / "now.csv", rows), "month")
    assert bill.sum_of("emissions_grams") == pytest.approx(before.sum_of("emissions_grams"))
    assert bill.sum_of("emissions_grams") > 0
    reasons = {line.reason: line.cost for line in bill.summary.ledger if line.provider != "aws"}
    assert reasons == {
        "Microsoft is not estimated": pytest.approx(float(usage["BilledCost"])),
        "Shop SaaS is not estimated": pytest.approx(float(usage["BilledCost"])),
    }


def test_amounts_that_cannot_be_counted_are_told(tmp_path: Path) -> None:
    usage = rows_of(FOCUS)[0]
    rows = [
        {**usage, "ConsumedQuantity": "-3", "BilledCost": "-0.3"},
        {**usage, "ConsumedQuantity": "NULL", "PricingQuantity": "NULL"},
        {**usage, "ConsumedQuantity": "many", "PricingQuantity": "many"},
        {**usage, "ChargePeriodStart": "some day"},
    ]
    bill = told(write(tmp_path / "odd.csv", rows))
    reasons = {line.reason: line.rows for line in bill.summary.ledger}
    assert reasons == {
        "a negative amount": 1,
        "usage without an amount": 2,
        "no time that can be read": 1,
    }
    assert sum(row["cost"] for row in bill.groups) == pytest.approx(3 * 71.424 - 0.3)


def test_a_name_in_a_tag_is_a_name_whatever_it_holds(tmp_path: Path) -> None:
    """Nothing in a bill or in what is asked becomes SQL, or a pattern."""
    odd = "a'; DROP TABLE bill; --"
    row = {**rows_of(FOCUS)[0], "Tags": json.dumps({odd: "x'y\\z", "a.*": "no"})}
    path = write(tmp_path / "odd.csv", [row])
    assert told(path, f"tag:{odd}").summary.groups[0].keys == ("x'y\\\\z",)
    assert told(path, "tag:a.+").summary.groups[0].keys == ("-",)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bill.parquet", b"no parquet at all", "cannot be read"),
        ("bill.csv", b"", "is empty"),
        ("bill.csv.gz", b"no gzip", "cannot be read"),
        ("bill.txt", b"a,b\n", "holds no file that ends in"),
    ],
)
def test_a_bad_file_is_told_of_in_one_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadBill, match=words) as refused:
        told(tmp_path)
    assert "\n" not in str(refused.value)


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(BadBill, match="is not there"):
        told("/nowhere/at/all")
