"""Memory and scrapes of the program itself over the demo estate, while it always refreshes.

python -m bench.bench_refresh [resources ...]
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from bench.bench_scrape import timed

REFRESHES = 4
PORTION = 20  # scrapes between two looks at the time


def memory_megabytes(pid: int, what: str) -> float:
    """VmHWM (the most it ever held) or VmRSS (what it holds) of a process."""
    line = re.search(
        rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    )
    assert line
    return int(line[1]) / 1000


def collected_at(url: str) -> float:
    """When the figures shown were made; 0 before the first."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        moment = re.search(
            rb"^cloud_carbon_exporter_last_collection_timestamp_seconds (\S+)", answer.read(), re.M
        )
    return float(moment[1]) if moment else 0.0


def wait_until_ready(url: str) -> None:
    """Return once every target was collected."""
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz"):
                return
        except OSError:
            time.sleep(0.05)


def measure(resources: int) -> None:
    """Scrape all the time while it refreshes without a pause, and print what that did."""
    command = [
        sys.executable,
        "-m",
        "cloud_carbon_exporter",
        "-demo.enabled",
        f"-demo.resources={resources}",
    ]
    command += ["-collect.interval=1s", "-listen=127.0.0.1:0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as program:
        assert program.stderr is not None
        url = next(
            addresses[0]
            for line in program.stderr
            if (addresses := re.findall(r"http://[\w.:]+", line))
        )
        began = time.perf_counter()
        wait_until_ready(url)
        first = time.perf_counter() - began
        port, size = int(url.rpartition(":")[2]), 1000 * resources + (1 << 20)
        times: list[float] = []
        moments = {collected_at(url)}
        while len(moments) <= REFRESHES:
            times += timed(port, size, PORTION)[0]
            moments.add(collected_at(url))
        times.sort()
        now, most = (memory_megabytes(program.pid, what) for what in ("VmRSS", "VmHWM"))
        program.terminate()
        program.stderr.read()
    p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
    print(
        f"{resources} resources: first collection {first:.1f} s; over {REFRESHES} refreshes one "
        "after another "
        f"{len(times)} scrapes p99 {p99:.1f} ms, longest {times[-1]:.1f} ms; "
        f"memory {now:.0f} MB, peak memory {most:.0f} MB"
    )


if __name__ == "__main__":
    for count in [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000]:
        measure(count)
