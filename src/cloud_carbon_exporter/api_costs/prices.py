"""Price of a CloudWatch read, and of every other API call that costs money: list prices in USD.

Whatever is not named here is free of charge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class ApiCall(NamedTuple):
    """An operation of an API, by its own name; the provider is the value of cloud_provider."""

    provider: str
    api: str
    operation: str


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one billed unit of an API operation, and who says so."""

    dollars_per_unit: float
    unit: str
    source: str


# The first million requests a month are free, but to the payer: to all accounts of an AWS
# organisation together. What of them is left to the exporter only the operator can say.
_REQUESTS = (
    "Amazon CloudWatch pricing: 0.01 USD per 1,000 requests beyond the free tier's million a month"
    " of a payer, 2026"
)
_METRICS = "Amazon CloudWatch pricing: 0.01 USD per 1,000 metrics requested, 2026"
_COST_EXPLORER = "AWS Cost Management pricing: 0.01 USD per paginated Cost Explorer request, 2026"
_TIME_SERIES = (
    "Google Cloud Observability pricing since 2025-10-02: 0.50 USD per million time series returned"
)

GET_METRIC_DATA = ApiCall("aws", "cloudwatch", "GetMetricData")
GET_METRIC_STATISTICS = ApiCall("aws", "cloudwatch", "GetMetricStatistics")
LIST_METRICS = ApiCall("aws", "cloudwatch", "ListMetrics")
GET_COST_AND_USAGE = ApiCall("aws", "ce", "GetCostAndUsage")
LIST_TIME_SERIES = ApiCall("gcp", "monitoring", "timeSeries.list")

PRICES: dict[ApiCall, Price] = {
    GET_METRIC_DATA: Price(0.01 / 1000, "metric requested", _METRICS),
    GET_METRIC_STATISTICS: Price(0.01 / 1000, "request", _REQUESTS),
    LIST_METRICS: Price(0.01 / 1000, "request", _REQUESTS),
    GET_COST_AND_USAGE: Price(0.01, "request", _COST_EXPLORER),
    LIST_TIME_SERIES: Price(0.50 / 1_000_000, "time series returned", _TIME_SERIES),
}

READS: dict[str, ApiCall] = {"aws": GET_METRIC_DATA, "gcp": LIST_TIME_SERIES}
"""What reading one monitoring series is billed as, by cloud_provider."""

GRANTED = frozenset({GET_METRIC_STATISTICS, LIST_METRICS})
"""What costs nothing as long as the payer's free requests last; GetMetricData never is free."""


def read_price(provider: str) -> float:
    """USD for reading one series; 0 where it is free."""
    call = READS.get(provider)
    return 0.0 if call is None else PRICES[call].dollars_per_unit
