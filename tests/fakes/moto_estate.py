"""AWS estate on this machine: moto's server, seeded through its own wire.

    python -m tests.fakes.moto_estate [--port 0] [--live]

prints the URL once the estate stands, and runs until its standard input ends. With --live, CPU data
keeps arriving. With --config it prints a configuration of the exporter that explores what is
seeded, and ends: moto does not answer for every service of AWS.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.patience import PATIENCE_SECONDS

REGIONS = ("eu-west-3", "us-east-1", "ap-south-1")
ROLE_ARN = "arn:aws:iam::123456789012:role/carbon"
KEYS = {
    "AWS_ACCESS_KEY_ID": "playground",
    "AWS_SECRET_ACCESS_KEY": "playground",
}  # moto checks no signature
HOURS_OF_HISTORY = 3
PERIOD = 300.0
KINDS = (
    "ec2/instance",
    "ec2/volume",
    "rds/db_instance",
    "rds/db_cluster",
    "s3/bucket",
    "elasticloadbalancingv2/load_balancer",
)
_INSTANCES = (
    ("web", "m5.large", 3),
    ("api", "c6g.xlarge", 2),
    ("batch", "r6i.2xlarge", 1),
    ("train", "g4dn.xlarge", 1),
)
_TEAM = {"web": "shop", "api": "shop", "batch": "data", "train": "research"}


class Seeder:
    """Fills the server at a URL. `instances`: region -> ids; `load` writes their CPU data."""

    def __init__(self, url: str) -> None:
        from botocore.session import Session

        self._url = url
        self._session = Session()
        self._clients: dict[tuple[str, str], Any] = {}
        self.instances: dict[str, list[str]] = {}
        self.databases: dict[str, list[str]] = {}

    def client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            keys = {name.lower(): value for name, value in KEYS.items()}
            created = self._session.create_client(
                service, region_name=region, endpoint_url=self._url, **keys
            )
            self._clients[service, region] = created
        return self._clients[service, region]

    def seed(self, now: float) -> None:
        """Instances in each region, one stopped, volumes, databases, buckets and a balancer."""
        for region in REGIONS:
            self._machines(region)
            self._disks(region)
            self._databases(region)
            self._buckets(region, now)
            self._balancer(region)
            for step in range(int(HOURS_OF_HISTORY * 3600 / PERIOD)):
                self.load(region, now - step * PERIOD)

    def _machines(self, region: str) -> None:
        ec2 = self.client("ec2", region)
        identities = []
        for name, type_, count in _INSTANCES:
            tags = [{"Key": "Name", "Value": name}, {"Key": "team", "Value": _TEAM[name]}]
            launched = ec2.run_instances(
                ImageId="ami-12c6146b",
                InstanceType=type_,
                MinCount=count,
                MaxCount=count,
                TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
            )
            identities += [instance["InstanceId"] for instance in launched["Instances"]]
        self.instances[region] = identities
        ec2.stop_instances(InstanceIds=[identities[1]])

    def _disks(self, region: str) -> None:
        ec2 = self.client("ec2", region)
        for volume_type, size, more in (
            ("gp3", 200, {"Iops": 3000}),
            ("gp2", 100, {}),
            ("io2", 100, {"Iops": 1000}),
            ("st1", 500, {}),
            ("sc1", 500, {}),
            ("standard", 50, {}),
        ):
            ec2.create_volume(
                AvailabilityZone=f"{region}a", VolumeType=volume_type, Size=size, **more
            )

    def _databases(self, region: str) -> None:
        rds = self.client("rds", region)
        user = {"MasterUsername": "root", "MasterUserPassword": "playground"}
        for name, multi_az in (("orders", True), ("reports", False)):
            rds.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.m5.large",
                Engine="postgres",
                AllocatedStorage=100,
                StorageType="gp3",
                MultiAZ=multi_az,
                **user,
            )
        rds.create_db_cluster(DBClusterIdentifier="ledger", Engine="aurora-postgresql", **user)
        rds.create_db_instance(
            DBInstanceIdentifier="ledger-1",
            DBInstanceClass="db.r6g.large",
            Engine="aurora-postgresql",
            DBClusterIdentifier="ledger",
        )
        self.databases[region] = ["orders", "reports", "ledger-1"]

    def _buckets(self, region: str, now: float) -> None:
        s3, cloudwatch = self.client("s3", region), self.client("cloudwatch", region)
        where = (
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        yesterday = now // 86400 * 86400 - 86400
        for name, classes in (
            ("assets", ("StandardStorage",)),
            ("archive", ("StandardIAStorage", "DeepArchiveStorage")),
        ):
            bucket = f"playground-{name}-{region}"
            s3.create_bucket(Bucket=bucket, **where)
            for day in range(3):
                data = [
                    datum(
                        "BucketSizeBytes",
                        {"BucketName": bucket, "StorageType": storage},
                        yesterday - day * 86400,
                        (400 + 100 * rank) * 2**30,
                    )
                    for rank, storage in enumerate(classes)
                ]
                cloudwatch.put_metric_data(Namespace="AWS/S3", MetricData=data)

    def _balancer(self, region: str) -> None:
        subnets = self.client("ec2", region).describe_subnets()["Subnets"]
        self.client("elbv2", region).create_load_balancer(
            Name="front", Subnets=[subnet["SubnetId"] for subnet in subnets[:2]], Type="application"
        )

    def load(self, region: str, at: float) -> None:
        """One datum for every instance and database: a working day's curve, each a little apart."""
        cloudwatch = self.client("cloudwatch", region)
        machines = [
            datum("CPUUtilization", {"InstanceId": name}, at, percent(at, place))
            for place, name in enumerate(self.instances[region])
        ]
        databases = [
            datum("CPUUtilization", {"DBInstanceIdentifier": name}, at, percent(at, place + 3))
            for place, name in enumerate(self.databases[region])
        ]
        volumes = [datum("VolumeBytesUsed", {"DBClusterIdentifier": "ledger"}, at, 80.0 * 2**30)]
        cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=machines)
        cloudwatch.put_metric_data(Namespace="AWS/RDS", MetricData=databases + volumes)


