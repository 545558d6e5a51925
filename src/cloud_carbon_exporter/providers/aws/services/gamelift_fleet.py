"""Fleets of GameLift: instances of AWS' account, in the home region and in other places.

Each place of a fleet is a resource of its own, as its grid is another. What runs of an Anywhere
fleet stands at the customer's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import lists_by_name, one_by_one
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

FLEET, CONTAINERS = "gamelift/fleet", "gamelift/container_fleet"
# How many instances there are is told; a fleet that comes or goes has some.
STATES = states(
    running="VALIDATING BUILDING ACTIVATING ACTIVE DELETING EXPIRED",
    gone="NEW DOWNLOADING ERROR TERMINATED NOT_FOUND",
)
CONTAINER_STATES = states(
    running="CREATING CREATED ACTIVATING ACTIVE UPDATING DELETING EXPIRED", gone="PENDING"
)
# GameLift API reference, EC2InstanceCounts: those that are idle are among the active.
_COUNTED = ("ACTIVE", "PENDING", "TERMINATING")
_SECONDS = 600.0
# More than GameLift has places, so that one answer holds them all.
_MOST_PLACES = 100
_LOCATIONS = "gamelift:DescribeFleetLocationAttributes"
_CAPACITY = "gamelift:DescribeFleetLocationCapacity"
# A Local Zone bears the name of its region, and more: us-west-2-lax-1.
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


async def _places(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """A fleet for each of its places, with the instances it has there."""
    fleets = {str(raw["FleetId"]): raw for raw in page if raw.get("ComputeType") != "ANYWHERE"}
    located = await lists_by_name(
        client,
        scope,
        "gamelift",
        "DescribeFleetLocationAttributes",
        "LocationAttributes",
        {name: {"FleetId": name, "Limit": _MOST_PLACES} for name in fleets},
        seconds=_SECONDS,
        permission=_LOCATIONS,
    )
    params: dict[str, Raw] = {}
    for name, places in located.items():
        for place in places:
            # The home of a fleet, where an answer tells no place.
            location = (place.get("LocationState") or {}).get("Location") or scope.region
            params[f"{name} {location}"] = {"FleetId": name, "Location": location}
    counted = await one_by_one(
        client,
        scope,
        "gamelift",
        "DescribeFleetLocationCapacity",
        params,
        seconds=0,
        permission=_CAPACITY,
    )
    objects: list[Raw] = []
    for key, answer in counted.items():
        fleet = fleets[params[key]["FleetId"]]
        objects.append({**fleet, "Capacity": answer.get("FleetCapacity") or {}, **params[key]})
    return objects


def describe(raw: Raw, scope: Scope) -> Description:
    """One fleet in one of its places."""
    place, counts = raw["Location"], raw["Capacity"].get("InstanceCounts") or {}
    region = _REGION.match(place)
    home = place == scope.region
    instances = sum(counts.get(word) or 0 for word in _COUNTED)
    size = raw["Capacity"].get("InstanceType") or raw.get("InstanceType") or ""
    name = raw.get("Name") or raw["FleetId"]
    fleet = parse(
        raw,
        scope,
        raw["FleetArn"] if home else f"{raw['FleetArn']}/{place}",
        name if home else f"{name}/{place}",
        region=region[0] if region else scope.region,
    )
    return fleet.described(
        running=nodes(size, instances) if instances else (),
        state=raw.get("Status", ""),
        info={"host_type": size, "lifecycle": raw.get("FleetType") or raw.get("BillingType")},
        started=raw.get("CreationTime"),
        ended=raw.get("TerminationTime"),
    )


REASON = "The instances it has in each of its places, by their type; what they do is not told."
SPECS = (
    ServiceSpec(
        kind=FLEET,
        listing=Listing(
            api="gamelift",
            operation="DescribeFleetAttributes",
            scope="region",
            items="FleetAttributes[]",
            kind_of=lambda raw: FLEET,
            permissions=("gamelift:DescribeFleetAttributes", _LOCATIONS, _CAPACITY),
            expand=_places,
        ),
        states=STATES,
        describe=describe,
        reason=REASON,
    ),
    ServiceSpec(
        kind=CONTAINERS,
        listing=Listing(
            api="gamelift",
            operation="ListContainerFleets",
            scope="region",
            items="ContainerFleets[]",
            kind_of=lambda raw: CONTAINERS,
            permissions=("gamelift:ListContainerFleets", _LOCATIONS, _CAPACITY),
            expand=_places,
        ),
        states=CONTAINER_STATES,
        describe=describe,
        reason=REASON,
    ),
)
