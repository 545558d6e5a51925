"""Permissions that the client of Google can do without: what each of them brings."""

from __future__ import annotations

from collections.abc import Mapping

ASSETS = "cloudasset.assets.listResource"
FEED = "pubsub.subscriptions.consume"
FOOTPRINT = ("bigquery.jobs.create", "bigquery.tables.getData")
HISTORY = "cloudasset.assets.exportResource"

OPTIONAL: Mapping[str, str] = {HISTORY: "when what was deleted ended"}

REFUSABLE: Mapping[str, str] = {
    **OPTIONAL,
    ASSETS: "all products in one list; each is listed by itself without it",
    FEED: "asset_feed_subscription: what starts and ends",
    ", ".join(FOOTPRINT): "carbon_footprint_table: Google's own figure",
}
"""These, and what is granted for one table or subscription, or has something to fall back to."""
