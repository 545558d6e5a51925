"""First figures: Snapshots amid the first collection, as its listings end, few enough to be cheap.

A first collection takes as long as its slowest answer. What has been listed by then is shown: soon
after it came, and ever further apart the longer it goes on, so that what it costs stays small
beside what is still to be listed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from cloud_carbon_exporter.collect.progress import Progress

# A look at how many listings have ended by now.
LOOK_SECONDS = 0.1

# At least so long between two Snapshots: the answers of one API come together.
LEAST_SECONDS = 0.3

# Within the first minute, so long at most, for figures are to be seen 2 s after their answers.
MOST_SECONDS = 1.0

# Shares of the time since the start: what is waited at first, and once that is long.
EARLY_SHARE, LATE_SHARE = 1 / 8, 1 / 40

# Times the CPU the last one took: a large estate takes seconds to build and to write.
TIMES_CPU = 6.0


def pause_seconds(elapsed: float, cpu_seconds: float) -> float:
    """How long after one Snapshot the next may come.

    elapsed: since the collection began. cpu_seconds: what the last Snapshot took.
    """
    early = min(elapsed * EARLY_SHARE, MOST_SECONDS)
    return max(LEAST_SECONDS, early, elapsed * LATE_SHARE, cpu_seconds * TIMES_CPU)


async def show_first_figures(
    targets: Callable[[], Sequence[Progress]], show: Callable[[], Awaitable[float]]
) -> None:
    """Show what has been listed each time more was, until every first collection has ended.

    show: makes a Snapshot of it. Returns the seconds of CPU that took.
    """
    loop = asyncio.get_running_loop()
    began, shown = loop.time(), 0
    due = began + LEAST_SECONDS
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        progress = targets()
        if all(target.done for target in progress):
            return
        ended = sum(target.ended for target in progress)
        if ended != shown and loop.time() >= due:
            cpu_seconds = await show()
            shown, now = ended, loop.time()
            due = now + pause_seconds(now - began, cpu_seconds)
