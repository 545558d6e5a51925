"""Place of a resource in a plan: its own region or zone, its provider's, or the one given."""

from __future__ import annotations

import re

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.types import Location
from cloud_carbon_exporter.plan.configuration import provider_value
from cloud_carbon_exporter.plan.document import Change, Document
from cloud_carbon_exporter.plan.values import Values, text

CLOUDS = {"aws": "aws", "google": "gcp", "scaleway": "scaleway"}
"""cloud_provider by the first word of a type, which is the name of Terraform's provider."""

_ZONES = ("availability_zone", "availability_zones", "zone", "location")
_REGIONS = ("region", "location")
# Attributes that hold the place within a longer name: an ARN, a path of Google, a Scaleway id.
_NAMES = {
    "aws": ("arn", re.compile(r"arn:[^:]*:[^:]*:([a-z0-9-]+):")),
    "gcp": ("cluster", re.compile(r"/locations/([^/]+)/")),
    "scaleway": ("id", re.compile(r"([a-z]{2}-[a-z]{3}(?:-\d)?)/")),
}


def place_of(document: Document, change: Change, values: Values, given: str) -> str:
    """Name of the place whose figures hold for a resource; empty where nothing tells."""
    cloud = CLOUDS[change.type.partition("_")[0]]
    own = _own_place(cloud, values)
    if own:
        return own
    for argument in ("zone", "region"):
        # var.region, and a condition or a template that mentions it, look the same in a plan:
        # what is no region was part of one
        told = provider_value(document, change, argument)
        if told and _region_around(cloud, told):
            return _placed(cloud, told)
    return given if given.lower() in facts.regions(cloud) else ""


def _own_place(cloud: str, values: Values) -> str:
    for attribute in (*_ZONES, *_REGIONS):
        if told := text(values, attribute):
            return _placed(cloud, told)
    attribute, pattern = _NAMES[cloud]
    named = pattern.match if cloud == "aws" else pattern.search
    found = named(text(values, attribute))
    return _placed(cloud, found[1]) if found else ""


def _placed(cloud: str, told: str) -> str:
    """Place of a region or zone, which Google may write as a whole URL."""
    name, region = _name(told), _region_around(cloud, told)
    if not region:
        return name
    zone = name if name != region else ""
    return facts.place_of(Location(cloud, "", region, zone))


def _region_around(cloud: str, told: str) -> str:
    """Region that a name is, or is a zone of; empty where none is known.

    europe-west19 is no zone of europe-west1.
    """
    name = _name(told)
    around = [
        region
        for region in facts.regions(cloud)
        if name.startswith(region) and not name[len(region) : len(region) + 1].isdigit()
    ]
    return max(around, key=len, default="")


def _name(told: str) -> str:
    return told.rpartition("/")[2].lower()


def is_zone(cloud: str, told: str) -> bool:
    """Whether a name is that of a zone and no region."""
    return bool(told) and _name(told) not in facts.regions(cloud)
