"""Law: a machine of Compute Engine that no listing ever had counts whole, once."""

from __future__ import annotations

import copy
import time
from dataclasses import replace

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_estate import recorded
from tests.fakes.gcp_monitoring import Series
from tests.fakes.target_settings import target_settings
from tests.providers.gcp.test_departures import NUMBER, UPTIME

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, Target
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.departures import INSTANCE
from cloud_carbon_exporter.providers.gcp.client.uptime import Ran
from cloud_carbon_exporter.providers.spec import Scope

REGION, ZONE = "asia-east1", "asia-east1-a"
CPU = "compute.googleapis.com/instance/cpu/utilization"
STEP_SECONDS = 300
MACHINE = Ran("shop-prod", ZONE, NUMBER, "runner", "n2-standard-8", 0, 0)


class Clock:
    def __init__(self, phase: int) -> None:
        now = time.time()
        self.now = now - now % STEP_SECONDS + STEP_SECONDS + phase

    def __call__(self) -> float:
        return self.now


def series(metric: str, since: float, until: float, load: float) -> Series:
    labels = {"project_id": "shop-prod", "zone": ZONE, "instance_id": NUMBER}
    return Series(
        metric,
        labels,
        load,
        {"instance_name": MACHINE.name},
        since=since,
        until=until,
        system_labels={"machine_type": MACHINE.machine_type},
    )


def watts(load: float) -> float:
    """What the machine draws at a load."""
    data = {"id": NUMBER, "name": "runner", "machineType": MACHINE.machine_type}
    raw = {"name": MACHINE.asset_name, "assetType": INSTANCE, "resource": {"data": data}}
    [spec] = [spec for spec in PROVIDER.services if spec.accepts(raw)]
    resource = spec.resource(raw, Scope("gcp", "shop-prod"))
    assert isinstance(resource, Resource)
    return power_watts(resource, {"cpu_ratio": load}, facts.place("gcp", REGION))


@pytest.mark.slow
@pytest.mark.parametrize("phase", [0, 100, 200])
@pytest.mark.parametrize("life_seconds", [60, 240, 420])
async def test_law_what_came_and_went_between_two_listings_counts_whole_and_once(
    cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, life_seconds: int, phase: int
) -> None:
    """phase: of the refreshes, against the periods of Monitoring."""
    clock = Clock(phase)
    cloud.tokens.lifetime_seconds = 86400  # the library that gets them keeps to the true clock
    monkeypatch.setattr(time, "time", clock)
    cloud.assets = [copy.deepcopy(asset) for asset in recorded() if asset["assetType"] == INSTANCE]
    born = clock.now + 1010
    cloud.series = [
        series(UPTIME, born, born + life_seconds, 1.0),
        series(CPU, born, born + life_seconds, 0.5),
    ]
    settings = target_settings("gcp", interval_seconds=STEP_SECONDS, timeout_seconds=5)
    target = Target("gcp", replace(PROVIDER), settings)
    collect = CollectSettings(interval_seconds=STEP_SECONDS)
    collector = Collector([target], collect, Budget(clock), lambda snapshot: None, clock)
    joules: list[float] = []
    for _ in range(3 * 12):
        await collector.refresh()
        there = 0.0
        for account in collector.snapshot.accounts:
            if account.region == REGION and account.totals is not None:
                there += account.totals.energy_joules
        joules.append(there)
        clock.now += STEP_SECONDS
    await collector.close()
    assert joules == sorted(joules)
    assert joules[-1] == pytest.approx(life_seconds * watts(0.5), rel=0.01)
