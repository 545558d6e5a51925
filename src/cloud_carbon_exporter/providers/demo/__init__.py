"""A made-up estate in three clouds, to see the exporter work without an account.

It is a provider like any other: raw objects are listed, described, measured and estimated by the
same pipeline. All of it follows from seed and clock, so two runs agree, and a window of history
reads the same whenever it is asked for.
"""

from __future__ import annotations

from cloud_carbon_exporter.providers.demo.client import ACCOUNTS, DemoClient, connected_users
from cloud_carbon_exporter.providers.demo.services import SPECS
from cloud_carbon_exporter.providers.spec import Provider

__all__ = ["ACCOUNTS", "PROVIDER", "DemoClient", "connected_users"]

PROVIDER = Provider(
    name="demo",
    label="",
    services=SPECS,
    client=DemoClient,
    settle_seconds=0,
    reads_cost=False,
)
