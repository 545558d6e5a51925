"""First figures of an AWS account: when each heavy kind is answered, and when it is shown.

    python -m bench.bench_first_figures [--instances 1000] [--regions one,all] [--against SECONDS]

moto has a process of its own, which notes the moment of each answer; the exporter is the program as
it is started. Wall time on a busy machine says little, so the CPU of both stands beside it.

Budget: EC2, EBS, RDS and S3 within 2 s of their answers, and no later than 1.5 times the original
exporter on the same estate (4.0 s at 1,000 instances in one region, on an idle machine).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.moto_estate import KEYS, REGION, api
from tests.e2e.programs import surroundings

from bench.noting_moto import Answer

BUDGET_SECONDS = 2.0
ORIGINAL_SECONDS = 4.0
BUDGET_TIMES = 1.5
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 600.0
DATABASES = BUCKETS = 20

ANSWERED_BY: Mapping[str, str] = {
    "ec2/instance": "ec2 DescribeInstances",
    "ec2/volume": "ec2 DescribeVolumes",
    "rds/db_instance": "rds DescribeDBInstances",
    "s3/bucket": "s3 ListBuckets",
}
_POWER = re.compile(r'^cloud_carbon_power_watts\{[^\n]*?kind="([^"]+)"', re.MULTILINE)


@dataclass(slots=True)
class Program:
    """A process, its first line that matters, and what it has used of the machine."""

    popen: subprocess.Popen[str]
    found: re.Match[str]
    lines: list[str] = field(default_factory=list)

    @property
    def cpu_seconds(self) -> float:
        """CPU it has used so far."""
        text = Path(f"/proc/{self.popen.pid}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def program(pattern: str, *arguments: str, **more: str) -> Iterator[Program]:
    """A Python program that has said a line like this; it ends with the block."""
    with tempfile.TemporaryDirectory() as home:
        popen = subprocess.Popen(
            [sys.executable, *arguments],
            env=surroundings(Path(home), more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert popen.stdout is not None
        found = None
        while found is None:
            line = popen.stdout.readline()
            assert line, f"it ended: {arguments}"
            found = re.search(pattern, line)
        started = Program(popen, found)

        def read() -> None:
            assert popen.stdout is not None
            started.lines.extend(iter(popen.stdout.readline, ""))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            yield started
        finally:
            popen.terminate()
            popen.wait()
            reader.join()
            popen.stdout.close()


def seed(url: str, instances: int) -> None:
    """One region with machines, each with its volume, databases and buckets."""
    ec2, rds, s3 = (api(url, name) for name in ("ec2", "rds", "s3"))
    for first in range(0, instances, 500):
        count = min(500, instances - first)
        machine = {"ImageId": "ami-12c6146b", "InstanceType": "m5.large"}
        ec2.run_instances(**machine, MinCount=count, MaxCount=count)
    for number in range(DATABASES):
        rds.create_db_instance(
            DBInstanceIdentifier=f"db-{number}",
            DBInstanceClass="db.m5.large",
            Engine="postgres",
            AllocatedStorage=100,
        )
    for number in range(BUCKETS):
        where = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=f"bench-{number}", CreateBucketConfiguration=where)


@dataclass(slots=True)
class Seen:
    """What /metrics and /readyz showed, by the moment: seconds from the start."""

    whole: dict[str, float] = field(default_factory=dict)
    first: float = 0.0
    ready: float = 0.0
    publications: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    text: str = ""
    cpu: list[tuple[float, float]] = field(default_factory=list)

    def cpu_at(self, moment: float) -> float:
        """Our CPU up to a moment, as the last look before it told."""
        return max((cpu for at, cpu in self.cpu if at <= moment), default=0.0)


def watch(exporter: Program, url: str, began: float, wanted: Mapping[str, int]) -> Seen:
    """Ask again and again, until the first collection has ended."""
    seen = Seen()
    while not seen.ready and time.time() - began < PATIENCE_SECONDS:
        status, said = _fetch(f"{url}/readyz")
        _, seen.text = _fetch(f"{url}/metrics")
        now = time.time() - began
        seen.cpu.append((now, exporter.cpu_seconds))
        counts = dict.fromkeys(wanted, 0)
        for kind in _POWER.findall(seen.text):
            counts[kind] = counts.get(kind, 0) + 1
        if not seen.first and any(counts.values()):
            seen.first = now
        for kind, count in wanted.items():
            if counts[kind] >= count:
                seen.whole.setdefault(kind, now)
        made = re.search(r"^\w+_last_collection_timestamp_seconds (\S+)", seen.text, re.MULTILINE)
        if made:
            seen.publications.add(made[1])
        if not seen.said or seen.said[-1] != said.strip():
            seen.said.append(said.strip())
        if status == 200:
            seen.ready = now
        time.sleep(POLL_SECONDS)
    return seen


def _fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _sum(text: str, family: str) -> float:
    return sum(map(float, re.findall(rf"^{family}(?:{{[^\n]*}})? (\S+)", text, re.MULTILINE)))


def stock_seconds(url: str) -> float:
    """Seconds in which botocore, as it comes, lists the machines of the region."""
    ec2 = api(url, "ec2")
    began = time.perf_counter()
    for _ in ec2.get_paginator("describe_instances").paginate():
        continue
    return time.perf_counter() - began


@contextmanager
def exporting(url: str, regions: str) -> Iterator[Program]:
    """The exporter over moto, as it is started."""
    target: dict[str, Any] = {"provider": "aws"}
    if regions == "one":
        target["regions"] = [REGION]
    reach = {"AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1", **KEYS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "carbon.yml"
        file.write_text(json.dumps({"targets": [target]}), encoding="utf-8")
        command = ("-m", "cloud_carbon_exporter", "-listen=127.0.0.1:0", f"-config.file={file}")
        with program(r"listening on (http://[\w.:]+)", *command, **reach) as exporter:
            yield exporter


def measure(regions: str, instances: int, against: float) -> None:
    """Start moto and the exporter, watch, and print."""
    wanted = {"ec2/instance": instances, "ec2/volume": instances}
    wanted |= {"rds/db_instance": DATABASES, "s3/bucket": BUCKETS}
    moto_command = ("-m", "bench.noting_moto")
    env = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    with program(r"Running on (http://\S+)", *moto_command, **env) as moto:
        url = moto.found[1]
        seed(url, instances)
        stock = stock_seconds(url)
        moto_cpu = moto.cpu_seconds
        began = time.time()
        with exporting(url, regions) as exporter:
            seen = watch(exporter, exporter.found[1], began, wanted)
            moto_cpu = moto.cpu_seconds - moto_cpu
        answers = [Answer(*json.loads(line)) for line in moto.lines if line.startswith("[")]
    answers = [answer for answer in answers if answer.at > began]
    print(f"{regions} region{'s' if regions == 'all' else ''}, {instances} instances, of which")
    print(f"botocore alone lists the machines in {stock:.2f} s:")
    _tell_kinds(seen, answers, began)
    _tell(seen, against, moto_cpu)


def _tell(seen: Seen, against: float, moto_cpu: float) -> None:
    cpu = seen.cpu_at(seen.first)
    print(
        f"    first figure after {seen.first:.2f} s and {cpu:.2f} s of our CPU: "
        f"{seen.first / against:.2f} times the original's {against:.1f} s (budget {BUDGET_TIMES})"
    )
    calls = _sum(seen.text, "cloud_carbon_exporter_api_requests_total")
    dollars = _sum(seen.text, "cloud_carbon_exporter_api_cost_dollars_total")
    print(
        f"    ready after {seen.ready:.2f} s and {seen.cpu_at(seen.ready):.2f} s of our CPU, "
        f"{moto_cpu:.2f} s of moto's; {len(seen.publications)} publications seen, "
        f"{calls:.0f} calls, {dollars:.4f} USD"
    )


def _tell_kinds(seen: Seen, answers: Iterable[Answer], began: float) -> None:
    ended: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        if answer.region == REGION or answer.operation.startswith("s3 "):
            ended[answer.operation].append(answer.at - began)
    for kind, operation in ANSWERED_BY.items():
        shown = seen.whole.get(kind)
        if shown is None:
            print(f"    {kind:16} not shown")
            continue
        at = max(moment for moment in ended[operation] if moment <= shown)
        print(
            f"    {kind:16} answered after {at:5.2f} s, shown after {shown:5.2f} s: "
            f"{shown - at:.2f} s later (budget {BUDGET_SECONDS:.0f}), in which we used "
            f"{seen.cpu_at(shown) - seen.cpu_at(at):.2f} s of CPU"
        )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--regions", default="one,all")
    parser.add_argument("--against", type=float, default=ORIGINAL_SECONDS)
    given = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, load {load:.1f} at the start")
    for regions in given.regions.split(","):
        measure(regions, given.instances, given.against)


if __name__ == "__main__":
    main()
