"""Calls of a refresh beyond its list: details are kept, what is asked anew each time says why."""

from __future__ import annotations

from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, ReplayClient, recording, recordings
from tests.over_all import over_all
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.cache import Cache
from cloud_carbon_exporter.providers.spec import Listing, Scope

REFRESH_SECONDS = 300
EACH_TIME = {
    # so many things in one call
    "BatchGetBuilds": "a hundred builds, back to the oldest under way",
    "BatchGetFleets": "a hundred fleets",
    "DescribeClusters": "a hundred clusters of ECS",
    "DescribeDomains": "five domains: the list has their names alone",
    "DescribeTasks": "a hundred tasks",
    "ListBuilds": "a hundred builds, back to the oldest under way",
    "ListDbClusters": "the clusters of a region: whose nodes are listed as instances too",
    # one call for each thing: what changes by itself within minutes, and is most of a bill
    "DescribeCluster": "instances of a HyperPod cluster",
    "DescribeEndpoint": "instances of an endpoint, which scales by itself",
    "DescribeFleetLocationCapacity": "instances of a fleet of GameLift, which scales by itself",
    "GetJobRuns": "of jobs under way alone; of others every ten minutes",
    "ListTasks": "tasks of a cluster of ECS",
    "ListWorkflowRuns": "of workflows under way alone; of others every ten minutes",
}
"""Operations that a refresh asks anew, five minutes after the last one."""


class Later(ReplayClient):
    """A client whose time is set."""

    def __init__(self, module: str) -> None:
        super().__init__(recording(module))
        self.now = 1_780_000_000.0
        self.clock = lambda: self.now
        self.cache = Cache(self.clock)


async def asked_anew(module: str, listing: Listing) -> set[str]:
    """Operations beyond its own that a listing asks in a second refresh."""
    client = Later(module)
    specs = [spec for spec in PROVIDER.services if spec.listing is listing]
    scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
    await sweep(client, listing, specs, scope)
    client.asked.clear()
    client.now += REFRESH_SECONDS
    await sweep(client, listing, specs, scope)
    assert listing.operation in client.operations()
    return client.operations().keys() - {listing.operation}


@over_all("module", recordings())
async def test_details_are_kept_from_one_refresh_to_the_next(module: str) -> None:
    listings = {id(spec.listing): spec.listing for spec in module_specs(module)}
    for listing in listings.values():
        assert await asked_anew(module, listing) <= EACH_TIME.keys()


async def test_the_table_has_nothing_that_is_not_asked() -> None:
    asked: set[str] = set()
    for module in recordings():
        for spec in module_specs(module):
            asked |= await asked_anew(module, spec.listing)
    assert asked == EACH_TIME.keys()
