"""Time between SIGTERM and SIGKILL: wherever it runs, tokens it made can be deleted."""

from __future__ import annotations

import re

from cloud_carbon_exporter.service.signals import GIVING_BACK_SECONDS, SHUTDOWN_SECONDS
from tests.deploy.files import DEPLOY

GRACE = re.compile(
    r"^[\s#]*(?:TimeoutStopSec|kill_timeout|stopTimeout|stop_grace_period"
    r'|terminationGracePeriodSeconds)\s*[=:]\s*"?(\d+)s?"?\s*$',
    re.MULTILINE,
)
# Where a supervisor's own default is too short (10 s of Docker, 5 s of Nomad) a file must say more.
SAID_IN = {
    "aws-ecs/terraform/task.tf",
    "compose.yml",
    "helm/cloud-carbon-exporter/values.yaml",
    "nomad/cloud-carbon-exporter.nomad.hcl",
    "systemd/cloud-carbon-exporter.service",
}


def test_whatever_ends_the_program_waits_for_what_it_gives_back() -> None:
    said: dict[str, list[int]] = {}
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.suffix in {".yml", ".yaml", ".tf", ".hcl", ".service"}:
            seconds = [int(number) for number in GRACE.findall(path.read_text(encoding="utf-8"))]
            if seconds:
                said[path.relative_to(DEPLOY).as_posix()] = seconds
    assert said.keys() == SAID_IN
    least = GIVING_BACK_SECONDS + SHUTDOWN_SECONDS
    assert {name: seconds for name, seconds in said.items() if min(seconds) < least} == {}
