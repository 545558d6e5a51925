"""What is not read is not nothing, and not anything: request-driven things without monitoring."""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import described, recordings
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import Footprint, Location, Resource
from cloud_carbon_exporter.providers.aws import PROVIDER as AWS
from cloud_carbon_exporter.providers.gcp import PROVIDER as GCP
from cloud_carbon_exporter.providers.scaleway import PROVIDER as SCALEWAY
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec

PARIS = facts.place("aws", "eu-west-3")
GRID = PARIS.intensities[0]
PRIOR = "prior."
SPECS: dict[str, ServiceSpec] = {}
for provider in (AWS, GCP, SCALEWAY):
    for known in provider.services:
        SPECS[known.kind] = known


def priors() -> list[tuple[str, str]]:
    """Kind and signal of each row of what a kind usually does."""
    named: list[tuple[str, str]] = []
    for row in facts.figures():
        if row.startswith(PRIOR):
            kind, _, signal = row.removeprefix(PRIOR).rpartition(".")
            named.append((kind, signal))
    return named


KINDS = {kind for kind, _ in priors()}
DRIVEN = [(spec.kind, name) for name in recordings() for spec in module_specs(name)]
DRIVEN = [(kind, name) for kind, name in DRIVEN if kind in KINDS]


def stores(spec: ServiceSpec) -> bool:
    """Whether how much a kind stores is read."""
    return any(metric.into == "stored_gib" for metric in spec.metrics)


STORED = sorted(kind for kind, spec in SPECS.items() if stores(spec))


def is_driven(resource: Resource) -> bool:
    """Whether it holds something, and no machine that runs whether anybody calls or not."""
    machines = [part for part in resource.components if part.load and not part.per]
    return bool(resource.components) and not machines


def unread(resource: Resource) -> Footprint:
    """A resource of which nothing was read."""
    return estimate(resource, {}, PARIS, GRID)


@over_all(("kind", "signal"), priors())
def test_each_prior_is_of_a_kind_there_is_and_a_signal_it_has(kind: str, signal: str) -> None:
    assert signal in {metric.into for metric in SPECS[kind].metrics}
    row = facts.figure(f"{PRIOR}{kind}.{signal}")
    assert 0 < row.low < row.value < row.high
    assert row.alike < 1, "what one thing does is not what all of them do"


@pytest.mark.parametrize(("kind", "module"), DRIVEN)
async def test_what_is_driven_by_requests_is_more_than_nothing_and_no_kilowatt(
    kind: str, module: str
) -> None:
    for resource in (await described(kind, module)).values():
        if not is_driven(resource):
            continue
        power = unread(resource).power_watts
        assert 0 < power.value < 30
        assert power.upper < 500


async def test_one_permission_that_is_missing_does_not_make_an_account_thirty_times_as_unsure() -> (
    None
):
    """Ten machines that are read, and one of each kind that is not."""
    server = Resource(
        "i-1", "ec2/instance", "web", Location("aws", "1", "eu-west-3"),
        components(machine("aws", "m5.large")),
    )  # fmt: skip
    footprints = [estimate(server, {"cpu_ratio": 0.2}, PARIS, GRID)] * 10
    blind: list[Footprint] = []
    for kind, module in DRIVEN:
        resources = (await described(kind, module)).values()
        blind += [unread(resource) for resource in filter(is_driven, resources)]
    power = footprint_sum([*footprints, *blind]).power_watts.estimate
    assert power.upper < 4 * power.value
    alone = footprint_sum(blind).power_watts.estimate
    assert alone.value > 0 and alone.upper < 6 * alone.value


async def test_a_thousand_functions_mostly_sleep() -> None:
    """The estate first: a thousand functions are some watts, and their sum is known better."""
    functions = await described("lambda/function", "lambda_function")
    function = unread(functions["resize"])
    power, own = footprint_sum([function] * 1000).power_watts.estimate, function.power_watts
    assert 5 < power.value < 200
    assert power.upper / power.value < 0.6 * own.upper / own.value


@pytest.mark.parametrize("kind", STORED)
def test_silence_says_nothing_of_how_much_is_stored(kind: str) -> None:
    """Buckets of 1.5 and 2 TB were measured as nothing until their size came, a day later."""
    silence = {metric.absent for metric in SPECS[kind].metrics if metric.into == "stored_gib"}
    assert silence == {None}


def google_lists() -> list[Resource]:
    """What the recorded assets are, and hold something."""
    found: list[Resource] = []
    for asset in recorded():
        for spec in GCP.services:
            if spec.accepts(asset):
                resource = spec.resource(asset, Scope("gcp", "shop-prod"))
                found += [resource] if resource and resource.components else []
    return found


def test_whatever_google_lists_is_more_than_nothing_before_it_is_read() -> None:
    for resource in google_lists():
        power = unread(resource).power_watts
        assert 0 < power.value < power.upper, resource.id
        if {part.kind for part in resource.components} != {"network"}:
            made = unread(resource).embodied_grams_per_second
            assert 0 < made.value < made.upper, resource.id
