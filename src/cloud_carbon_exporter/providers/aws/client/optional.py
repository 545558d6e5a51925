"""Actions that the client of AWS can do without: what each of them brings."""

from __future__ import annotations

from collections.abc import Mapping

COSTS = "ce:GetCostAndUsage"
STATISTICS = "cloudwatch:GetMetricStatistics"
INDEXES = "resource-explorer-2:ListIndexes"
VIEWS = "resource-explorer-2:ListViews"
# ListResources is allowed by it, says its reference
SEARCH = "resource-explorer-2:Search"
EMISSIONS = "sustainability:GetEstimatedCarbonEmissions"
TAGS = "tag:GetResources"

OPTIONAL: Mapping[str, str] = {
    COSTS: "discovery: cost-explorer",
    STATISTICS: "-api.free-requests",
    "organizations:ListAccounts": "organization: true, in the home account",
    INDEXES: "coverage",
    VIEWS: "coverage",
    SEARCH: "coverage",
    EMISSIONS: "AWS' own figure",
    TAGS: "tags, and coverage",
}

EVENTS = "sqs:ReceiveMessage"

REFUSABLE: Mapping[str, str] = {**OPTIONAL, EVENTS: "events_queue_url: what starts and ends"}
"""These, and what is granted for one queue alone, so that no policy of ours names it."""
