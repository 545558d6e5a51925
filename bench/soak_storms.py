"""Faults of the soak's clouds: each by the fake that it is injected into, and how it ends."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.fakes import wire
from tests.fakes.aws import AwsFake, Call
from tests.fakes.ec2_xml import instance, instance_id, reservations, volume, volumes
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_monitoring import Series
from tests.fakes.scaleway import ACCESS_KEY, FakeScaleway
from tests.fakes.scaleway import Fault as ScalewayFault

Faults = Mapping[str, Callable[[], object]]
"""How each is told -> what brings it about."""

NO_NAME, ROTATED, GONE = "no such host", "credentials rotated", "gone: "
INSTANCES = {"eu-west-3": 300, "us-east-1": 60}
VANISHING = "eu-west-3"
HUGE = "x" * 9_900_000  # a text node of XML is refused beyond ten million characters
DAY_SECONDS = 86_400.0
ODD_NUMBERS = (math.nan, 1e308, -1.0, math.inf)

AWS_KINDS = (
    *("throttle", "server", "hang", "cut", "truncated", "junk", "expired", "invalid", "forbidden"),
    *("reset", "bomb", "no utf-8", "skew"),
)
AWS_OPERATIONS = (
    "*",
    "DescribeInstances",
    "DescribeVolumes",
    "GetMetricData",
    "GetCallerIdentity",
    "DescribeRegions",
)
GCP_KINDS = (
    *(
        "throttled",
        "unavailable",
        "hang",
        "truncated",
        "html",
        "unauthorized",
        "loop",
        "partial",
        "permission",
    ),
    *(
        "disabled",
        "unreachable",
        "reset",
        "bomb",
        "no utf-8",
        "nonsense",
        "yesterday",
        "odd numbers",
        "huge",
        "nothing",
    ),
)
GCP_APIS = ("cloudasset", "monitoring", "compute", "storage", "aiplatform", "sqladmin")
SCALEWAY_PATHS = (
    "instance/v1",
    "block/v1",
    "rdb/v1",
    "cockpit",
    "s3/",
    "iam/",
    "account/",
    "product-catalog",
    "",
)
SCALEWAY_FAULTS = {
    "429": ScalewayFault(status=429, headers={"Retry-After": "0"}),
    "503": ScalewayFault(status=503),
    "401": ScalewayFault(status=401),
    "403": ScalewayFault(status=403, body='{"type":"permissions_denied","message":"no"}'),
    "cut in two": ScalewayFault(status=200, body='{"servers": [{"id": NaN, "volumes": 1e308'),
    "nonsense": ScalewayFault(
        status=200, body='{"servers": [{"id": NaN, "name": 1e308}], "volumes": {"a": null}}'
    ),
    "brackets": ScalewayFault(status=200, body="[" * 50_000),
    "no utf-8": ScalewayFault(status=200, body=wire.NO_UTF8),
    "bomb": ScalewayFault(unpacked_mebibytes=100),
    "200 and empty": ScalewayFault(status=200, body=""),
    "200 and {}": ScalewayFault(status=200, body="{}"),
    "html": ScalewayFault(
        status=200, body="<html>proxy</html>", headers={"Content-Language": "en"}
    ),
    "hang": ScalewayFault(hang=True),
    "cut": ScalewayFault(cut=True),
    "reset": ScalewayFault(reset=True),
}


def nothing() -> None:
    """What befalls the soak's own process is only told from here."""


