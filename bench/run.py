"""Budgets beside what this machine does: runs every benchmark in turn and prints one table.

    bench/run [--write]

--write puts the table, with the machine it was taken on, into docs/performance.md. It takes some
ten minutes.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.bench_churn import BUDGET_A_MACHINE
from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import read_price
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.documents.cost_tables import dollars_per_month
from cloud_carbon_exporter.documents.marks import Marks

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARKS = Marks("<!-- figures: written by bench/run --write -->", "<!-- end of figures -->")
PATIENCE_SECONDS = 1200

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "demo": ("bench.bench_demo", "9"),
    "scrape": ("bench.bench_scrape", "10000", "100000"),
    "exposition": ("bench.bench_exposition", "10000", "100000"),
    "estimate": ("bench.bench_estimate",),
    "aws": ("bench.bench_aws",),
    "aws calls": ("bench.bench_aws", "--instances", "1000", "--rounds", "2"),
    "aws first": ("bench.bench_first_figures", "--regions", "one"),
    "gcp": ("bench.bench_gcp",),
    "large": ("bench.bench_large", "100000"),
    "refresh": ("bench.bench_refresh", "10000", "100000"),
    "churn": ("bench.bench_churn",),
    "kubernetes": ("bench.bench_kubernetes", "1000", "50000"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One budget. figure: reads it from what the benchmarks printed. note: what the number is."""

    what: str
    budget: float
    unit: str
    figure: Callable[[Mapping[str, str]], float]
    note: str = ""


def printed(
    command: str, pattern: str, pick: Callable[[list[float]], float] = lambda figures: figures[-1]
) -> Callable[[Mapping[str, str]], float]:
    """The number a benchmark printed: of several, the one `pick` takes."""

    def figure(outputs: Mapping[str, str]) -> float:
        figures = [float(number) for number in re.findall(pattern, outputs[command], re.DOTALL)]
        if not figures:
            raise ValueError(f"{command}: nothing like {pattern!r} in what it printed")
        return pick(figures)

    return figure


def _scrape(resources: int, what: str) -> Callable[[Mapping[str, str]], float]:
    return printed(
        "scrape",
        rf"\b{resources} resources, .*?{what}: p50 [\d.]+ ms, p99 ([\d.]+) ms",
        lambda figures: figures[0],
    )


def _over_bare(resources: int, server: str) -> Callable[[Mapping[str, str]], float]:
    return printed(
        "scrape",
        rf"\b{resources} resources, .*?beside the bare {server} of.*?p99 over p99 ([\d.]+)",
        lambda figures: figures[0],
    )


def _made(outputs: Mapping[str, str]) -> float:
    rendered = printed("exposition", r"again: ([\d.]+) us CPU a resource")(outputs)
    return rendered + printed(
        "estimate", r"m5d\.large .*? in a refresh ([\d.]+) us", lambda figures: figures[0]
    )(outputs)


def _dollars(_: Mapping[str, str]) -> float:
    settings = load(["-cloud.provider=aws"], {}).settings
    return SECONDS_PER_MONTH / settings.utilisation_interval_seconds * read_price("aws")


def _granted_dollars(_: Mapping[str, str]) -> float:
    settings = load(["-cloud.provider=aws"], {}).settings
    return dollars_per_month(
        "aws", 300, settings.utilisation_interval_seconds, free_requests=1_000_000
    )


