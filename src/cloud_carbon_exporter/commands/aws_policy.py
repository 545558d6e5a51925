"""Policy of AWS IAM by what is asked for: regions it is limited to, optional calls it allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.config.flags import FEATURES, Feature
from cloud_carbon_exporter.service.loading import provider

_FOR: Mapping[str, Feature] = {
    "-api.free-requests": "free-requests",
    "AWS' own figure": "own-figure",
    "coverage": "coverage",
    "discovery: cost-explorer": "cost-explorer",
    "organization: true, in the home account": "organization",
    "tags, and coverage": "coverage",
}
"""What `optional` of the provider says each permission is for -> the feature that needs it."""

SID = "CloudCarbonExporter"


@dataclass(frozen=True, slots=True)
class Actions:
    """Actions the exporter may call, sorted.

    everywhere: in whatever region. regional: in the regions that are explored. optional: by
    feature, in whatever region.
    """

    everywhere: tuple[str, ...]
    regional: tuple[str, ...]
    optional: Mapping[Feature, tuple[str, ...]]


def actions() -> Actions:
    """Actions of AWS, from what its services list and read."""
    aws = provider("aws")
    optional: dict[Feature, set[str]] = {feature: set() for feature in FEATURES}
    for permission, purpose in aws.optional.items():
        optional[_FOR[purpose]].add(permission)
    everywhere, regional = set(aws.permissions), set[str]()
    for service in aws.services:
        names = {*service.listing.permissions, *service.permissions} - aws.optional.keys()
        (everywhere if service.listing.scope == "global" else regional).update(names)
    # CloudWatch keeps the series of what is global in one region, whichever are explored.
    everywhere.update(name for name in tuple(regional) if name.startswith("cloudwatch:"))
    return Actions(
        tuple(sorted(everywhere)),
        tuple(sorted(regional - everywhere)),
        {feature: tuple(sorted(names)) for feature, names in optional.items()},
    )


def policy(regions: Sequence[str] = (), features: Collection[str] = FEATURES) -> dict[str, Any]:
    """Policy document. Without regions it holds in all of them."""
    allowed = actions()
    anywhere = set(allowed.everywhere)
    for feature, names in allowed.optional.items():
        anywhere.update(names if feature in features else ())
    if not regions:
        whole = _statement(SID, anywhere.union(allowed.regional))
        return {"Version": "2012-10-17", "Statement": [whole]}
    within = _statement(f"{SID}InRegions", allowed.regional)
    # IAM user guide, aws:RequestedRegion: a global service is asked in one region of its own.
    within["Condition"] = {"StringEquals": {"aws:RequestedRegion": list(regions)}}
    return {"Version": "2012-10-17", "Statement": [_statement(SID, anywhere), within]}


def _statement(sid: str, allowed: Collection[str]) -> dict[str, Any]:
    # "*": most List and Describe calls of AWS can be limited to no single resource.
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(allowed), "Resource": "*"}
