"""Amazon Web Services: one module a service; `_client` is the one thing that does I/O."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from cloud_carbon_exporter.providers.aws._client import AwsClient
from cloud_carbon_exporter.providers.spec import Provider, ServiceSpec

_FIRST = ("ec2_instance", "ec2_volume", "rds_db_instance", "rds_db_cluster", "s3_bucket")
"""What most of a bill is for is listed before the rest."""


def _services() -> tuple[ServiceSpec, ...]:
    """The SPEC, or SPECS, of every module of this package whose name has no leading underscore."""
    found: list[ServiceSpec] = []
    names = {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}
    for name in [*_FIRST, *sorted(names.difference(_FIRST))]:
        module = import_module(f"{__name__}.{name}")
        found += getattr(module, "SPECS", ()) or (module.SPEC,)
    return tuple(found)


PROVIDER = Provider(
    name="aws",
    label="aws",
    services=_services(),
    client=AwsClient,
    settle_seconds=600,
    reads_cost=True,
    reads_span="region",
    permissions=("cloudwatch:GetMetricData", "ec2:DescribeRegions", "sts:GetCallerIdentity"),
    optional={
        "ce:GetCostAndUsage": "discovery: cost-explorer",
        "cloudwatch:GetMetricStatistics": "-api.free-requests",
        "organizations:ListAccounts": "organization: true, in the home account",
        "resource-explorer-2:ListIndexes": "coverage",
        "resource-explorer-2:ListViews": "coverage",
        "resource-explorer-2:Search": "coverage",
        "sustainability:GetEstimatedCarbonEmissions": "AWS' own figure",
        "tag:GetResources": "tags, and coverage",
    },
)
