"""Names of an estimate that no table has: told on stderr, or refused with -strict."""

from __future__ import annotations

import sys

from cloud_carbon_exporter.config import machine_flags as flags
from cloud_carbon_exporter.config.cloud_flags import MACHINE_PROVIDER
from cloud_carbon_exporter.config.flag import PROGRAM, Flag, Values
from cloud_carbon_exporter.model import known_names
from cloud_carbon_exporter.printable import printable
from cloud_carbon_exporter.providers.clouds import LABELS

_TOLD_AT_MOST = 20
"""Doubts of one batch that are told: a column in the wrong place is one on every line."""


class Doubts:
    """Doubts of one run, each told once, however many lines of a batch give rise to it."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, given: Values) -> None:
        """Write on stderr which names of an input nobody knows."""
        if len(self._told) == _TOLD_AT_MOST:
            return  # to look for the nearest names is most of the work of a line
        for flag, doubt in doubts(given):
            if doubt in self._told or len(self._told) == _TOLD_AT_MOST:
                continue
            self._told.add(doubt)
            told = f"-{flag.name}: {printable(doubt)} (a guess stands in; -strict refuses)"
            sys.stderr.write(f"{PROGRAM}: {told}\n")


def doubts(given: Values) -> list[tuple[Flag[object], str]]:
    """Names of an input that no table has: the flag that says each, and a sentence about it."""
    provider = LABELS.get(given[MACHINE_PROVIDER], "")
    region, machine = given[flags.MACHINE_REGION], given[flags.MACHINE_TYPE]
    processor, family = given[flags.PROCESSOR], given[flags.MICROARCHITECTURE]
    found: dict[Flag[object], str] = {}
    if provider and region:
        found[flags.MACHINE_REGION] = known_names.doubt_of_region(provider, region)
    if provider and machine:
        found[flags.MACHINE_TYPE] = known_names.doubt_of_machine(provider, machine)
    if processor:
        found[flags.PROCESSOR] = known_names.doubt_of_processor(processor, family)
    if family:
        found[flags.MICROARCHITECTURE] = known_names.doubt_of_microarchitecture(family)
    return [(flag, doubt) for flag, doubt in found.items() if doubt]
