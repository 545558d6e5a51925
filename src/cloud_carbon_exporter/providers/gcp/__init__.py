"""Google Cloud: how it is reached (client), what services share (describing), the services."""

from __future__ import annotations

from cloud_carbon_exporter.providers.finding import services_in
from cloud_carbon_exporter.providers.gcp import services
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.gcp.client.optional import OPTIONAL
from cloud_carbon_exporter.providers.gcp.client.time_series_request import PERMISSIONS
from cloud_carbon_exporter.providers.spec import Provider

PROVIDER = Provider(
    name="gcp",
    label="gcp",
    services=services_in(services),
    client=GcpClient,
    changes=GcpClient.changes,
    settle_seconds=240,
    reads_cost=True,
    reads_span="account",
    permissions=PERMISSIONS,
    optional=OPTIONAL,
)
