"""A real Prometheus over recorded series, up to now and a little on."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.programs import Process, surroundings
from tests.kubernetes.recording import STEP, Series

PAST_SECONDS, AHEAD_SECONDS = 1200, 600


@contextmanager
def prometheus(series: list[Series], folder: Path) -> Iterator[str]:
    """Its address."""
    now = int(time.time()) // STEP * STEP
    text = openmetrics(series, now - PAST_SECONDS, now + AHEAD_SECONDS)
    with prometheus_of(text, folder) as url:
        yield url


@contextmanager
def prometheus_of(text: str, folder: Path) -> Iterator[str]:
    """Address of one that holds these samples of OpenMetrics."""
    promtool, program = shutil.which("promtool"), shutil.which("prometheus")
    assert promtool and program, "Prometheus is needed: apt-get install prometheus"
    told, blocks, configuration = folder / "series.txt", folder / "blocks", folder / "empty.yml"
    told.write_text(text)
    configuration.write_text(json.dumps({"global": {}}))
    fill = [promtool, "tsdb", "create-blocks-from", "openmetrics", str(told), str(blocks)]
    subprocess.run(fill, check=True, capture_output=True)
    command = [
        *(program, f"--config.file={configuration}", f"--storage.tsdb.path={blocks}"),
        "--web.listen-address=127.0.0.1:0",
    ]
    with Process(command, surroundings(folder, {})) as process:
        process.line("Server is ready to receive web requests")
        yield "http://" + process.line(r'msg="Listening on" address=(\S+)').group(1)


def openmetrics(series: list[Series], start: int, end: int) -> str:
    """The series as text, a sample every STEP seconds over [start, end]."""
    lines: list[str] = []
    families: dict[str, list[Series]] = {}
    for one in series:
        families.setdefault(one.metric, []).append(one)
    for metric, members in families.items():
        kind = "counter" if members[0].counter else "gauge"
        lines.append(f"# TYPE {metric.removesuffix('_total')} {kind}")
        for one in members:
            labels = ",".join(f'{name}="{value}"' for name, value in one.labels.items())
            for moment in range(start, int(min(end, start + one.ends)) + 1, STEP):
                value = one.value * (moment - start) if one.counter else one.value
                lines.append(f"{metric}{{{labels}}} {value!r} {moment}")
    return "\n".join([*lines, "# EOF", ""])
