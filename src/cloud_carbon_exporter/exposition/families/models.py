"""Families of language models: tokens so far, and the joules that one takes.

With the grams of their kind they give SCI for AI: (operational + embodied) / tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import starmap
from operator import attrgetter

from cloud_carbon_exporter.exposition.family import STEPS, Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS, PLACE_LABELS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate

_TOKEN_LABELS = (*ACCOUNT_KIND_LABELS, "model", "token")
# a token takes as much whoever sends it, where the PUE is the same
_ENERGY_LABELS = (*PLACE_LABELS, "model", "token")


def _tokens(snapshot: Snapshot) -> Iterator[FamilySample]:
    for row in snapshot.models:
        for token, count in row.tokens.items():
            at = (row.provider, row.account_id, row.region, row.kind)
            yield FamilySample((*at, row.model, token), count)


def _joules(shown: str) -> FromSnapshot:
    read: Callable[[Estimate], float] = attrgetter(shown)

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        joules: dict[tuple[str, ...], float] = {}
        for row in snapshot.models:
            for token, energy in row.joules_per_token.items():
                joules[row.provider, row.region, row.model, token] = read(energy)
        return starmap(FamilySample, joules.items())

    return FromSnapshot(samples)


MODELS: tuple[Family, ...] = (
    Family(
        "cloud_carbon_model_tokens_total",
        "counter",
        "Tokens of a language model: read for the first time (input), written (output), read from "
        "a cache (cache_read), read and kept in one (cache_write). Only those that monitoring "
        f"told.{STEPS}",
        FromSnapshot(_tokens),
        _TOKEN_LABELS,
        summed="added",
    ),
    Family(
        "cloud_carbon_model_energy_per_token_joules",
        "gauge",
        "Energy of one token of a language model, PUE included.",
        _joules("value"),
        _ENERGY_LABELS,
        "joules",
    ),
    Family(
        "cloud_carbon_model_energy_per_token_lower_joules",
        "gauge",
        "Lower bound of the 90 % interval of the energy of one token.",
        _joules("lower"),
        _ENERGY_LABELS,
        "joules",
    ),
    Family(
        "cloud_carbon_model_energy_per_token_upper_joules",
        "gauge",
        "Upper bound of the 90 % interval of the energy of one token.",
        _joules("upper"),
        _ENERGY_LABELS,
        "joules",
    ),
)
