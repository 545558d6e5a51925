"""Earlier lives: what ran under the id of a thing that is there, and ended before it began.

Google's ids are names, and a managed instance group makes a machine anew under the name of the one
that was preempted; both may be told of after the second is listed.
"""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.collect.lives import Lives
from cloud_carbon_exporter.collect.timeline import Timeline
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

    None too where something was seen under the id before that life ended: of this nothing tells
    apart what is counted.
    """
    run, began = ending.resource, present.resource.started
    if began is None or run.started is None or run.started >= began:
        return None
    end = min(ending.at, began)
    if present.first_sight < end:
        return None
    past = lives.past(run.id)
    started = run.started if past is None else max(run.started, past.until)
    return Ended(replace(run, id=run.id + EARLIER, started=started), end)
