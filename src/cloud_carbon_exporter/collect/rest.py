"""Rest of an empty listing: how many refreshes it is left alone, for the sake of calls only."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from cloud_carbon_exporter.providers.lasting import may_be_brief
from cloud_carbon_exporter.providers.quotas import Quota
from cloud_carbon_exporter.providers.spec import ServiceSpec

UNUSED_SECONDS = 900.0
"""Rest of a lasting kind where nothing at all stands: most accounts live in few of 38 regions.

It is found so late at most, and counted back to its start where its API tells one.
"""

LONGEST_REFRESHES = 9
"""Rest where collections come a second apart, and the quota asks for none."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Refreshes an empty listing is left alone.

    used: where other things stand. unused: where nothing does.
    """

    used: int = 0
    unused: int = 0


def rest_of(
    specs: Collection[ServiceSpec], quota: Quota, listings: int, interval_seconds: float
) -> Rest:
    """Rest of a listing that feeds these kinds; none where one of them may be brief.

    listings: how many of its API are swept in one place. Together they take no more of its quota
    than our share.
    """
    if any(may_be_brief(spec) for spec in specs):
        return Rest()
    ours = quota.our_calls(interval_seconds)
    used = min(LONGEST_REFRESHES, math.ceil(listings / ours) - 1)
    unused = min(LONGEST_REFRESHES, math.ceil(UNUSED_SECONDS / interval_seconds) - 1)
    return Rest(used, max(used, unused))
