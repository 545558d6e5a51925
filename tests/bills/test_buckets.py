"""Bills in a bucket: S3 as moto has it, Cloud Storage on loopback; what may not be read is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from cloud_carbon_exporter.bills import buckets
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.providers.aws.client.clients import Clients
from tests.bills.google import Google
from tests.bills.told import CUR, GOOGLE, told

pytestmark = pytest.mark.slow

PLENTY = 1 << 30
MONTH = "exports/shop/data/BILLING_PERIOD=2026-02"
MANIFEST = "exports/shop/metadata/BILLING_PERIOD=2026-02/shop-Manifest.json"
OLD, NEW = "0b5f2d1c-0a4e-4f3e-9a57-aa11bb22cc33", "f7a3c0de-11d2-4b8b-8f00-0123456789ab"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
    "AWS_SECRET_ACCESS_KEY": "very-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The same S3 as a test fills it."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    client = Session().create_client("s3", region_name="us-east-1", endpoint_url=moto)
    client.create_bucket(Bucket="bills")
    return client


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Google]:
    with Google().running() as fake:
        for name, value in fake.environment(tmp_path).items():
            monkeypatch.setenv(name, value)
        yield fake


def copied(url: str, folder: Path) -> tuple[str, ...]:
    folder.mkdir(exist_ok=True)
    return buckets.copy(url, folder, PLENTY)


def test_a_bill_in_s3_is_that_of_its_files(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts, the newest version of a month alone, and nothing of a name that begins alike."""
    monkeypatch.setattr(buckets, "_PART_BYTES", 1000)
    whole = CUR.read_bytes()
    said = {"dataFiles": [f"s3://bills/{MONTH}/{NEW}/shop-1.csv"]}
    s3.put_object(Bucket="bills", Key=f"{MONTH}/{OLD}/shop-1.csv", Body=whole[:3000])
    s3.put_object(Bucket="bills", Key=f"{MONTH}/{NEW}/shop-1.csv", Body=whole)
    s3.put_object(Bucket="bills", Key=MANIFEST, Body=json.dumps(said).encode())
    s3.put_object(Bucket="bills", Key="exports-old/shop-1.csv", Body=whole)
    left_out = copied("s3://bills/exports", tmp_path / "copy")
    assert left_out == ("left out: older versions of months (files 1, months 1)",)
    assert [file.read_bytes() for file in (tmp_path / "copy").iterdir()] == [whole]
    there = told(tmp_path / "copy", "kind").sum_of("emissions_grams")
    assert there == pytest.approx(told(CUR, "kind").sum_of("emissions_grams"))


def test_one_object_is_a_bill(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="bills", Key="one/a#b?.csv", Body=CUR.read_bytes())
    assert copied("s3://bills/one/a#b?.csv", tmp_path / "copy") == ()
    assert [file.name for file in (tmp_path / "copy").iterdir()] == ["000000.csv"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://bills/nothing-there", "holds nothing"),
        ("s3://no-such-bucket/a", "no-such-bucket .*ListBucket: NoSuchBucket"),
    ],
)
def test_what_is_not_in_s3_is_told(s3: Any, tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(BadBill, match=words):
        copied(url, tmp_path / "copy")


def test_a_bill_beyond_the_limit_is_refused_before_it_is_copied(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="bills", Key="large/a.csv", Body=b"x" * 4096)
    with pytest.raises(BadBill, match=r"more than -from\.most allows"):
        buckets.copy("s3://bills/large", tmp_path, 4095)
    assert list(tmp_path.glob("*.csv")) == []


def test_a_bill_in_cloud_storage_is_that_of_its_files(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "_PART_BYTES", 700)
    lines = GOOGLE.read_bytes().splitlines(keepends=True)
    google.objects = {f"exports/bill-{number:012}.jsonl": line for number, line in enumerate(lines)}
    google.objects["exports-old/bill.jsonl"] = b"{}"
    copied("gs://shop-bills/exports/", tmp_path / "copy")
    there = told(tmp_path / "copy", "kind").sum_of("emissions_grams")
    assert there == pytest.approx(told(GOOGLE, "kind").sum_of("emissions_grams"))
    assert {path for path, _ in google.asked if path.endswith("/o")} == {
        "/storage/v1/b/shop-bills/o"
    }


@pytest.mark.parametrize(
    ("refused", "permission"), [("/o/", "storage.objects.get"), ("/o", "storage.objects.list")]
)
def test_a_permission_of_google_that_lacks_is_named(
    google: Google, tmp_path: Path, refused: str, permission: str
) -> None:
    google.objects, google.refuses = {"a.csv": b"x"}, refused
    with pytest.raises(BadBill, match=permission):
        copied("gs://shop-bills", tmp_path / "copy")


@pytest.mark.parametrize(
    ("method", "permission"),
    [("list_objects_v2", "s3:ListBucket"), ("get_object", "s3:GetObject")],
)
def test_a_permission_of_s3_that_lacks_is_named(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, permission: str
) -> None:
    s3.put_object(Bucket="bills", Key="closed/a.csv", Body=b"x")
    stock = Clients._make

    async def refuse(**_: object) -> None:
        said = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
        raise ClientError(said, method)

    async def made(clients: Clients, service: str, region: str) -> Any:
        client = await stock(clients, service, region)
        setattr(client, method, refuse)
        return client

    monkeypatch.setattr(Clients, "_make", made)
    with pytest.raises(BadBill, match=permission):
        copied("s3://bills/closed", tmp_path / "copy")


@pytest.mark.parametrize("url", ["https://example.org/bill.csv", "azure://a/b", "s3://"])
def test_other_urls_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadBill, match=r"s3://BUCKET/PREFIX and gs://BUCKET/PREFIX are"):
        buckets.copy(url, tmp_path, PLENTY)
