"""Quotas of the clouds' APIs: how many calls each documents, and how many of them we take.

A call that no row names has no published figure: `quota_of` then gives UNPUBLISHED.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OUR_SHARE = 0.5
"""Share of a quota we take: it is the account's, and its owner's own programs live on it too."""

Span = Literal["account", "region"]
"""What a quota is counted over: an account or project, or a region of one."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Quota of one API, or of one operation of it.

    operation: empty for any that has no row of its own. calls in `seconds`: the rate that holds
        for ever. burst: calls at once after a rest.
    source: the page that says so; empty where none does.
    """

    provider: str
    api: str
    operation: str
    calls: float
    seconds: float
    burst: float
    span: Span
    source: str

    @property
    def calls_per_second(self) -> float:
        """Calls a second it allows for ever, all programs of the account together."""
        return self.calls / self.seconds

    def our_calls(self, seconds: float) -> float:
        """Calls of ours in so many seconds that leave the others their share."""
        return OUR_SHARE * self.calls_per_second * seconds


EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html"
CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-api-throttling.html"
LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
ASSETS = "https://docs.cloud.google.com/asset-inventory/docs/quota"

QUOTAS: tuple[Quota, ...] = (
    # A bucket of tokens for each account, region and operation. What is asked for in pages draws on
    # the larger bucket, and we ask for pages; 50 and 10 a second are those of an answer in one.
    Quota("aws", "ec2", "", 20, 1, 100, "region", EC2),
    # ListClusters and DescribeClusters share a bucket, as do ListTasks and DescribeTasks.
    Quota("aws", "ecs", "ListClusters", 20, 1, 50, "region", ECS),
    Quota("aws", "ecs", "", 20, 1, 100, "region", ECS),
    # A second limit counts points: 180,000 a second of the last three hours, 396,000 of older ones.
    Quota("aws", "cloudwatch", "GetMetricData", 50, 1, 50, "region", CLOUDWATCH),
    Quota("aws", "rds", "", 12, 1, 300, "region", RDS),
    # All calls that manage functions together, but GetFunction and GetPolicy.
    Quota("aws", "lambda", "", 15, 1, 15, "region", LAMBDA),
    # Counted by the minute, on the project that pays for the calls. An organisation has 800 a
    # minute and 650,000 a day besides, over all the projects that ask about it.
    Quota("gcp", "cloudasset", "assets.list", 100, 60, 100, "account", ASSETS),
    Quota("gcp", "cloudasset", "searchAllResources", 400, 60, 400, "account", ASSETS),
    Quota("gcp", "cloudasset", "batchGetAssetsHistory", 100, 60, 100, "account", ASSETS),
)
"""Documented quotas, those of single operations first.

Looked for and not published in figures: SageMaker, Glue, DynamoDB, ElastiCache and most other list
calls of AWS (EMR's page names one request in ten seconds, Batch's one of SubmitJob's alone);
Compute Engine and Cloud Monitoring, whose pages send the reader to the console; all of Scaleway
(its support named 100 calls a second in 2017: scaleway/api.scaleway.com, issue 50).
"""

UNPUBLISHED = Quota("", "", "", 1, 1, 10, "region", "")
"""Quota taken where none is published: less than any that is, but Asset Inventory's."""


def quota_of(provider: str, api: str, operation: str = "") -> Quota:
    """Quota of a call: of its operation, else of its API, else UNPUBLISHED."""
    of_api = UNPUBLISHED
    for quota in QUOTAS:
        if (quota.provider, quota.api) == (provider, api):
            if quota.operation == operation:
                return quota
            if not quota.operation:
                of_api = quota
    return of_api
