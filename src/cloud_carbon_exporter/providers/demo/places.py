"""Places of the made-up estate: the regions and zones of the three clouds it stands in."""

from __future__ import annotations

from typing import NamedTuple


class Spot(NamedTuple):
    """Region and zone; the zone is empty for what stands in a region as a whole."""

    region: str
    zone: str = ""


def _zoned(*zones: str, cut: int) -> tuple[Spot, ...]:
    """Spots in these zones; `cut` is how much longer a zone's name is than its region's."""
    return tuple(Spot(zone[:-cut], zone) for zone in zones)


def _regional(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """The regions of these spots, each once."""
    return tuple(dict.fromkeys(Spot(spot.region) for spot in spots))


AWS = _zoned(
    "us-east-1a",
    "us-east-1b",
    "us-west-2a",
    "eu-west-1a",
    "eu-west-1b",
    "eu-west-3a",
    "eu-west-3b",
    "eu-central-1a",
    "ap-northeast-1a",
    "ap-southeast-2a",
    cut=1,
)
GCP = _zoned(
    "europe-west9-a",
    "europe-west9-b",
    "europe-west1-b",
    "us-central1-a",
    "us-central1-f",
    "asia-east1-a",
    cut=2,
)
SCALEWAY = _zoned("fr-par-1", "fr-par-2", "nl-ams-1", "pl-waw-2", cut=2)

AWS_REGIONS, GCP_REGIONS, SCALEWAY_REGIONS = _regional(AWS), _regional(GCP), _regional(SCALEWAY)
GCP_BUCKET_SPOTS = (*GCP_REGIONS, Spot("eu"), Spot("us"))

FORBIDDEN_REGION = "ap-southeast-2"
"""Where one call of the estate is refused, so that a failing service can be seen."""

PERMITTED_SPOTS = tuple(spot for spot in AWS_REGIONS if spot.region != FORBIDDEN_REGION)
"""Where what that call lists stands: a refusal hides nothing, so that sums stay those asked for."""

SPOTS = {"aws": AWS, "gcp": GCP, "scaleway": SCALEWAY}
"""Cloud -> where its calls are made."""
