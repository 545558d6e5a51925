"""What is put into moto's server for the program to find."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.session import Session

from cloud_carbon_exporter.providers.aws import PROVIDER

POWER = "cloud_carbon_power_watts"
ACCOUNT = "123456789012"  # moto's own
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret-but-never-shown",
}
REGION = "eu-west-3"
CORE = {"ec2/instance", "ec2/volume", "rds/db_instance", "rds/db_cluster", "s3/bucket"}
BUSY_RATIO = 0.75


@dataclass(frozen=True, slots=True)
class Estate:
    """What was put into moto, by the ids it gave."""

    busy: str
    idle: str
    stopped: str
    elsewhere: str
    loose_volume: str


def reach(url: str, **more: str) -> dict[str, str]:
    """Environment that leads to moto, which is asked once: its 500 is no better the second time."""
    return {"AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1", **KEYS, **more}


def core(home: Path, *targets: dict[str, Any]) -> str:
    """The flag for a file of targets that explore AWS' core alone: what moto answers quickly."""
    others = sorted({spec.kind for spec in PROVIDER.services} - CORE)
    asked = [{"provider": "aws", "exclude": others, **target} for target in targets or ({},)]
    path = home / "carbon.yml"
    path.write_text(json.dumps({"targets": asked}), encoding="utf-8")
    return f"-config.file={path}"


def api(url: str, service: str, region: str = REGION, *keys: str) -> Any:
    """Client of one service.

    keys: id, secret and token of an assumed role, instead of the account's own.
    """
    key, secret, token = keys or (*KEYS.values(), "")
    return Session().create_client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token or None,
    )


def launch(ec2: Any, machine: str, name: str) -> str:
    tags = [{"Key": "Name", "Value": name}, {"Key": "location", "Value": 'a "hostile"\nvalue'}]
    answer = ec2.run_instances(
        ImageId="ami-12c6146b",
        InstanceType=machine,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    return str(answer["Instances"][0]["InstanceId"])


def put_cpu(url: str, instance: str, percent: float) -> None:
    now = datetime.now(UTC)
    data = [
        {
            "MetricName": "CPUUtilization",
            "Dimensions": [{"Name": "InstanceId", "Value": instance}],
            "Timestamp": now - timedelta(minutes=minutes),
            "Value": percent,
            "Unit": "Percent",
        }
        for minutes in range(0, 60, 5)
    ]
    api(url, "cloudwatch").put_metric_data(Namespace="AWS/EC2", MetricData=data)


def seed(url: str) -> Estate:
    ec2, rds, s3 = api(url, "ec2"), api(url, "rds"), api(url, "s3")
    busy, idle, stopped = (launch(ec2, "m5.large", name) for name in ("busy", "idle", "stopped"))
    elsewhere = launch(api(url, "ec2", "us-east-1"), "c6g.xlarge", "elsewhere")
    ec2.stop_instances(InstanceIds=[stopped])
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=100, VolumeType="gp3")[
        "VolumeId"
    ]
    shared = {
        "DBInstanceClass": "db.r6g.large",
        "MasterUsername": "admin",
        "MasterUserPassword": "password1",
    }
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        Engine="postgres",
        AllocatedStorage=50,
        StorageType="gp3",
        **shared,
    )
    rds.create_db_cluster(
        DBClusterIdentifier="ledger",
        Engine="aurora-mysql",
        MasterUsername="admin",
        MasterUserPassword="password1",
    )
    rds.create_db_instance(
        DBInstanceIdentifier="ledger-1",
        DBClusterIdentifier="ledger",
        Engine="aurora-mysql",
        **shared,
    )
    s3.create_bucket(Bucket="media", CreateBucketConfiguration={"LocationConstraint": REGION})
    put_cpu(url, busy, BUSY_RATIO * 100)
    put_cpu(url, idle, 1.0)
    return Estate(busy, idle, stopped, elsewhere, volume)


def ec2_arn(kind: str, identity: str, region: str = REGION) -> str:
    return f"arn:aws:ec2:{region}:{ACCOUNT}:{kind}/{identity}"
