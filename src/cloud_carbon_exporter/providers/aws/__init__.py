"""Amazon Web Services: one module a service; `client` is the one thing that does I/O."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws import services
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.events import changes
from cloud_carbon_exporter.providers.aws.client.optional import OPTIONAL
from cloud_carbon_exporter.providers.aws.describing.lateness import SETTLE_SECONDS
from cloud_carbon_exporter.providers.finding import services_in
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Client, Meter, Provider

# what most of a bill is for
_FIRST = ("ec2_instance", "ec2_volume", "rds_db_instance", "rds_db_cluster", "s3_bucket")

SERVICES = services_in(services, _FIRST)

ESTIMATED = frozenset(service.kind for service in SERVICES)


def _client(settings: TargetSettings, meter: Meter) -> Client:
    return AwsClient(settings, meter, estimated=ESTIMATED)


PROVIDER = Provider(
    name="aws",
    label="aws",
    services=SERVICES,
    client=_client,
    changes=changes,
    settle_seconds=SETTLE_SECONDS,
    reads_cost=True,
    reads_span="region",
    listed_first=frozenset(
        {"ec2/instance", "ec2/volume", "rds/db_instance", "rds/db_cluster", "s3/bucket"}
    ),
    permissions=("cloudwatch:GetMetricData", "ec2:DescribeRegions", "sts:GetCallerIdentity"),
    optional=OPTIONAL,
)