@dataclass
class AwsWorld:
    """Instances and volumes in two regions, always a little busy."""

    fake: AwsFake
    credentials: Path
    keys: int = 0
    late_seconds: float = 0
    odd: bool = False
    huge: bool = False

    def build(self) -> None:
        """Set what the fake answers."""
        self.fake.regions = list(INSTANCES)
        self._answer()
        self.rotate()

    def _answer(self) -> None:
        self.fake.handlers |= {
            "DescribeInstances": self._instances,
            "DescribeVolumes": self._volumes,
            "GetMetricData": self._metrics,
        }

    def _instances(self, call: Call) -> bytes:
        count = INSTANCES.get(call.region, 0)
        tags = {0: {"team": HUGE}} if self.huge else {}
        return reservations(
            instance(rank, type_="m5.large", tags=tags.get(rank)) for rank in range(count)
        ).encode()

    def _volumes(self, call: Call) -> bytes:
        count = INSTANCES.get(call.region, 0)
        return volumes(volume(rank, attached=instance_id(rank)) for rank in range(count)).encode()

    def _metrics(self, call: Call) -> dict[str, Any]:
        first, last = float(call.params["StartTime"]), float(call.params["EndTime"])
        times = [
            first + 300 * number + self.late_seconds for number in range(int((last - first) // 300))
        ]
        values = [ODD_NUMBERS[rank % 4] if self.odd else 12.5 for rank in range(len(times))]
        results = [
            {"Id": query["Id"], "Timestamps": times, "Values": values, "StatusCode": "Complete"}
            for query in call.params["MetricDataQueries"]
        ]
        return {"MetricDataResults": results, "Messages": []}

    def rotate(self) -> None:
        """Another key: the one in use is refused from now on."""
        self.keys += 1
        self.fake.key_id = f"AKIASOAK{self.keys:08d}"
        text = f"[default]\naws_access_key_id = {self.fake.key_id}\naws_secret_access_key = soak\n"
        self.credentials.write_text(text, encoding="utf-8")

    def empty(self, operation: str) -> None:
        """An answer of 200 that holds nothing at all."""
        self.fake.handlers[operation] = lambda call: b""

    def vanish(self) -> None:
        """A region is there no more, and answers nobody."""
        self.fake.regions = [region for region in INSTANCES if region != VANISHING]
        self.fake.fault("*", "invalid", region=VANISHING)

    def faults(self, chance: random.Random) -> Faults:
        """What may happen here."""
        chosen = {kind: chance.choice(AWS_OPERATIONS) for kind in AWS_KINDS}
        return {
            **{
                f"{operation} {kind}": partial(self.fake.fault, operation, kind)
                for kind, operation in chosen.items()
            },
            ROTATED: self.rotate,
            f"{GONE}{VANISHING}": self.vanish,
            "yesterday's points": partial(setattr, self, "late_seconds", -DAY_SECONDS),
            "NaN and 1e308": partial(setattr, self, "odd", True),
            "10 MB tag": partial(setattr, self, "huge", True),
            "DescribeInstances 200 and empty": partial(self.empty, "DescribeInstances"),
            "DescribeVolumes 200 and empty": partial(self.empty, "DescribeVolumes"),
            NO_NAME: nothing,
        }

    def calm(self) -> None:
        """All is well again; what was rotated stays so."""
        self._answer()
        self.fake.faults.clear()
        self.fake.calls.clear()
        self.fake.regions = list(INSTANCES)
        self.late_seconds, self.odd, self.huge = 0, False, False


@dataclass
class GoogleWorld:
    """The recorded estate, its machines at work."""

    fake: GoogleCloud
    key: Path

    def build(self) -> None:
        """Set what the fake answers."""
        self.fake.checked = False
        labels = {"zone": "europe-west1-b", "project_id": "shop-prod"}
        self.fake.series = [
            Series(
                "compute.googleapis.com/instance/cpu/utilization",
                {**labels, "instance_id": number},
                0.25,
            )
            for number in ("4751091017865185079", "4751091017865185086")
        ]

    def faults(self, chance: random.Random) -> Faults:
        """What may happen here."""
        chosen = {kind: chance.choice(GCP_APIS) for kind in GCP_KINDS}
        return {
            **{
                f"{api} {kind}": partial(self.fake.break_, api, kind)
                for kind, api in chosen.items()
            },
            ROTATED: partial(self.fake.tokens.rotate, self.fake.url, self.key),
            NO_NAME: nothing,
        }

    def calm(self) -> None:
        """All is well again; what was rotated stays so."""
        self.fake.faults.clear()
        self.fake.requests.clear()


@dataclass
class ScalewayWorld:
    """The recorded estate, its servers at work."""

    fake: FakeScaleway
    config: Path
    keys: int = 0

    def build(self) -> None:
        """Set what the fake answers."""
        servers = self._servers()
        self.fake.series = {
            "instance_server_cpu_seconds_total": [
                ({"resource_id": server["id"]}, 0.25) for server in servers
            ],
            "instance_server_vcpu_count": [
                ({"resource_id": server["id"]}, 4.0) for server in servers
            ],
        }
        self.rotate()

    def _servers(self) -> list[dict[str, Any]]:
        servers = self.fake.route("instance/v1/zones/{zone}/servers").places["fr-par-1"]
        assert isinstance(servers, list)
        return servers

    def rotate(self) -> None:
        """Another key: the one in use is refused from now on."""
        self.keys += 1
        self.fake.secret_key = f"00000000-0000-4000-8000-{self.keys:012d}"
        text = f"access_key: {ACCESS_KEY}\nsecret_key: {self.fake.secret_key}\n"
        self.config.write_text(text, encoding="utf-8")

    def faults(self, chance: random.Random) -> Faults:
        """What may happen here."""
        chosen = {name: chance.choice(SCALEWAY_PATHS) for name in SCALEWAY_FAULTS}
        return {
            **{
                f"{path or '*'} {name}": partial(
                    self.fake.faults.__setitem__, path, SCALEWAY_FAULTS[name]
                )
                for name, path in chosen.items()
            },
            ROTATED: self.rotate,
            "yesterday's points": partial(setattr, self.fake, "shifted_seconds", -DAY_SECONDS),
            "NaN and 1e308": partial(self._measure, ODD_NUMBERS),
            "10 MB tag": partial(self._tag, [f"team={HUGE}"]),
            NO_NAME: nothing,
        }

    def _measure(self, values: Sequence[float]) -> None:
        series = self.fake.series["instance_server_cpu_seconds_total"]
        series[:] = [
            (labels, values[rank % len(values)]) for rank, (labels, _) in enumerate(series)
        ]

    def _tag(self, tags: list[str]) -> None:
        self._servers()[0]["tags"] = tags

    def calm(self) -> None:
        """All is well again; what was rotated stays so."""
        self.fake.faults.clear()
        self.fake.queries.clear()
        self.fake.shifted_seconds = 0.0
        self._measure((0.25,))
        self._tag(["team=web"])
