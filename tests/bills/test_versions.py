"""Months that stand several times: the newest counts, and nothing is guessed or lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.files import Files, counting, files_of
from cloud_carbon_exporter.bills.versions import manifest
from tests.bills.told import CUR, told

pytestmark = pytest.mark.slow

JANUARY = "shop/data/BILLING_PERIOD=2026-01"
OLD, NEW = "0b5f2d1c-0a4e-4f3e-9a57-aa11bb22cc33", "f7a3c0de-11d2-4b8b-8f00-0123456789ab"
AT = "shop/metadata/BILLING_PERIOD=2026-01/shop-Manifest.json"
URI = f"s3://bucket/exports/{JANUARY}"


def kept(paths: list[str], *manifests: tuple[str, object]) -> list[str]:
    read = [manifest(path, json.dumps(said)) for path, said in manifests]
    return list(counting(paths, read).files)


def lay(root: Path, paths: dict[str, str]) -> Files:
    for path, text in paths.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return files_of(str(root))


def test_a_manifest_names_the_newest_of_data_exports() -> None:
    paths = [f"{JANUARY}/{version}/shop-00001.snappy.parquet" for version in (OLD, NEW)]
    february = "shop/data/BILLING_PERIOD=2026-02/2f0c/shop-00001.snappy.parquet"
    for version, newest in ((OLD, 0), (NEW, 1)):
        said = {"dataFiles": [f"{URI}/{version}/shop-00001.snappy.parquet"]}
        assert kept([*paths, february], (AT, said)) == [paths[newest], february]


def test_a_manifest_names_the_newest_of_the_older_report() -> None:
    """That of the month is of the newest; each assembly has its own too."""
    month = "cur/shop/20260101-20260201"
    paths = [f"{month}/{version}/shop-1.csv.gz" for version in (NEW, OLD)]
    keys = [
        {"assemblyId": name, "reportKeys": [f"a/{month}/{name}/shop-1.csv.gz"]}
        for name in (NEW, OLD)
    ]
    manifests = [
        (f"{month}/shop-Manifest.json", keys[1]),
        (f"{month}/{NEW}/shop-Manifest.json", keys[0]),
        (f"{month}/{OLD}/shop-Manifest.json", keys[1]),
    ]
    assert kept(paths, *manifests) == [paths[1]]


def test_the_last_run_of_azure_counts() -> None:
    month = "costs/20260101-20260131"
    paths = [f"{month}/{version}/part_0_0001.csv" for version in (OLD, NEW)]
    manifests = [
        (
            f"{month}/{version}/manifest.json",
            {
                "blobs": [{"blobName": f"root/{month}/{version}/part_0_0001.csv"}],
                "runInfo": {"submittedTime": moment},
            },
        )
        for version, moment in ((OLD, "2026-02-03T01:00:00Z"), (NEW, "2026-02-02T01:00:00Z"))
    ]
    assert kept(paths, *manifests) == [paths[0]]


def test_without_a_manifest_the_moment_in_the_name_counts() -> None:
    names = [f"2026-02-0{day}T03:04:05.678Z-{OLD}" for day in (1, 3, 2)]
    paths = [f"{JANUARY}/{name}/shop-00001.parquet" for name in names]
    assert kept(paths) == [paths[1]]


def test_without_either_nothing_is_guessed() -> None:
    paths = [f"{JANUARY}/{version}/shop-00001.parquet" for version in (OLD, NEW)]
    with pytest.raises(BadBill, match="BILLING_PERIOD=2026-01 several times, and no manifest"):
        kept(paths)


def test_other_partitions_below_a_month_are_all_of_it() -> None:
    paths = [f"{JANUARY}/account={number}/a.parquet" for number in (1, 2)]
    assert kept(paths) == paths


def test_a_part_that_is_not_there_is_told() -> None:
    said = {"dataFiles": [f"{URI}/shop-00001.parquet", f"{URI}/shop-00002.parquet"]}
    with pytest.raises(BadBill, match=r"is not whole: .*shop-00002.parquet, which is not there"):
        kept([f"{JANUARY}/shop-00001.parquet"], (AT, said))


def test_a_chunk_of_a_longer_writing_is_left_out() -> None:
    """A copy that only adds keeps it; another export in the same folder is no chunk of it."""
    said = {"dataFiles": [f"{URI}/shop-00001.csv.gz"]}
    other = f"{JANUARY}/tills-00002.csv.gz"
    paths = [f"{JANUARY}/shop-00001.csv.gz", f"{JANUARY}/shop-00002.csv.gz", other]
    assert kept(paths, (AT, said)) == [paths[0], other]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"dataFiles": 3}', '{"dataFiles": ["x.csv"]}'])
def test_what_is_no_manifest_tells_nothing(text: str) -> None:
    assert manifest(AT, text) is None


def test_files_of_a_month_are_known_from_within_it_too(tmp_path: Path) -> None:
    bills = {f"{JANUARY}/{version}/shop-1.csv": version for version in (OLD, NEW)}
    said = json.dumps({"dataFiles": [f"{URI}/{NEW}/shop-1.csv"]})
    whole = lay(tmp_path, {**bills, AT: said})
    assert whole.by_form == {"csv": (str(tmp_path / JANUARY / NEW / "shop-1.csv"),)}
    assert whole.told == ("left out: older versions of months (files 1, months 1)",)
    with pytest.raises(BadBill, match="several times"):
        files_of(str(tmp_path / JANUARY))


@pytest.mark.slow
def test_a_restated_month_replaces_the_one_before(tmp_path: Path) -> None:
    lines = CUR.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = {OLD: "".join(lines[:-2]), NEW: "".join(lines)}
    bills = {f"{JANUARY}/{version}/shop-1.csv": text for version, text in rows.items()}
    said = json.dumps({"dataFiles": [f"{URI}/{NEW}/shop-1.csv"]})
    lay(tmp_path, {**bills, AT: said})
    restated, alone = told(tmp_path, "kind"), told(CUR, "kind")
    for column in ("cost", "emissions_grams"):
        assert restated.sum_of(column) == pytest.approx(alone.sum_of(column))
    assert "older versions" in restated.summary.absent[0]


@pytest.mark.slow
def test_a_file_that_was_copied_counts_once(tmp_path: Path) -> None:
    shutil.copy(CUR, tmp_path / "a.csv")
    shutil.copy(CUR, tmp_path / "b.csv")
    once, twice = told(CUR, "kind"), told(tmp_path, "kind")
    assert twice.sum_of("emissions_grams") == pytest.approx(once.sum_of("emissions_grams"))
    assert twice.summary.absent[0] == "left out: copies of other files (1)"
