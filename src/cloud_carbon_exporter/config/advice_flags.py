"""Flags of advice: whether a report gives it, and which of it is not to be told again."""

from __future__ import annotations

from cloud_carbon_exporter.config.flag import Flag, flags_in
from cloud_carbon_exporter.config.kinds import boolean, several, text

ADVICE = Flag(
    "advice",
    boolean(),
    "false",
    "Also tell what could be done, the largest saving first, by the loads that serve keeps in "
    "-state.file.",
    commands=("report",),
)
DISMISS = Flag(
    "advice.dismiss",
    several("ADVICE"),
    "",
    "Advice that is not to be told again: ids (idle:RESOURCE), kinds (region), or ids of resources "
    "of which nothing is to be said.",
    commands=("serve", "report"),
)
ADVICE_BILL = Flag(
    "advice.bill",
    text("PATH"),
    "",
    "A bill that tells what advice saves in money: a file or folder as `history -from` takes it, "
    "with ids of resources; serve reads it again when it has changed.",
    commands=("serve", "report"),
)

ADVICE_FLAGS = flags_in(globals())
