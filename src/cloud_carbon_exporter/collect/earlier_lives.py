"""Earlier lives: what ran under the id of a thing that is there, and ended before it began.

Google's ids are names, and a managed instance group makes a machine anew under the name of the one
that was preempted; both may be told of after the second is listed.
"""

from __future__ import annotations

import math
from dataclasses import replace

from cloud_carbon_exporter.collect.lives import Lives
from cloud_carbon_exporter.collect.timeline import Sight, Timeline, Waits, nothing_of
from cloud_carbon_exporter.collect.version import Version
from cloud_carbon_exporter.providers.description import Ended

# Ends the id under which earlier lives are counted, one after the other: their Points are not those
# of what is there.
EARLIER = " (earlier)"


def is_its_end(present: Timeline, ending: Ended) -> bool:
    """Whether what is there ended so, and no earlier run of it."""
    began = present.resource.started
    return began is None or began < ending.at


def life_before(present: Timeline, ending: Ended, lives: Lives) -> Ended | None:
    """The ending of another life than that of what is there, to be counted beside it; else None.

    Of what was seen under the id before, and is counted to its last sight, it is what comes after.
    """
    run, began = ending.resource, present.resource.started
    if began is None or run.started is None or run.started >= began:
        return None
    end, started = min(ending.at, began), run.started
    if present.first_sight < end:
        started = max(started, present.before_until)
    past = lives.past(run.id)
    if past is not None:
        started = max(started, past.until)
    if started >= end:
        return None
    return Ended(replace(run, id=run.id + EARLIER, started=started), end)


def first_versions(
    sight: Sight, since: float, waits: Waits, missing_at: float = -math.inf
) -> list[Version]:
    """How a resource that is new was described, from its start on, or from `since` if later.

    missing_at: when it is known not to have run; a run with start and end told counts all the same.
    """
    resource, ending, at = sight
    earliest = max(since, missing_at)
    began = at if resource.started is None else min(at, max(resource.started, earliest))
    versions: list[Version] = []
    if ending is not None and ending.resource.started is not None:
        run_began, ended = max(since, ending.resource.started), min(ending.at, at)
        if run_began < ended:
            run = ending.resource
            versions.append(Version(run_began, run, waits(run)))
            versions.append(Version(ended, nothing_of(run), waits=False))
    return [*versions, Version(began, resource, waits(resource))]