def _median(figures: list[float]) -> float:
    return sorted(figures)[len(figures) // 2]


LINES: tuple[Line, ...] = (
    Line(
        "demo, cold start to the first complete /metrics",
        0.8,
        "s",
        printed("demo", r"median ([\d.]+) s"),
        "median of 9",
    ),
    Line(
        "first figure of AWS, 1,000 instances in one region",
        6,
        "s",
        printed("aws first", r"first figure after ([\d.]+) s"),
        "moto's own time included; the original: 4.0 s",
    ),
    Line(
        "EC2, EBS, RDS, S3 shown after their answers",
        2,
        "s",
        printed("aws first", r": ([\d.]+) s later", max),
        "the latest of the four",
    ),
    Line("scrape, gzip, p99, idle, 10,000 resources", 2, "ms", _scrape(10_000, "idle")),
    Line("scrape, gzip, p99, idle, 100,000 resources", 15, "ms", _scrape(100_000, "idle")),
    Line(
        "the same beside a bare server, 10,000 resources",
        1.1,
        "times",
        _over_bare(10_000, "server"),
        "p99 over p99, median of 5 rounds; a socket and nothing else",
    ),
    Line(
        "the same beside a bare aiohttp, 10,000 resources",
        1.1,
        "times",
        _over_bare(10_000, "aiohttp"),
        "as above",
    ),
    Line(
        "the same beside a bare server, 100,000 resources",
        1.1,
        "times",
        _over_bare(100_000, "server"),
        "p99 over p99, median of 5 rounds; a socket and nothing else",
    ),
    Line(
        "the same beside a bare aiohttp, 100,000 resources",
        1.1,
        "times",
        _over_bare(100_000, "aiohttp"),
        "as above",
    ),
    Line(
        "scrape, p99, during renderings of 100,000 resources",
        150,
        "ms",
        _scrape(100_000, "during refreshes"),
    ),
    Line(
        "scrape, p99, during whole refreshes of 100,000 resources",
        150,
        "ms",
        printed("refresh", r"\b100000 resources.*?scrapes p99 ([\d.]+) ms"),
        "the program itself, demo estate",
    ),
    Line(
        "estimate, render, compress, CPU a resource",
        40,
        "us",
        _made,
        "100,000, no two as busy; a machine of 3 components, of a type that stands there",
    ),
    Line(
        "AWS client, describe and one metric, CPU a resource",
        100,
        "us",
        printed("aws", r"together (\d+) us", _median),
        "10,000 instances, median of 3 rounds",
    ),
    Line(
        "Google Cloud client, CPU an asset",
        30,
        "us",
        printed("gcp", r"CPU ([\d.]+) us an asset", _median),
        "10,000 assets, median of 3 rounds",
    ),
    Line(
        "memory, 10,000 resources",
        250,
        "MB",
        printed("refresh", r"\b10000 resources.*?peak memory ([\d.]+) MB"),
    ),
    Line(
        "memory, 100,000 resources",
        1200,
        "MB",
        printed("refresh", r"\b100000 resources.*?peak memory ([\d.]+) MB"),
    ),
    Line(
        "a refresh in which nothing changed, with sums, CPU a resource",
        3,
        "us",
        printed("large", r"nothing changed: ([\d.]+) us"),
        "100,000",
    ),
    Line(
        "a refresh with sums by account, region, kind, CPU a resource",
        60,
        "us",
        printed("large", r"refresh \d: ([\d.]+) us"),
        "100,000 on a virtual clock, the made-up estate's own time included",
    ),
    Line(
        "memory, 100,000 resources with sums",
        250,
        "MB",
        printed("large", r"([\d.]+) MB at most"),
        "a tenth of what a million may take, the made-up estate's own included",
    ),
    Line(
        "API calls a refresh, EC2 and EBS, 1,000 instances",
        20,
        "calls",
        printed("aws calls", r"(\d+) calls"),
        "listing and reading",
    ),
    Line(
        "new series a day for each machine that comes",
        BUDGET_A_MACHINE,
        "series",
        printed("churn", r"([\d.]+) a machine", max),
        "1,000 a day, of ten minutes or an hour",
    ),
    Line(
        "a cluster of 1,000 nodes and 50,000 pods, CPU a refresh",
        2,
        "s",
        printed("kubernetes", r"refresh \d: ([\d.]+) s CPU", lambda figures: sorted(figures)[1]),
        "the middle of three",
    ),
    Line(
        "the same, memory",
        200,
        "MB",
        printed("kubernetes", r"([\d.]+) MB more at the peak"),
        "beside the machines",
    ),
    Line(
        "CloudWatch, a metric a resource-month, default settings",
        0.03,
        "USD",
        _dollars,
        "computed from the price",
    ),
    Line(
        "CloudWatch, 300 instances, the free million granted",
        0,
        "USD",
        _granted_dollars,
        "computed from the price",
    ),
)


def machine() -> str:
    """What the figures were taken on, and how busy it was."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} CPUs, Python "
        f"{platform.python_version()}"
    )


def run(command: tuple[str, ...]) -> str:
    """What a benchmark prints; it is shown as well, with the time it took."""
    began, before = time.monotonic(), _processor_seconds()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    took = f"{time.monotonic() - began:.0f} s, of a processor {_processor_seconds() - before:.0f} s"
    print(f"$ python -m {' '.join(command)}  # {took}\n{done.stdout}", flush=True)
    return done.stdout


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(outputs: Mapping[str, str], loads: tuple[float, float]) -> str:
    """The table in Markdown, with the machine above it."""
    rows = []
    for line in LINES:
        figure = line.figure(outputs)
        missed = figure > line.budget
        over = f" by {figure / line.budget - 1:.0%}" if line.budget else ""
        verdict = f"missed{over}" if missed else "kept"
        rows.append(
            f"| {line.what} | {line.budget:g} {line.unit} | {figure:.3g} {line.unit} | {verdict} |"
            f" {line.note} |"
        )
    taken = datetime.now(UTC).strftime("%Y-%m-%d")
    busy = (
        f"load average {loads[0]:.1f} before and {loads[1]:.1f} after, the benchmarks' own included"
    )
    head = "| what | budget | measured | | |\n|---|---|---|---|---|"
    return "\n".join([f"Taken {taken} on {machine()}; {busy}.", "", head, *rows])


def main() -> None:
    """Run all, print the table, and write it where that was asked for."""
    before, began = os.getloadavg()[0], time.monotonic()
    outputs = {name: run(command) for name, command in COMMANDS.items()}
    figures = table(outputs, (before, os.getloadavg()[0]))
    print(figures)
    print(
        f"\nAll of it took {time.monotonic() - began:.0f} s, of a processor "
        f"{_processor_seconds():.0f} s."
    )
    if "--write" in sys.argv[1:]:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(MARKS.written(page, figures), encoding="utf-8")


if __name__ == "__main__":
    main()
