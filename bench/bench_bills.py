"""Seconds and memory of `history` over a made-up bill in FOCUS, as Parquet: 10 million rows.

python -m bench.bench_bills [--rows 10000000] [--by month,account,service,kind] [--to csv]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

BUDGET_SECONDS = 60
BUDGET_MEGABYTES = 2000
_USAGES = (
    ("AmazonEC2", "BoxUsage:m5.large", "Hours", 1.0),
    ("AmazonEC2", "BoxUsage:c6g.xlarge", "Hours", 1.0),
    ("AmazonEC2", "BoxUsage:r5.2xlarge", "Hours", 1.0),
    ("AmazonEC2", "SpotUsage:m6i.4xlarge", "Hours", 1.0),
    ("AmazonEC2", "EBS:VolumeUsage.gp3", "GB-Months", 0.13),
    ("AmazonEC2", "EBS:SnapshotUsage", "GB-Months", 0.02),
    ("AmazonEC2", "NatGateway-Bytes", "GB", 3.0),
    ("AmazonRDS", "InstanceUsage:db.m5.2xl", "Hours", 1.0),
    ("AmazonRDS", "RDS:GP3-Storage", "GB-Months", 0.2),
    ("AmazonS3", "TimedStorage-ByteHrs", "GB-Months", 1.2),
    ("AmazonS3", "Requests-Tier1", "Requests", 900.0),
    ("AWSLambda", "Lambda-GB-Second", "Seconds", 400.0),
    ("AmazonECS", "Fargate-vCPU-Hours:perCPU", "Hours", 0.5),
    ("AWSQueueService", "Requests-Tier1", "Requests", 4000.0),
    ("AmazonNewThing", "Thing-Hours", "Hours", 1.0),
    ("AWSELB", "LoadBalancerUsage", "Hours", 1.0),
)
_REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-west-3", "eu-central-1", "ap-northeast-1")
_QUERY = """
COPY (
    SELECT
        usages.usage AS x_UsageType, usages.service AS ServiceName, usages.unit AS ConsumedUnit,
        usages.amount * (1 + i % 7) AS ConsumedQuantity,
        regions.region AS RegionId,
        printf('%012d', 100000000000 + i % 40) AS SubAccountId,
        'i-' || printf('%017d', (i * 7919) % 200000) AS ResourceId,
        TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_hours(i // 4000 % 2160) AS ChargePeriodStart,
        TIMESTAMPTZ '2026-01-01 01:00:00Z' + to_hours(i // 4000 % 2160) AS ChargePeriodEnd,
        CASE WHEN i % 97 = 0 THEN 'Credit' ELSE 'Usage' END AS ChargeCategory,
        0.01 * (1 + i % 11) AS BilledCost, 'USD' AS BillingCurrency, 'AWS' AS ProviderName,
        MAP {{'team': 'team-' || (i % 25)}} AS Tags
    FROM range({rows}) AS all_rows(i)
    JOIN usages ON usages.number = i % {usages}
    JOIN regions ON regions.number = i // 16 % {regions}
) TO '{path}' (FORMAT parquet)
"""


def make(path: Path, rows: int) -> None:
    """Write the bill: DuckDB makes the rows itself."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE usages (number INT, service TEXT, usage TEXT, unit TEXT, amount DOUBLE)"
    )
    for number, usage in enumerate(_USAGES):
        connection.execute("INSERT INTO usages VALUES (?, ?, ?, ?, ?)", [number, *usage])
    connection.execute("CREATE TABLE regions (number INT, region TEXT)")
    for number, region in enumerate(_REGIONS):
        connection.execute("INSERT INTO regions VALUES (?, ?)", [number, region])
    connection.execute("SET memory_limit = '1GB'")
    connection.execute(
        _QUERY.format(rows=rows, usages=len(_USAGES), regions=len(_REGIONS), path=path)
    )
    connection.close()


def run(bill: Path, by: str, to: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak megabytes of one history."""
    command = [sys.executable, "-m", "cloud_carbon_exporter", "history", "-from", str(bill)]
    command += ["-by", by, "-to", to, "-output", str(bill.with_name(f"history.{to}"))]
    began = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"history ended with {process.returncode}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    """Print the figures beside their budgets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--by", default="month,account,service,kind")
    parser.add_argument("--to", default="csv")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-bills-") as folder:
        bill = Path(folder) / "bill.parquet"
        make(bill, asked.rows)
        seconds, processor, megabytes = run(bill, asked.by, asked.to)
        size = bill.stat().st_size / 1e6
    print(
        f"{asked.rows} rows ({size:.0f} MB) by {asked.by} to {asked.to}: {seconds:.1f} s "
        f"(budget {BUDGET_SECONDS}), {processor:.1f} s of processors, {megabytes:.0f} MB at most "
        f"(budget {BUDGET_MEGABYTES}), {asked.rows / seconds / 1000:.0f} thousand rows a second"
    )


if __name__ == "__main__":
    main()
