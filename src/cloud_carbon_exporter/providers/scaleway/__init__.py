"""Scaleway: every product of an organisation that holds hardware, in all its zones and projects."""

from __future__ import annotations

from cloud_carbon_exporter.providers.finding import services_in
from cloud_carbon_exporter.providers.scaleway import services
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.client.optional import OPTIONAL
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Client, Meter, Provider

SERVICES = services_in(services)

SEARCH_TYPES = frozenset(spec.searched_as for spec in SERVICES if spec.searched_as)
"""What Scaleway's search calls the kinds we list."""


def _client(settings: TargetSettings, meter: Meter) -> Client:
    return ScalewayClient(settings, meter, search_types=SEARCH_TYPES)


PROVIDER = Provider(
    name="scw",
    label="scaleway",
    services=SERVICES,
    client=_client,
    settle_seconds=120,
    reads_cost=False,
    reads_span="region",
    listed_first=frozenset(
        {"instance/server", "block/volume", "baremetal/server", "rdb/instance", "object/bucket"}
    ),
    permissions=("ProjectReadOnly", "ObservabilityReadOnly"),
    optional=OPTIONAL,
)
