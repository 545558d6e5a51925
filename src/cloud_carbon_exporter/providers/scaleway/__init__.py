"""Scaleway: every product of an organisation that holds hardware, over all its zones and projects."""

from __future__ import annotations

from cloud_carbon_exporter.providers.finding import services_in
from cloud_carbon_exporter.providers.scaleway import services
from cloud_carbon_exporter.providers.spec import Client, Meter, Provider, TargetSettings


def _client(settings: TargetSettings, meter: Meter) -> Client:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

    return ScalewayClient(settings, meter)


PROVIDER = Provider(
    name="scw",
    label="scaleway",
    services=services_in(services),
    client=_client,
    settle_seconds=120,
    reads_cost=False,
    reads_span="region",
    permissions=("ProjectReadOnly", "ObservabilityReadOnly"),
    optional={"ObservabilityFullAccess": "cockpit_create_tokens: true"},
)