def percent(at: float, place: int) -> float:
    """CPU in percent at a time of the day: quiet at night, busy in the afternoon."""
    day = 0.5 - 0.5 * math.cos((at / 86400 - 0.1) * 2 * math.pi)
    return round(5 + 55 * day + 3 * (place % 5), 2)


def datum(metric: str, dimensions: Mapping[str, str], at: float, value: float) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {"MetricName": metric, "Dimensions": named, "Timestamp": at, "Value": value}


def serve(port: int, live: bool) -> None:
    """Start, seed, print the URL, and stay until standard input ends."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    seeder = Seeder(url)
    seeder.seed(time.time())
    print(url, flush=True)
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    while not ended.wait(60 if live else None):
        for region in REGIONS:
            seeder.load(region, time.time())
    server.stop()


def config() -> str:
    """The exporter's configuration for this estate: all kinds left out that are not in it."""
    from cloud_carbon_exporter.providers.aws import PROVIDER

    left_out = sorted(spec.kind for spec in PROVIDER.services if spec.kind not in KINDS)
    return json.dumps({"targets": [{"provider": "aws", "name": "moto", "exclude": left_out}]})


@contextmanager
def estate() -> Iterator[str]:
    """The URL of a seeded server in a process of its own."""
    command = [sys.executable, "-m", "tests.fakes.moto_estate"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(PATIENCE_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--live", action="store_true", help="let CPU data keep arriving, each minute"
    )
    parser.add_argument("--config", action="store_true", help="print the exporter's configuration")
    chosen = parser.parse_args()
    if chosen.config:
        print(config())
        return
    serve(chosen.port, chosen.live)


if __name__ == "__main__":
    main()
