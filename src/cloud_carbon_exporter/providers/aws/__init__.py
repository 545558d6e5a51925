"""Amazon Web Services: one module a service; `client` is the one thing that does I/O."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws import services
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.events import changes
from cloud_carbon_exporter.providers.aws.client.optional import OPTIONAL
from cloud_carbon_exporter.providers.aws.describing.lateness import SETTLE_SECONDS
from cloud_carbon_exporter.providers.finding import services_in
from cloud_carbon_exporter.providers.spec import Provider

# what most of a bill is for is listed before the rest
_FIRST = ("ec2_instance", "ec2_volume", "rds_db_instance", "rds_db_cluster", "s3_bucket")

PROVIDER = Provider(
    name="aws",
    label="aws",
    services=services_in(services, _FIRST),
    client=AwsClient,
    changes=changes,
    settle_seconds=SETTLE_SECONDS,
    reads_cost=True,
    reads_span="region",
    permissions=("cloudwatch:GetMetricData", "ec2:DescribeRegions", "sts:GetCallerIdentity"),
    optional=OPTIONAL,
)
